"""Gathering faces one by one into a `FaceDataset`, keeping account of those left out."""

import numpy as np

from fer_core.dataset.faces import USAGES, FaceDataset
from fer_core.emotions import EMOTIONS, canonical
from fer_core.errors import DatasetError
from fer_core.images import FACE_SIZE


class Collector:
    """Faces gathered so far, and a sentence for each that could not be used."""

    def __init__(self) -> None:
        self._pixels = bytearray()
        self._labels = bytearray()
        self._usage = bytearray()
        self._origin: list[int | str] = []
        self.problems: list[str] = []
        self.notes: list[str] = []

    def add(self, pixels: np.ndarray, label: int, usage: int, origin: int | str) -> None:
        """Adds one face: uint8 pixels (2,304 values), indices into `EMOTIONS` and `USAGES`."""
        self._pixels += pixels.tobytes()
        self._labels.append(label)
        self._usage.append(usage)
        self._origin.append(origin)

    def dataset(self, source: str) -> FaceDataset:
        """Returns what was gathered.

        Raises:
            DatasetError: If that is no face at all; the first problems are named.
        """
        if not self._labels:
            raise DatasetError(
                f"{source} holds no face that can be used. {' '.join(self.problems[:3])}".rstrip()
            )
        origin = np.array(self._origin, None if isinstance(self._origin[0], str) else np.int32)
        is_whole_file = np.array_equal(origin, np.arange(len(origin)))
        return FaceDataset(
            images=np.frombuffer(self._pixels, np.uint8).reshape(-1, FACE_SIZE, FACE_SIZE),
            labels=np.frombuffer(self._labels, np.uint8),
            usage=np.frombuffer(self._usage, np.uint8),
            source=source,
            problems=tuple(self.problems),
            notes=tuple(self.notes),
            origin=None if is_whole_file else origin,
        )


def label_of(text: str) -> int:
    """Returns the label that a csv field, a number or a name, stands for.

    Raises:
        ValueError: In words, if it is none.
    """
    if text.strip() in {str(label) for label in range(len(EMOTIONS))}:
        return int(text)
    if (name := canonical(text)) is not None:
        return EMOTIONS.index(name)
    raise ValueError(f"emotion {text.strip()[:20]!r} is not 0..{len(EMOTIONS) - 1}")


def usage_of(text: str) -> int:
    """Returns the index into `USAGES`; raises ValueError in words if it is none of them."""
    if text.strip() in USAGES:
        return USAGES.index(text.strip())
    raise ValueError(f"usage {text.strip()[:20]!r} is none of {', '.join(USAGES)}")


def pixels_of(text: str) -> np.ndarray:
    """Returns the 2,304 uint8 gray values written in a csv field, separated by spaces.

    Raises:
        ValueError: In words, if they are not that many numbers 0..255.
    """
    try:
        values = np.fromstring(text, np.int64, sep=" ")
    except ValueError as error:
        raise ValueError("its pixels are not all numbers") from error
    if values.size != FACE_SIZE * FACE_SIZE:
        raise ValueError(f"{values.size} pixels instead of {FACE_SIZE * FACE_SIZE}")
    if values.min() < 0 or values.max() > 255:
        raise ValueError("a pixel is not in 0..255")
    return values.astype(np.uint8)


def column_names(
    columns: list[str], source: str, needed: tuple[str, ...] = ("emotion", "usage", "pixels")
) -> dict[str, str]:
    """Returns {name in lower case without spaces: column}, checked for those that are needed.

    Kaggle's `icml_face_data.csv` has headers with a leading space.

    Raises:
        DatasetError: If one that is needed is missing.
    """
    names = {column.strip().lower(): column for column in columns}
    missing = [name for name in needed if name not in names]
    if missing:
        raise DatasetError(
            f"{source} has no column {' and no '.join(missing)}. FER2013 has the columns emotion, "
            f"pixels and Usage; here they are {', '.join(columns[:8])[:200]}."
        )
    return names
