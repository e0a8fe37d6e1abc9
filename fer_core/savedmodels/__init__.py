"""Trained models on disk: `weights/<name>/`, read, listed and verified."""

from fer_core.savedmodels.folder import (
    EVALUATION_SCHEMA,
    SavedModel,
    alone_with,
    new_folder,
    open_model,
    saved_names,
)
from fer_core.savedmodels.manifest import read_manifest, update_manifest
from fer_core.savedmodels.predictions import (
    PredictedSplit,
    Predictions,
    read_predictions,
    write_predictions,
)
from fer_core.savedmodels.run import RunRecord, WholeRun, read_run

__all__ = [
    "EVALUATION_SCHEMA",
    "PredictedSplit",
    "Predictions",
    "RunRecord",
    "SavedModel",
    "WholeRun",
    "alone_with",
    "new_folder",
    "open_model",
    "read_manifest",
    "read_predictions",
    "read_run",
    "saved_names",
    "update_manifest",
    "write_predictions",
]
