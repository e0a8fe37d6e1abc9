"""The one form a dataset has once it is loaded."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from fer_core.emotions import EMOTIONS
from fer_core.errors import DatasetError
from fer_core.images import FACE_SIZE

USAGES = ("Training", "PublicTest", "PrivateTest")
"""FER2013's names of its splits; `usage` holds indices into this tuple."""


@dataclass(frozen=True)
class FaceDataset:
    """Faces with their labels and splits, in the order of the file they came from.

    Attributes:
        images: uint8 array of shape (n, 48, 48), gray values 0..255.
        labels: uint8 array of shape (n,), indices into `EMOTIONS`.
        usage: uint8 array of shape (n,), indices into `USAGES`.
        votes: FER+ votes, one row for each face and one column a category, or None.
        source: Where it was loaded from, for people to read.
        problems: One sentence for each row that was left out, with its line number.
        notes: What the reader had to decide (such as which folder is which split), in sentences.
        origin: Shape (n,): int32 row numbers in the file, counted from 0, or str paths below the
            folder; None where face i is row i of the file.
        unfound: Label and usage of each photograph in which no face was found.

    Raises:
        DatasetError: If a shape, dtype or value range is not as above. The arrays, and those they
            are views of, are made read-only.
    """

    images: np.ndarray
    labels: np.ndarray
    usage: np.ndarray
    votes: pd.DataFrame | None = None
    source: str = ""
    problems: tuple[str, ...] = field(default=(), repr=False)
    notes: tuple[str, ...] = ()
    origin: np.ndarray | None = field(default=None, repr=False)
    unfound: tuple[tuple[int, int], ...] = field(default=(), repr=False)

    def __post_init__(self) -> None:
        n = len(self.labels)
        for name, shape in (
            ("images", (n, FACE_SIZE, FACE_SIZE)),
            ("labels", (n,)),
            ("usage", (n,)),
        ):
            array = getattr(self, name)
            if array.shape != shape or array.dtype != np.uint8:
                raise DatasetError(
                    f"`{name}` must be a uint8 array of shape {shape}, "
                    f"not {array.dtype} of shape {array.shape}."
                )
            _freeze(array)
        if n == 0:
            raise DatasetError("The dataset holds no face.")
        if self.labels.max() >= len(EMOTIONS):
            raise DatasetError(f"Labels must be 0..6; one is {self.labels.max()}.")
        if self.usage.max() >= len(USAGES):
            raise DatasetError(f"Usage must be 0..2; one is {self.usage.max()}.")
        if self.votes is not None and len(self.votes) != n:
            raise DatasetError(f"{len(self.votes)} rows of FER+ votes for {n} faces.")
        if self.origin is not None:
            if self.origin.shape != (n,):
                raise DatasetError(f"`origin` has shape {self.origin.shape}, not ({n},).")
            _freeze(self.origin)

    def __len__(self) -> int:
        return len(self.labels)

    def rows(self, usage: str) -> np.ndarray:
        """Returns the row numbers (int32, ascending) of one split: Training, PublicTest, ..."""
        return np.flatnonzero(self.usage == USAGES.index(usage)).astype(np.int32)


def _freeze(array: np.ndarray) -> None:
    """Makes an array read-only, and whatever array it is a view of."""
    owner: object = array
    while isinstance(owner, np.ndarray):
        owner.setflags(write=False)
        owner = owner.base


def standardised(faces: np.ndarray) -> np.ndarray:
    """Returns each face with zero mean and unit variance, float32 of shape (n, 2304).

    A face whose gray deviates by less than 1 is left that flat: a blank one is all zero.

    Args:
        faces: uint8 of shape (n, 48, 48).
    """
    pixels = faces.reshape(len(faces), -1).astype(np.float32)
    pixels -= pixels.mean(axis=1, keepdims=True)
    result: np.ndarray = pixels / np.maximum(pixels.std(axis=1, keepdims=True), 1)
    return result
