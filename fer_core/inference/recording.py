"""A stretch of a live stream, kept in memory for its owner: a marked video and a table."""

import io
import threading
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fer_core.inference.annotation import FaceTable
from fer_core.inference.smoothing import TrackedFace
from fer_core.inference.video import Frame, VideoWriter

LONGEST = 60.0
"""Seconds after which a recording ends by itself: about 10 MB."""


@dataclass(frozen=True)
class Clip:
    """A finished recording.

    Attributes:
        video: MP4 with the faces marked.
        table: CSV, a row for each face of each frame.
        seconds: How long it is.
    """

    video: bytes
    table: str
    seconds: float


class Recording:
    """Takes frames from the thread of a stream, until it is finished from any thread.

    Args:
        classes: Names of the classifier's classes; a model with others ends it.
    """

    def __init__(self, classes: tuple[str, ...]) -> None:
        self._classes = classes
        self._film, self._text = io.BytesIO(), io.StringIO()
        self._writer = VideoWriter(self._film)
        self._table = FaceTable(self._text, classes)
        self._lock = threading.Lock()
        self._began: float | None = None
        self._frames = 0
        self._is_closed = False
        self.seconds = 0.0

    def add(
        self, marked: np.ndarray, faces: Sequence[TrackedFace], arrived: float, threshold: float
    ) -> bool:
        """Takes a frame, uint8 RGB; returns whether it goes on."""
        with self._lock:
            if self._is_closed:
                return False
            if self._began is None:
                self._began = arrived
            seconds = arrived - self._began
            if seconds > LONGEST or any(face.classes != self._classes for face in faces):
                return False
            self._writer.write(marked, seconds)
            self._table.add(Frame(self._frames, seconds, marked), faces, threshold)
            self._frames, self.seconds = self._frames + 1, seconds
            return True

    def finish(self) -> Clip | None:
        """Returns what was recorded, the first time; None where that is nothing."""
        with self._lock:
            if self._is_closed:
                return None
            self._is_closed = True
            with self._writer:
                pass  # writes the film's end
            if not self._frames:
                return None
            return Clip(self._film.getvalue(), self._text.getvalue(), self.seconds)
