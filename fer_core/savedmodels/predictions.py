"""What a saved model answered on its validation and test faces, kept beside it."""

import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from zipfile import BadZipFile

import numpy as np

from fer_core.common.files import write_arrays
from fer_core.errors import CorruptModel


@dataclass(frozen=True)
class PredictedSplit:
    """One split's probabilities and truth.

    Attributes:
        probabilities: float64 array of shape (n, classes), uncalibrated, rows sum to 1.
        labels: uint8 array of shape (n,), indices into the model's classes.
        rows: int32 array of shape (n,), row numbers in `fer2013.csv` order.
    """

    probabilities: np.ndarray
    labels: np.ndarray
    rows: np.ndarray

    def __post_init__(self) -> None:
        n = len(self.labels)
        if self.probabilities.ndim != 2 or len(self.probabilities) != n or len(self.rows) != n:
            raise CorruptModel(
                f"Predictions do not fit together: probabilities {self.probabilities.shape}, "
                f"labels {self.labels.shape}, rows {self.rows.shape}."
            )

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def predicted(self) -> np.ndarray:
        """The likeliest class of each face, shape (n,)."""
        likeliest: np.ndarray = self.probabilities.argmax(axis=1)
        return likeliest


@dataclass(frozen=True)
class Predictions:
    """Both splits of one model, and the names its columns stand for."""

    classes: tuple[str, ...]
    validation: PredictedSplit
    test: PredictedSplit


def write_predictions(file: Path | BinaryIO, predictions: Predictions) -> None:
    """Writes `predictions.npz`: per split, float16 probabilities, uint8 labels, int32 rows."""
    arrays: dict[str, np.ndarray] = {"classes": np.array(predictions.classes)}
    for name, split in (("validation", predictions.validation), ("test", predictions.test)):
        arrays[f"{name}_probabilities"] = split.probabilities.astype(np.float16)
        arrays[f"{name}_labels"] = split.labels.astype(np.uint8)
        arrays[f"{name}_rows"] = split.rows.astype(np.int32)
    write_arrays(file, **arrays)


def read_predictions(path: Path | BinaryIO) -> Predictions:
    """Reads what `write_predictions` wrote; rows are renormalised in float64.

    Raises:
        CorruptModel: If the file cannot be read or its arrays do not fit together.
    """
    try:
        arrays = load_arrays(path)
        classes = tuple(str(name) for name in np.atleast_1d(arrays["classes"]))
        splits = [
            checked_split(
                arrays[f"{name}_probabilities"],
                arrays[f"{name}_labels"],
                arrays[f"{name}_rows"],
                len(classes),
            )
            for name in ("validation", "test")
        ]
    except KeyError as error:
        raise CorruptModel(f"{path} lacks the array {error}.") from error
    except ValueError as error:
        raise CorruptModel(f"{path} cannot be read as predictions: {error}") from error
    return Predictions(classes, *splits)


def load_arrays(file: Path | BinaryIO) -> dict[str, np.ndarray]:
    """Returns the arrays of an npz file by name; nothing in it is unpickled.

    Raises:
        ValueError: If it is not such a file, is cut off, or claims more than memory holds.
    """
    try:
        with np.load(file, allow_pickle=False) as archive:
            arrays = {key: archive[key] for key in archive.files}
    except TypeError as error:
        raise ValueError("it is a single array, not an npz file.") from error
    except (OSError, EOFError, RuntimeError, MemoryError, BadZipFile, zlib.error) as error:
        raise ValueError(str(error)) from error
    for key, array in arrays.items():
        if not isinstance(array, np.ndarray):
            raise ValueError(f"{key} is no array.")
    return arrays


def checked_split(
    probabilities: np.ndarray, labels: np.ndarray, rows: np.ndarray, classes: int
) -> PredictedSplit:
    """Returns a split of a file's arrays, each row of probabilities made to sum to 1.

    Args:
        probabilities: Numbers, shape (n, classes).
        labels: Whole numbers below `classes`, shape (n,).
        rows: Whole numbers, each once, shape (n,).
        classes: Number of classes.

    Raises:
        ValueError: If a shape or a value is not as above; the message is a sentence.
    """
    n = len(labels) if labels.ndim else 0
    if probabilities.shape != (n, classes) or labels.shape != (n,) or rows.shape != (n,):
        raise ValueError(
            f"Shapes do not fit {classes} classes: probabilities {probabilities.shape}, "
            f"labels {labels.shape}, rows {rows.shape}."
        )
    if probabilities.dtype.kind not in "fiu":
        raise ValueError("Probabilities hold something that is no number.")
    values = probabilities.astype(np.float64)
    with np.errstate(over="ignore"):
        total = values.sum(axis=1, keepdims=True)
    if not np.isfinite(total).all() or (values < 0).any() or (total <= 0).any():
        raise ValueError("Probabilities must be finite, not negative, and not all 0 in a row.")
    numbers = _whole("Row numbers", rows, 2**31).astype(np.int32)
    if len(np.unique(numbers)) != n:
        raise ValueError("A row number occurs twice.")
    known = _whole("Labels", labels, classes).astype(np.uint8)
    return PredictedSplit(values / total, known, numbers)


def _whole(what: str, values: np.ndarray, limit: int) -> np.ndarray:
    """The values, known to be whole numbers 0..limit - 1."""
    whole = values.dtype.kind in "fiu" and bool(
        ((values >= 0) & (values < limit) & (values == np.floor(values))).all()
    )
    if not whole:
        raise ValueError(f"{what} must be whole numbers from 0 to {limit - 1}.")
    return values
