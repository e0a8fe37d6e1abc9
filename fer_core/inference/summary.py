"""What a video showed: how long each emotion, its course over time, the strongest changes.

Frames are added one by one and none is kept. What is kept of a face that has gone is a few
numbers; only of the `MOST_TIMELINES` seen longest the course too.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np

from fer_core.faces import FaceBox
from fer_core.inference.smoothing import TrackedFace
from fer_core.inference.tracking import PATIENCE

MOST_BINS = 600
"""Points of a timeline at most: it gets coarser as the video gets longer."""
MOST_MOMENTS = 6
MOST_TIMELINES = 32
"""Faces that have gone whose timelines are kept."""
THUMBNAIL_SIDE = 96

_FINEST = 0.1
"""Seconds of a timeline's bin to begin with."""
_LONGEST_STEP = 1.0
"""Seconds that one frame counts at most: a gap in the video is nobody's expression."""
_SPAN = 1.0
"""Seconds across which a change is measured."""
_GLIMPSE = 0.2
"""Seconds between the states that are remembered for it."""
_APART = 2.0
"""Seconds within which only the strongest change of a face counts."""
_LEAST_CHANGE = 0.25


class Timeline:
    """A face's mean probabilities in equal bins of time, at most `MOST_BINS` of them.

    Bins in which the face was away count too: they get wider with the time from first to last.
    """

    def __init__(self) -> None:
        self.width = _FINEST
        self._sums: dict[int, np.ndarray] = {}
        self._counts: dict[int, int] = {}

    def add(self, seconds: float, probabilities: np.ndarray, since: float | None = None) -> None:
        """Takes one frame's probabilities.

        Args:
            seconds: When; time must not go back.
            probabilities: Array (classes,).
            since: When the frame before was, if it showed the face too: the bins between have no
                frame of their own, but the face was not away.
        """
        last = self._key(seconds)
        first = last if since is None else min(self._key(since) + 1, last)
        for key in range(first, last + 1):
            self._sums[key] = self._sums.get(key, 0) + probabilities.astype(float)
            self._counts[key] = self._counts.get(key, 0) + 1
        while len(self._bins()) > MOST_BINS:
            self._halve()

    def points(self) -> tuple[np.ndarray, np.ndarray]:
        """Returns the bins' middles (n,), seconds, and mean probabilities (n, classes).

        Where the face was away a row is NaN.
        """
        if not self._sums:
            return np.empty(0), np.empty((0, 0))
        keys = self._bins()
        away = np.full_like(next(iter(self._sums.values())), np.nan)
        means = [self._sums[k] / self._counts[k] if k in self._sums else away for k in keys]
        return (np.array(keys) + 0.5) * self.width, np.array(means)

    def _key(self, seconds: float) -> int:
        return int(seconds / self.width + 1e-6)  # 0.3 / 0.1 is a hair less than 3

    def _bins(self) -> range:
        # Dictionaries keep the order of insertion, which is that of time.
        return range(next(iter(self._sums)), next(reversed(self._sums)) + 1)

    def _halve(self) -> None:
        self.width *= 2
        sums, counts = self._sums, self._counts
        self._sums, self._counts = {}, {}
        for key, total in sums.items():
            self._sums[key // 2] = self._sums.get(key // 2, 0) + total
            self._counts[key // 2] = self._counts.get(key // 2, 0) + counts[key]


@dataclass(frozen=True, eq=False)
class Moment:
    """A strong change of one face within a second.

    Attributes:
        face: Its number.
        seconds: When the change was complete.
        change: Half the sum of what each probability changed by, 0..1.
        before: Emotion that led before, and its probability; `after` likewise.
        thumbnails: uint8 RGB pictures (96, 96, 3) of the face before and after.
    """

    face: int
    seconds: float
    change: float
    before: tuple[str, float]
    after: tuple[str, float]
    thumbnails: tuple[np.ndarray, np.ndarray]


@dataclass
class FaceSummary:
    """One face over the whole video.

    Attributes:
        number: Its number in the annotated video.
        classes: Emotion names.
        first: Seconds when it was first seen.
        last: Seconds when it was last seen.
        spent: Seconds for which each answer was given, "not sure" too.
        timeline: Its probabilities over time; empty where `MOST_TIMELINES` others that have gone
            were seen longer.
    """

    number: int
    classes: tuple[str, ...]
    first: float
    last: float
    spent: dict[str, float] = field(default_factory=dict)
    timeline: Timeline = field(default_factory=Timeline)

    @property
    def seconds(self) -> float:
        """For how long it was seen."""
        return sum(self.spent.values())

    def shares(self) -> dict[str, float]:
        """Returns the share of its time that each answer was given, the largest first."""
        total = self.seconds or 1.0
        ranked = sorted(self.spent.items(), key=lambda item: -item[1])
        return {answer: seconds / total for answer, seconds in ranked}


class Summary:
    """Adds up a video.

    Attributes:
        frames: How many were added.
        seconds: Time of the last.
        faces: By number.
        moments: The strongest changes, in order of time.
    """

    def __init__(self) -> None:
        self.frames = 0
        self.seconds = 0.0
        self.faces: dict[int, FaceSummary] = {}
        self._strongest: list[Moment] = []
        self._lately: dict[int, deque[_Glimpse]] = {}
        self._with_timeline: set[int] = set()

    def add(
        self, rgb: np.ndarray, faces: Sequence[TrackedFace], seconds: float, threshold: float
    ) -> None:
        """Takes a frame and its faces."""
        step = min(seconds - self.seconds, _LONGEST_STEP) if self.frames else 0.0
        follows = self.frames > 0 and seconds - self.seconds <= _LONGEST_STEP
        for face in faces:
            known = self.faces.setdefault(
                face.number, FaceSummary(face.number, face.classes, seconds, seconds)
            )
            answer = face.answer(threshold)
            known.spent[answer] = known.spent.get(answer, 0.0) + step
            was_there = follows and known.last == self.seconds
            known.timeline.add(seconds, face.probabilities, self.seconds if was_there else None)
            known.last = seconds
            self._with_timeline.add(face.number)
            self._look(rgb, face, seconds)
        self.frames, self.seconds = self.frames + 1, seconds
        for number in [n for n in self._lately if self.faces[n].last < seconds - _SPAN]:
            del self._lately[number]
        self._drop_timelines(seconds)

    @property
    def moments(self) -> list[Moment]:
        """The strongest changes, in order of time."""
        return sorted(self._strongest, key=lambda moment: moment.seconds)

    def longest(self, count: int) -> list[FaceSummary]:
        """Returns the faces seen longest, by number."""
        seen = sorted(self.faces.values(), key=lambda face: -face.seconds)[:count]
        return sorted(seen, key=lambda face: face.number)

    def _drop_timelines(self, seconds: float) -> None:
        known = (self.faces[number] for number in self._with_timeline)
        gone = [face for face in known if face.last < seconds - PATIENCE]
        if len(gone) > MOST_TIMELINES:
            for face in sorted(gone, key=lambda face: -face.seconds)[MOST_TIMELINES:]:
                face.timeline = Timeline()
                self._with_timeline.remove(face.number)

    def _look(self, rgb: np.ndarray, face: TrackedFace, seconds: float) -> None:
        lately = self._lately.setdefault(face.number, deque())
        if lately and seconds - lately[-1].seconds < _GLIMPSE:
            return
        glimpse = _Glimpse(seconds, face.probabilities, _thumbnail(rgb, face.box))
        while len(lately) > 1 and lately[1].seconds <= seconds - _SPAN:
            lately.popleft()
        if lately and lately[0].seconds <= seconds - _SPAN:
            self._weigh(face, lately[0], glimpse)
        lately.append(glimpse)

    def _weigh(self, face: TrackedFace, before: "_Glimpse", after: "_Glimpse") -> None:
        if len(before.probabilities) != len(after.probabilities):
            return  # another model took over
        change = float(np.abs(after.probabilities - before.probabilities).sum() / 2)
        if change < _LEAST_CHANGE:
            return
        near = [
            moment
            for moment in self._strongest
            if moment.face == face.number and after.seconds - moment.seconds < _APART
        ]
        if any(moment.change >= change for moment in near):
            return
        self._strongest = [moment for moment in self._strongest if moment not in near]
        leaders = [_leader(face.classes, glimpse.probabilities) for glimpse in (before, after)]
        pictures = before.thumbnail, after.thumbnail
        self._strongest.append(
            Moment(face.number, after.seconds, change, leaders[0], leaders[1], pictures)
        )
        self._strongest.sort(key=lambda moment: -moment.change)
        del self._strongest[MOST_MOMENTS:]


@dataclass(frozen=True, eq=False)
class _Glimpse:
    seconds: float
    probabilities: np.ndarray
    thumbnail: np.ndarray


def _leader(classes: tuple[str, ...], probabilities: np.ndarray) -> tuple[str, float]:
    best = int(probabilities.argmax())
    return classes[best], float(probabilities[best])


def _thumbnail(rgb: np.ndarray, box: FaceBox) -> np.ndarray:
    """Returns the square about a face with an eighth more on each side, as far as there is."""
    height, width = rgb.shape[:2]
    side = min(round(max(box.width, box.height) * 1.25), height, width)
    left = min(max(box.left + (box.width - side) // 2, 0), width - side)
    top = min(max(box.top + (box.height - side) // 2, 0), height - side)
    size = (THUMBNAIL_SIDE, THUMBNAIL_SIDE)
    square = rgb[top : top + side, left : left + side]
    return cv2.resize(square, size, interpolation=cv2.INTER_AREA)
