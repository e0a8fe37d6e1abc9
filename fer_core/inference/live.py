"""One live stream: takes frames as they come, gives them back marked, remembers the last seconds.

Everything that is slow or can fail happens in `LiveSession.receive`, or in `look` where the frames
are files and are marked elsewhere, in the thread of the stream; whoever shows the figures asks for
a `LiveState` from any other thread.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import av
import numpy as np

from fer_core.errors import FerError
from fer_core.images import decode_reduced
from fer_core.inference.overlay import draw
from fer_core.inference.pipeline import Pipeline
from fer_core.inference.recording import Recording
from fer_core.inference.smoothing import TrackedFace
from fer_core.inference.stream import FaceStream, StreamOptions

REMEMBERED = 30.0
"""Seconds of each face's course that are kept."""

_RECALL_EVERY = 0.1
"""Seconds between the points of that course."""
_AWAY = 1.0
"""Seconds without a point that leave a gap in it."""
_COUNTED = 60
"""Frames over which speed is measured."""
_STALLED = 2.0
"""Seconds without a frame after which what the last one showed is no longer true."""
_ERROR_SHOWN = 5.0
"""Seconds for which an error is shown after it last happened."""

LONGEST_SIDE = 640
"""Of a frame that comes as a file, px; a larger one is made smaller."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class LiveState:
    """A stream at one moment.

    Attributes:
        frames: Received so far.
        fps: Frames a second recently; 0 before there are two, and while it is stalled.
        reading_ms: Time from receiving a frame to giving it back marked: median and 95th percentile
            of late.
        size: Width and height of the last frame, px.
        faces: In the last frame; none while it is stalled.
        is_stalled: Whether frames came, but none for two seconds.
        error: What went wrong recently, for the user; empty if nothing did.
    """

    frames: int
    fps: float
    reading_ms: tuple[float, float]
    size: tuple[int, int]
    faces: list[TrackedFace]
    is_stalled: bool
    error: str


class LiveSession:
    """Reads one live stream.

    Args:
        pipeline: Detector and classifier; may be replaced while it runs.
        options: Likewise.
        mirror: Whether left and right are swapped, as in a mirror; likewise.
    """

    def __init__(
        self, pipeline: Pipeline, options: StreamOptions | None = None, mirror: bool = True
    ) -> None:
        self.pipeline = pipeline
        self.options = options or StreamOptions()
        self.mirror = mirror
        self.began = time.monotonic()
        self._lock = threading.Lock()
        self._stream = FaceStream(pipeline, self.options)
        self._arrivals: deque[float] = deque(maxlen=_COUNTED)
        self._readings: deque[float] = deque(maxlen=_COUNTED)
        self._courses: dict[int, deque[tuple[float, np.ndarray]]] = {}
        self._faces: list[TrackedFace] = []
        self._size = (0, 0)
        self._frames = 0
        self._error = ("", 0.0)
        self._logged: set[type[Exception]] = set()
        self._recording: Recording | None = None

    def receive(self, frame: av.VideoFrame) -> av.VideoFrame:
        """Returns the frame with its faces marked, or as it came if it could not be read.

        Never raises: an exception would end the stream.
        """
        marked = self._take(lambda: frame.to_ndarray(format="rgb24"), is_marked=True)
        return frame if marked is None else av.VideoFrame.from_ndarray(marked, format="rgb24")

    def look(self, file: bytes) -> None:
        """Reads a frame that comes as a picture's file; `state` tells what is seen in it.

        Never raises either.
        """
        self._take(lambda: decode_reduced(file, LONGEST_SIDE).rgb, is_marked=False)

    def record(self) -> Recording:
        """Begins to record what comes; returns the recording, which its owner finishes."""
        self._recording = Recording(self.pipeline.classifier.classes)
        return self._recording

    @property
    def is_recording(self) -> bool:
        """Whether a recording goes on: one ends by itself after `recording.LONGEST` seconds."""
        return self._recording is not None

    def state(self) -> LiveState:
        """Returns how it stands now."""
        with self._lock:
            arrivals, readings = list(self._arrivals), list(self._readings) or [0.0]
            faces, size, frames = list(self._faces), self._size, self._frames
            error, happened = self._error
        span = arrivals[-1] - arrivals[0] if len(arrivals) > 1 else 0.0
        fps = (len(arrivals) - 1) / span if span > 0 else 0.0
        median, p95 = np.percentile(readings, (50, 95)) * 1000
        now = time.monotonic()
        is_stalled = bool(arrivals) and now - arrivals[-1] > _STALLED
        return LiveState(
            frames,
            0.0 if is_stalled else fps,
            (float(median), float(p95)),
            size,
            [] if is_stalled else faces,
            is_stalled,
            "" if now - happened > _ERROR_SHOWN else error,
        )

    def course(self, number: int) -> tuple[np.ndarray, np.ndarray]:
        """Returns a face's last seconds: ages (n,), from -30 to 0, and probabilities (n, classes).

        Where the face was away there is a row of NaN.
        """
        now = time.monotonic()
        with self._lock:
            points = list(self._courses.get(number, ()))
        points = [(at - now, p) for at, p in points if now - at <= REMEMBERED]
        if not points:
            return np.empty(0), np.empty((0, 0))
        ages, rows = [points[0][0]], [points[0][1]]
        for age, row in points[1:]:
            if age - ages[-1] > _AWAY:
                ages.append((age + ages[-1]) / 2)
                rows.append(np.full_like(row, np.nan))
            ages.append(age)
            rows.append(row)
        return np.array(ages), np.array(rows)

    def numbers(self) -> list[int]:
        """Returns the faces of which something is remembered."""
        with self._lock:
            return sorted(self._courses)

    def waited(self) -> float:
        """Returns for how many seconds no frame has come."""
        with self._lock:
            return time.monotonic() - (self._arrivals[-1] if self._arrivals else self.began)

    def _take(self, decode: Callable[[], np.ndarray], is_marked: bool) -> np.ndarray | None:
        """Returns the frame as it is shown, or None if it is no picture."""
        arrived = time.monotonic()
        shown, faces = None, []
        try:
            shown = self._mirrored(decode())
            faces = self._read(shown, arrived)
            recording = self._recording
            if is_marked or recording:
                marked = draw(shown, faces, self.options.threshold)
                if recording and not recording.add(marked, faces, arrived, self.options.threshold):
                    self._recording = None
                shown = marked
        except Exception as error:
            self._note(error)
        if shown is not None:
            self._remember(faces, arrived, shown)
        return shown

    def _mirrored(self, rgb: np.ndarray) -> np.ndarray:
        return np.ascontiguousarray(rgb[:, ::-1]) if self.mirror else rgb

    def _read(self, rgb: np.ndarray, arrived: float) -> list[TrackedFace]:
        pipeline = self.pipeline  # read once: another thread may replace it meanwhile
        if self._stream.pipeline.classifier.classes != pipeline.classifier.classes:
            with self._lock:
                self._courses.clear()
        self._stream.pipeline, self._stream.options = pipeline, self.options
        return self._stream.read(rgb, arrived)

    def _remember(self, faces: list[TrackedFace], arrived: float, marked: np.ndarray) -> None:
        with self._lock:
            self._frames += 1
            self._arrivals.append(arrived)
            self._readings.append(time.monotonic() - arrived)
            self._size = (marked.shape[1], marked.shape[0])
            self._faces = faces
            for face in faces:
                course = self._courses.setdefault(face.number, deque())
                if not course or arrived - course[-1][0] >= _RECALL_EVERY:
                    course.append((arrived, face.probabilities))
            for course in self._courses.values():
                while course and arrived - course[0][0] > REMEMBERED:
                    course.popleft()
            self._courses = {n: course for n, course in self._courses.items() if course}

    def _note(self, error: Exception) -> None:
        message = (
            str(error)
            if isinstance(error, FerError)
            else f"A frame could not be read ({type(error).__name__}: {error})."
        )
        with self._lock:
            self._error = (message, time.monotonic())
        if type(error) not in self._logged:  # once a kind: messages may differ in each frame
            self._logged.add(type(error))
            _log.warning("Live stream: %s", message, exc_info=not isinstance(error, FerError))
