"""Many pictures being read, a few seconds at a time, for one visitor."""

import threading
import time
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from io import BytesIO

import numpy as np

from fer_core.errors import ImageError
from fer_core.faces import crop
from fer_core.inference import FaceEmotion, Pipeline
from fer_core.inference.batch import Row, error_row, rows_of
from fer_core.inference.zipped import Entry, picture_names, pictures_in
from fer_core.picture_names import Skipped, is_clutter
from fer_core.settings import settings
from studio.data_url import data_url

THUMBNAILS = 1000
"""Rows of a batch that have a picture of the face."""


@dataclass
class BatchRun:
    """What is to be read and what is read so far; lives in the session between runs of the page.

    Attributes:
        model: Name of a saved model.
        detector: Key of `faces.DETECTORS`.
        threshold: Confidence below which the answer is "not sure".
        total: How many pictures there are.
        entries: Those still to be read.
        rows: What was read.
        read: How many pictures were.
        is_paused: Whether its owner stopped it.
        left_out: How many were not read because it took longer than `job_seconds` of the settings.
        skipped: What else was in the zip files.
        numbers: Of which picture each row is, from 0 in the order in which they are read.
        thumbnails: The face of each row, as a `data:` address; "" where there is none.
    """

    model: str
    detector: str
    threshold: float
    total: int
    entries: Iterator[Entry]
    rows: list[Row] = field(default_factory=list)
    read: int = 0
    is_paused: bool = False
    left_out: int = 0
    skipped: Skipped = field(default_factory=Skipped)
    numbers: list[int] = field(default_factory=list)
    thumbnails: list[str] = field(default_factory=list)
    _next: Entry | None = field(default=None, init=False, repr=False)
    _seconds: float = field(default=0.0, init=False, repr=False)
    _reading: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)

    @property
    def is_done(self) -> bool:
        """Whether all pictures were read."""
        return self.read >= self.total

    @property
    def bad(self) -> int:
        """How many pictures could not be read."""
        return sum("error" in row for row in self.rows)

    @property
    def faceless(self) -> int:
        """How many pictures were read and show no face."""
        return sum(row["face"] == 0 and "error" not in row for row in self.rows)

    def answers(self) -> Counter[str]:
        """Returns how many faces got each answer."""
        return Counter(row["answer"] for row in self.rows if row["face"] > 0)

    def step(self, reader: Pipeline) -> None:
        """Reads the next picture, if there is one; two runs of the page may overlap."""
        with self._reading:
            most = settings().job_seconds
            if self.is_done:
                return
            if most is not None and self._seconds > most:
                self.left_out, self.total = self.total - self.read, self.read
                return
            began = time.monotonic()
            self._next = self._next or next(self.entries, None)
            if self._next is None:
                self.read = self.total
                return
            name, data = self._next
            faces: list[str] = []
            if isinstance(data, ImageError):
                rows = [error_row(name, self.model, str(data))]
            else:
                keep = partial(self._keep_faces, faces)
                rows = rows_of(data, name, reader, self.model, self.threshold, seen=keep)
            self.rows += rows
            self.numbers += [self.read] * len(rows)
            self.thumbnails += faces + [""] * (len(rows) - len(faces))
            self._next = None  # not before: what is pressed meanwhile ends this run of the page
            self.read += 1
            self._seconds += time.monotonic() - began

    def _keep_faces(self, kept: list[str], rgb: np.ndarray, faces: list[FaceEmotion]) -> None:
        """Keeps faces to be recognised by, as many as a page has room for: about 1 kB each."""
        room = max(0, THUMBNAILS - len(self.thumbnails))
        for face in crop(rgb, [face.box for face in faces[:room]]) if faces[:room] else []:
            kept.append(data_url(face, exact=False))


def entries_of(files: list[tuple[str, bytes]]) -> tuple[int, Iterator[Entry], Skipped]:
    """Returns how many pictures these files hold, the pictures, and what else; zips are opened.

    Raises:
        FerError: If a zip file cannot be.
    """
    skipped = Skipped()
    plans = _plans(files, skipped)
    return sum(len(names) or 1 for *_, names in plans), _all_entries(plans), skipped


_Plan = tuple[str, bytes, list[str]]
"""A file, and of a zip the names of the pictures in it."""


def _plans(files: list[tuple[str, bytes]], skipped: Skipped) -> list[_Plan]:
    plans: list[_Plan] = []
    for name, data in files:
        if is_clutter(name):
            continue
        is_zip = name.lower().endswith(".zip") or zipfile.is_zipfile(BytesIO(data))
        plans.append((name, data, picture_names(data, skipped) if is_zip else []))
    return plans


def picture_at(files: list[tuple[str, bytes]], number: int) -> bytes:
    """Returns the picture of a number, in the order in which `entries_of` gives them.

    Raises:
        FerError: If it cannot be unpacked.
    """
    for name, data, names in _plans(files, Skipped()):
        count = len(names) or 1
        if number < count:
            _, picture = next(pictures_in(data, [names[number]])) if names else (name, data)
            if isinstance(picture, ImageError):
                raise picture
            return picture
        number -= count
    raise ImageError("It is no longer among the files.")


def _all_entries(plans: list[_Plan]) -> Iterator[Entry]:
    for name, data, names in plans:
        if names:
            yield from pictures_in(data, names)
        else:
            yield name, data
