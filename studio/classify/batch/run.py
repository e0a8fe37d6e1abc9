"""Many pictures being read, a few seconds at a time, for one visitor."""

import threading
import time
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO

from fer_core.errors import ImageError
from fer_core.inference import Pipeline
from fer_core.inference.batch import Row, error_row, rows_of
from fer_core.inference.zipped import Entry, picture_names, pictures_in
from fer_core.picture_names import Skipped, is_clutter
from fer_core.settings import settings


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
            if isinstance(data, ImageError):
                self.rows.append(error_row(name, self.model, str(data)))
            else:
                self.rows += rows_of(data, name, reader, self.model, self.threshold)
            self._next = None  # not before: what is pressed meanwhile ends this run of the page
            self.read += 1
            self._seconds += time.monotonic() - began


def entries_of(files: list[tuple[str, bytes]]) -> tuple[int, Iterator[Entry], Skipped]:
    """Returns how many pictures these files hold, the pictures, and what else; zips are opened.

    Raises:
        FerError: If a zip file cannot be.
    """
    plans: list[tuple[str, bytes, list[str]]] = []
    skipped = Skipped()
    for name, data in files:
        if is_clutter(name):
            continue
        is_zip = name.lower().endswith(".zip") or zipfile.is_zipfile(BytesIO(data))
        plans.append((name, data, picture_names(data, skipped) if is_zip else []))
    return sum(len(names) or 1 for *_, names in plans), _all_entries(plans), skipped


def _all_entries(plans: list[tuple[str, bytes, list[str]]]) -> Iterator[Entry]:
    for name, data, names in plans:
        if names:
            yield from pictures_in(data, names)
        else:
            yield name, data
