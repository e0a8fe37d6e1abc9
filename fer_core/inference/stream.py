"""Faces in frame after frame: search now and then, follow between, read each time, smooth."""

from dataclasses import dataclass

import cv2
import numpy as np

from fer_core.faces import FaceBox, crop
from fer_core.faces.box import inside
from fer_core.faces.readable import unreadable
from fer_core.inference.flow import follow, search_picture
from fer_core.inference.pipeline import Pipeline
from fer_core.inference.smoothing import Smoother, TrackedFace
from fer_core.inference.tracking import PATIENCE, Track, Tracker

_CUT = 30
"""Mean difference of two frames, gray levels, from which one does not follow from the other."""
_ROUNDINGS = 2
"""Pixels by which the search pictures of frames of different sizes and one shape may differ."""
_ALIKE = 0.5
"""Correlation of a face with itself when it was last found, below which it is searched again."""


@dataclass(frozen=True)
class StreamOptions:
    """What may change while frames come.

    Attributes:
        half_life: Seconds after which what was seen counts half; 0 smooths nothing.
        threshold: Confidence, 0..1, below which the answer is "not sure".
        search_every: The detector looks at every so-manieth frame; between, faces are followed.
            Measured on a face that moves, turns and grows (`benchmarks/tracking.py`): followed
            for 5 frames, boxes are as good as detected in each.
        search_within: Seconds after which it looks at the next frame in any case: where there are
            few frames a second, faces move too far between two of them to be followed.
    """

    half_life: float = 0.4
    threshold: float = 0.0
    search_every: int = 5
    search_within: float = 0.25

    def __post_init__(self) -> None:
        if (
            self.half_life < 0
            or not 0 <= self.threshold <= 1
            or self.search_every < 1
            or self.search_within < 0
        ):
            raise ValueError(f"{self} is out of range.")


class FaceStream:
    """Reads the frames of one camera or video in turn; for one thread at a time.

    Args:
        pipeline: Detector and classifier; may be replaced between frames.
        options: May be replaced between frames.
    """

    def __init__(self, pipeline: Pipeline, options: StreamOptions | None = None) -> None:
        self.pipeline = pipeline
        self.options = options or StreamOptions()
        self._tracker = Tracker()
        self._smoothers: dict[int, Smoother] = {}
        # The tracker counts in pixels of the search picture: those of the frames may change
        # size when a browser adapts to its network.
        self._before: np.ndarray | None = None
        self._since_search = 0
        self._searched = 0.0
        self._seconds = 0.0
        self._looks: dict[int, np.ndarray] = {}
        self._looks_changed = False

    def read(self, rgb: np.ndarray, seconds: float) -> list[TrackedFace]:
        """Returns the faces of the next frame, by number.

        After `tracking.PATIENCE` seconds without a frame, or when frames take another shape (a
        telephone was turned), every face is a new one.

        Args:
            rgb: uint8 frame of shape (h, w, 3).
            seconds: Its time; must not go back.
        """
        now = search_picture(rgb)
        if self._before is not None and (
            seconds - self._seconds > PATIENCE or not _are_of_one_shape(self._before, now)
        ):
            self._tracker.restart()
            self._before = None
        self._seconds = seconds
        scale = rgb.shape[1] / now.shape[1]
        is_cut = self._before is not None and _is_cut(self._before, now)
        is_followed = self._follow(now, seconds) and not is_cut
        if not is_followed or self._tracker.unsettled(seconds) or self._looks_changed:
            self._search(rgb, scale, seconds, is_cut)
        self._before = now
        self._forget()
        height, width = rgb.shape[:2]
        found = [(t, _box(t, scale, width, height)) for t in self._tracker.shown(seconds)]
        shown = [(track.number, box) for track, box in found if box is not None]
        faces = crop(rgb, [box for _, box in shown])
        self._looks_changed = self._compare({n: f for (n, _), f in zip(shown, faces, strict=True)})
        probabilities = self.pipeline.classifier.predict(faces)
        return [
            self._smoothed(number, box, p, seconds, unreadable(box, face, width, height))
            for (number, box), face, p in zip(shown, faces, probabilities, strict=True)
        ]

    def _follow(self, now: np.ndarray, seconds: float) -> bool:
        """Moves every face to where it is now; returns whether no search is due yet."""
        if self._before is None:
            return False
        places = np.array([track.place for track in self._tracker.followed()]).reshape(-1, 4)
        all_seen = self._tracker.move(follow(self._before, now, places), seconds)
        self._since_search += 1
        is_due = (
            self._since_search >= self.options.search_every
            or seconds - self._searched >= self.options.search_within
        )
        return all_seen and not is_due

    def _compare(self, faces: dict[int, np.ndarray]) -> bool:
        """Returns whether a face no longer looks as it did when it was last searched for."""
        changed = False
        for number, face in faces.items():
            look = self._looks.setdefault(number, face)
            changed |= _likeness(look, face) < _ALIKE
        return changed

    def _search(self, rgb: np.ndarray, scale: float, seconds: float, is_cut: bool) -> None:
        boxes = self.pipeline.detector.detect(rgb)
        places = np.array([[b.left, b.top, b.width, b.height] for b in boxes], float)
        scores = np.array([box.score for box in boxes])
        self._tracker.observe(places.reshape(-1, 4) / scale, scores, seconds, is_cut)
        self._since_search, self._searched = 0, seconds
        self._looks = {}

    def _forget(self) -> None:
        known = self._tracker.numbers()
        self._smoothers = {n: s for n, s in self._smoothers.items() if n in known}

    def _smoothed(
        self, number: int, box: FaceBox, probabilities: np.ndarray, seconds: float, reason: str
    ) -> TrackedFace:
        classes = self.pipeline.classifier.classes
        smoother = self._smoothers.get(number)
        if smoother is None or smoother.classes != classes:
            smoother = self._smoothers[number] = Smoother(classes)
        smoother.update(probabilities, seconds, self.options.half_life, self.options.threshold)
        assert smoother.probabilities is not None
        return TrackedFace(
            box,
            classes,
            smoother.probabilities,
            number,
            smoother.label,
            smoother.sure,
            threshold=self.options.threshold,
            unreadable=reason,
        )


def _are_of_one_shape(before: np.ndarray, now: np.ndarray) -> bool:
    """Returns whether search pictures are of one shape, but for roundings."""
    return bool(max(abs(a - b) for a, b in zip(before.shape, now.shape, strict=True)) <= _ROUNDINGS)


def _is_cut(before: np.ndarray, now: np.ndarray) -> bool:
    """Returns whether a gray search picture shows another scene than the one before."""
    return before.shape == now.shape and float(cv2.absdiff(before, now).mean()) > _CUT


def _likeness(a: np.ndarray, b: np.ndarray) -> float:
    """Returns the correlation of two gray pictures of one shape, -1..1; 1 if both are flat."""
    a, b = a - a.mean(), b - b.mean()
    norm = float(np.sqrt((a * a).sum() * (b * b).sum()))
    return float((a * b).sum()) / norm if norm else 1.0


def _box(track: Track, scale: float, width: int, height: int) -> FaceBox | None:
    left, top, w, h = track.place * scale
    return inside(left, top, left + w, top + h, track.score, width, height)
