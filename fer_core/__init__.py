"""Facial emotion recognition on FER2013, with no user interface of its own.

What stands in `__all__` is public: it keeps its name and meaning until the next major version.
Importing the package loads none of it; each name loads what it needs when it is first used.

Example:
    >>> from fer_core import Pipeline
    >>> from fer_core.samples import SAMPLES
    >>> for face in Pipeline.load("custom_cnn").analyze(SAMPLES[0].picture()):
    ...     print(face.label)
    happy
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fer_core.dataset import load as load_dataset
    from fer_core.errors import FerError
    from fer_core.evaluation.by_name import compare, evaluate
    from fer_core.images import decode
    from fer_core.inference import Classifier, FaceEmotion, Pipeline, default_model
    from fer_core.savedmodels import open_model, saved_names

__version__ = "0.2.0"

__all__ = [
    "Classifier",
    "FaceEmotion",
    "FerError",
    "Pipeline",
    "__version__",
    "compare",
    "decode",
    "default_model",
    "evaluate",
    "load_dataset",
    "open_model",
    "saved_names",
]

_PLACES = {
    "Classifier": "fer_core.inference",
    "FaceEmotion": "fer_core.inference",
    "FerError": "fer_core.errors",
    "Pipeline": "fer_core.inference",
    "compare": "fer_core.evaluation.by_name",
    "decode": "fer_core.images",
    "default_model": "fer_core.inference",
    "evaluate": "fer_core.evaluation.by_name",
    "load_dataset": "fer_core.dataset",
    "open_model": "fer_core.savedmodels",
    "saved_names": "fer_core.savedmodels",
}


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module 'fer_core' has no attribute {name!r}")
    return getattr(import_module(_PLACES[name]), "load" if name == "load_dataset" else name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
