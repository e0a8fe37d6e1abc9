"""Answers on FER2013's Training by networks that have not learnt its labels."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fer_core.common.files import write_arrays
from fer_core.savedmodels import PredictedSplit
from fer_core.savedmodels.predictions import checked_split, load_arrays
from fer_core.settings import ROOT

COMMITTED = ROOT / "fer_core" / "assets" / "statistics" / "held_out.npz"


@dataclass(frozen=True)
class HeldOut:
    """What cross-validation answers: each face by the network that was trained on the other folds.

    Attributes:
        classes: What the columns of the answers stand for.
        faces: Uncalibrated answers on every face of Training, by ascending row.
        folds: Number of networks.
        temperature: Fitted to these answers.
    """

    classes: tuple[str, ...]
    faces: PredictedSplit
    folds: int
    temperature: float


def write_held_out(held_out: HeldOut, path: Path = COMMITTED) -> None:
    """Writes what `read_held_out` reads: float16 probabilities, uint8 labels, int32 rows."""
    write_arrays(
        path,
        classes=np.array(held_out.classes),
        probabilities=held_out.faces.probabilities.astype(np.float16),
        labels=held_out.faces.labels.astype(np.uint8),
        rows=held_out.faces.rows.astype(np.int32),
        folds=held_out.folds,
        temperature=held_out.temperature,
    )


def read_held_out(path: Path = COMMITTED) -> HeldOut:
    """Returns what was written; by default `custom_cnn`'s five folds, kept with the code."""
    arrays = load_arrays(path)
    classes = tuple(str(name) for name in arrays["classes"])
    faces = checked_split(arrays["probabilities"], arrays["labels"], arrays["rows"], len(classes))
    return HeldOut(classes, faces, int(arrays["folds"]), float(arrays["temperature"]))
