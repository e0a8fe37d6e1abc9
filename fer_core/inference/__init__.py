"""From a picture to emotions: classifier, pipeline, and what is drawn and written of them."""

from fer_core.inference.classifier import Classifier, default_model
from fer_core.inference.overlay import draw
from fer_core.inference.pipeline import FaceEmotion, Pipeline
from fer_core.inference.records import as_records, as_table

__all__ = [
    "Classifier",
    "FaceEmotion",
    "Pipeline",
    "as_records",
    "as_table",
    "default_model",
    "draw",
]
