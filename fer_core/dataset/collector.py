"""Gathering faces one by one into a `FaceDataset`, keeping account of those left out."""

import numpy as np

from fer_core.dataset.faces import FaceDataset
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
        self.unfound: list[tuple[int, int]] = []

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
            unfound=tuple(self.unfound),
        )
