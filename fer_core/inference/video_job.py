"""A video read in the background while somebody watches its progress."""

import io
import time
from collections.abc import Iterable, Iterator
from contextlib import closing

import numpy as np

from fer_core.common.jobs import Job
from fer_core.errors import VideoError
from fer_core.inference.annotation import annotate
from fer_core.inference.overlay import draw
from fer_core.inference.stream import FaceStream
from fer_core.inference.summary import Summary
from fer_core.inference.video import Frame, UploadReader
from fer_core.settings import settings

_GROWTH = 2
"""Of the largest upload, how much marked video and table may have together."""


class VideoJob(Job):
    """Reads one video into memory: nothing of it is ever on disk.

    What bounds the memory: the file, given up when the job ends, is no larger than an upload may
    be; marked video and table have at most twice that together, or the job fails; the summary
    does not grow with the video.

    Args:
        data: The video's file.
        stream: Reads the faces.
        model: Name of the saved model that reads them.

    Attributes:
        model: As given.
        fraction: How much is read, 0..1; None where the file does not say how long it is.
        preview: A recent marked frame, uint8 RGB (h, w, 3), while it is read.
        summary: What it showed so far.
        video: The marked video (MP4), once it is done.
        table: A CSV row for each face of each frame, once it is done.
        is_cut: Whether only the beginning was read, as far as `job_frames`, `job_gigapixels` and
            `job_seconds` of the settings go.
    """

    def __init__(self, data: bytes, stream: FaceStream, model: str) -> None:
        super().__init__()
        self.model = model
        self.preview: np.ndarray | None = None
        self.summary = Summary()
        self.video = b""
        self.table = ""
        self.is_cut = False
        self._is_late = False
        self._pixels = 0
        self._data = data
        self._stream = stream

    def work(self) -> None:
        """Reads the video, frame by frame."""
        _check_upload(self._data)
        film, rows = io.BytesIO(), io.BytesIO()
        table = io.TextIOWrapper(rows, "utf-8", newline="", write_through=True)
        with UploadReader(self._data) as reader:
            frames = self._as_far_as_allowed(reader)
            readings = annotate(frames, self._stream, self.summary, film, table)
            shown = 0.0
            with closing(readings):
                for frame, faces in readings:
                    if not self.is_active:
                        return
                    _check_size(film, rows)
                    if reader.seconds:
                        self.fraction = self._fraction_of(reader.seconds)
                    if time.monotonic() - shown > 1:
                        shown = time.monotonic()
                        self.preview = draw(frame.rgb, faces, self._stream.options.threshold)
        _check_size(film, rows)
        with self.lock:
            if self.is_active:
                self.video, self.table = film.getvalue(), rows.getvalue().decode()
            self.finish()

    @property
    def nbytes(self) -> int:
        """Bytes it holds."""
        preview = 0 if self.preview is None else self.preview.nbytes
        return len(self._data) + len(self.video) + len(self.table) + preview

    def overrun(self, seconds: float) -> None:
        """Ends the reading here; what was read so far is the result."""
        self._is_late = True

    def _as_far_as_allowed(self, frames: Iterable[Frame]) -> Iterator[Frame]:
        """Yields frames until one more would be more than a job may read."""
        for frame in frames:
            self._pixels += frame.rgb.shape[0] * frame.rgb.shape[1]
            if self._is_late or max(self._shares(frame.number + 1)) > 1:
                self.is_cut = True
                return
            yield frame

    def _fraction_of(self, seconds: float) -> float:
        return min(1.0, max(self.summary.seconds / seconds, *self._shares(self.summary.frames)))

    def _shares(self, frames: int) -> tuple[float, float]:
        """Returns how much of the frames and pixels that a job may read it has read."""
        most, pixels = settings().job_frames, settings().job_gigapixels
        return frames / most if most else 0.0, self._pixels / (pixels * 1e9) if pixels else 0.0

    def release(self) -> None:
        """Gives up the upload and the frame last shown."""
        self._data, self.preview = b"", None

    def unforeseen(self, error: Exception) -> str:
        """Returns the message for an error that nobody wrote for the user."""
        return f"The video could not be read ({type(error).__name__}: {error})."


def _check_upload(data: bytes) -> None:
    most = settings().max_video_mb
    if len(data) > most * 2**20:
        raise VideoError(
            f"The video has {len(data) / 2**20:.0f} MB; the limit is {most} MB. Cut it, or read it "
            "on your own machine."
        )


def _check_size(*files: io.BytesIO) -> None:
    most = _GROWTH * settings().max_video_mb
    if sum(file.getbuffer().nbytes for file in files) > most * 2**20:
        raise VideoError(
            f"Marked video and table would have more than {most} MB. Read the video in parts, or "
            "on your own machine: python -m fer_core video VIDEO --out MARKED.mp4"
        )
