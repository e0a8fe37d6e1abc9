"""A video read in the background while somebody watches its progress."""

import io
import threading
import time
from contextlib import closing
from enum import StrEnum

import numpy as np

from fer_core.errors import FerError, VideoError
from fer_core.inference.annotation import annotate
from fer_core.inference.overlay import draw
from fer_core.inference.stream import FaceStream
from fer_core.inference.summary import Summary
from fer_core.inference.video import VideoReader
from fer_core.settings import settings

PATIENCE = 75.0
"""A job unasked for so long is cancelled, s; browsers let hidden tabs ask once a minute."""

_GROWTH = 2
"""Of the largest upload, how much marked video and table may have together."""


class State(StrEnum):
    """What has become of a job."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


class VideoJob:
    """Reads one video into memory: nothing of it is ever on disk. Ask it from any thread.

    What bounds the memory: the file, given up when the job ends, is no larger than an upload may
    be; marked video and table have at most twice that together, or the job fails; the summary
    does not grow with the video.

    Args:
        data: The video's file.
        stream: Reads the faces.
        model: Name of the saved model that reads them.

    Attributes:
        model: As given.
        state: What has become of it.
        message: Why it failed, for the user.
        summary: What it showed so far.
        video: The marked video (MP4), once it is done.
        table: A CSV row for each face of each frame, once it is done.
    """

    def __init__(self, data: bytes, stream: FaceStream, model: str) -> None:
        self.model = model
        self.state = State.WAITING
        self.message = ""
        self.summary = Summary()
        self.video = b""
        self.table = ""
        self._data = data
        self._stream = stream
        self._length: float | None = None
        self._began = 0.0
        self._preview: np.ndarray | None = None
        self._stop = threading.Event()
        self._beginning = threading.Lock()
        self._asked = time.monotonic()

    @property
    def is_active(self) -> bool:
        """Whether it waits or runs."""
        return self.state in (State.WAITING, State.RUNNING)

    @property
    def fraction(self) -> float | None:
        """How much is read, 0..1; None where the file does not say how long it is."""
        if not self._length:
            return None
        return min(1.0, self.summary.seconds / self._length)

    @property
    def seconds_left(self) -> float | None:
        """Time left at the pace so far; None until there is one."""
        fraction = self.fraction
        if not fraction or fraction < 0.01:
            return None
        return (time.monotonic() - self._began) * (1 - fraction) / fraction

    @property
    def preview(self) -> np.ndarray | None:
        """A marked frame of late, uint8 RGB (h, w, 3)."""
        return self._preview

    def ask(self) -> None:
        """Says that somebody still waits for it."""
        self._asked = time.monotonic()

    def cancel(self) -> None:
        """Ends it before the next frame."""
        self._stop.set()
        with self._beginning:
            if self.state == State.WAITING:
                self.state, self._data = State.CANCELLED, b""

    def run(self) -> None:
        """Reads the video; for a thread of its own."""
        try:
            if self._begins():
                self._read()
        except FerError as error:
            self.message, self.state = str(error), State.FAILED
        except Exception as error:
            self.message = f"The video could not be read ({type(error).__name__}: {error})."
            self.state = State.FAILED
        finally:
            self._data = b""

    def _begins(self) -> bool:
        with self._beginning:
            if self._is_unwanted():
                return False
            self.state, self._began = State.RUNNING, time.monotonic()
            return True

    def _read(self) -> None:
        film, rows = io.BytesIO(), io.BytesIO()
        table = io.TextIOWrapper(rows, "utf-8", newline="", write_through=True)
        with VideoReader(io.BytesIO(self._data)) as reader:
            self._length = reader.seconds
            readings = annotate(reader, self._stream, self.summary, film, table, reader.scale)
            shown = 0.0
            with closing(readings):
                for frame, faces in readings:
                    if self._is_unwanted():
                        return
                    _check_size(film, rows)
                    if time.monotonic() - shown > 1:
                        shown = time.monotonic()
                        self._preview = draw(frame.rgb, faces, self._stream.options.threshold)
        self._preview = None
        _check_size(film, rows)
        self.video, self.table = film.getvalue(), rows.getvalue().decode()
        self.state = State.DONE

    def _is_unwanted(self) -> bool:
        if self._stop.is_set() or time.monotonic() - self._asked > PATIENCE:
            self.state = State.CANCELLED
            self._preview = None
            return True
        return False


def _check_size(*files: io.BytesIO) -> None:
    most = _GROWTH * settings().max_video_mb
    if sum(file.getbuffer().nbytes for file in files) > most * 2**20:
        raise VideoError(
            f"Marked video and table would have more than {most} MB. Read the video in parts, or "
            "on your own machine: python -m fer_core video VIDEO --out MARKED.mp4"
        )
