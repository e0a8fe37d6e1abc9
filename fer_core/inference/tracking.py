"""Which face is which from frame to frame: detections are matched to tracks with steady numbers.

After SORT (Bewley et al. 2016): the Hungarian method assigns detections to the places where the
tracks are expected. Two things differ: between detections a face is followed by its own picture
(`flow`) rather than by a Kalman filter, and the overlap is the distance-IoU of Zheng et al. 2020,
which still tells near from far where boxes do not touch.
"""

import math
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

PATIENCE = 4.0
"""Seconds for which a face that is no longer found keeps its number."""
SHOWN_WHILE_MISSED = 0.3
"""Seconds for which a face that is no longer found is still shown."""

_NEAREST = -0.25
"""Least distance-IoU of a match: boxes of one size up to 1.2 widths apart."""
_GAIN = 0.6
"""Weight of a new detection against where the face was expected: steadies the box."""
_STEADY = 0.2
"""Seconds over which speed is averaged, as a time constant."""
_GLIDE = 0.4
"""Seconds after which a face out of sight is expected to have stopped, as a time constant."""
_CERTAIN = 2
"""Detections before a face is believed, as SORT's min_hits: the next search comes at once ..."""
_SPARSE = 0.25
"""... but in a scene's first frame, and where searches are so many seconds apart, one is enough."""


@dataclass
class Track:
    """One face over time.

    Attributes:
        number: From 1, never given twice.
        place: float array (4,): left, top, width, height.
        score: Of its last detection.
        seen: Seconds at its last detection.
        hits: Detections so far.
        missed: Whether the last search did not find it.
        believed: Whether one detection is enough to show it.
        cut_away: Whether the picture changed to another scene since, in which it was not found.
    """

    number: int
    place: np.ndarray
    score: float
    seen: float
    hits: int = 1
    missed: bool = False
    believed: bool = False
    cut_away: bool = False

    def __post_init__(self) -> None:
        self._at = self.seen
        self._anchor = self.place.copy()
        self._speed = np.zeros(2)

    def expect(self, seconds: float) -> None:
        """Moves it to where it should be at that time, if that is not known already."""
        if self.missed:
            self.place = self._glided(seconds)
        else:
            self.place[:2] += self._speed * (seconds - self._at)
        self._at = seconds

    def followed(self, place: np.ndarray, seconds: float) -> None:
        """Takes where its picture was seen to move to."""
        self.place, self._at = place, seconds

    def _glided(self, seconds: float) -> np.ndarray:
        """Returns where it is if it has been out of sight since its last detection."""
        gone = seconds - self.seen
        place = self._anchor.copy()
        place[:2] += self._speed * _GLIDE * (1 - np.exp(-gone / _GLIDE))
        return place

    def found(self, place: np.ndarray, score: float, seconds: float) -> None:
        """Takes a detection."""
        self.place = place if self.missed else self.place + _GAIN * (place - self.place)
        gone = max(seconds - self.seen, 1e-3)
        speed = (_middle(self.place) - _middle(self._anchor)) / gone
        weight = 1 if self.hits == 1 else 1 - np.exp(-gone / _STEADY)
        self._speed += weight * (speed - self._speed)
        self._anchor = self.place.copy()
        self.score, self.seen, self._at = score, seconds, seconds
        self.missed = self.cut_away = False
        self.hits += 1

    def lost(self, seconds: float) -> None:
        """Takes that a search did not find it: what covers it now must not carry it away."""
        self.missed = True
        self.expect(seconds)


class Tracker:
    """Keeps the tracks of one camera or video; in any unit of length, the same throughout."""

    def __init__(self) -> None:
        self._tracks: list[Track] = []
        self._given = 0
        self._searched = -math.inf

    def observe(
        self, places: np.ndarray, scores: np.ndarray, seconds: float, is_cut: bool = False
    ) -> None:
        """Takes what a detector found in the frame at that time.

        Args:
            places: float array (n, 4): left, top, width, height.
            scores: Array (n,).
            seconds: Time of the frame.
            is_cut: Whether it shows another scene than the frame before: what is not found in it
                is not there.
        """
        is_sparse = is_cut or seconds - self._searched >= _SPARSE
        self._searched = seconds
        for track in self._tracks:
            track.expect(seconds)
        known = np.array([track.place for track in self._tracks]).reshape(-1, 4)
        pairs = match(known, places)
        for row, column in pairs:
            self._tracks[row].found(places[column], float(scores[column]), seconds)
        for row in set(range(len(self._tracks))) - {row for row, _ in pairs}:
            self._tracks[row].lost(seconds)
            self._tracks[row].cut_away |= is_cut
        self._tracks = [t for t in self._tracks if not self._forgotten(t, seconds)]
        for column in sorted(set(range(len(places))) - {column for _, column in pairs}):
            self._given += 1
            score = float(scores[column])
            place = places[column].copy()
            track = Track(self._given, place, score, seconds, believed=is_sparse)
            self._tracks.append(track)

    def restart(self) -> None:
        """Forgets every face: what comes next has nothing to do with what was before."""
        self._tracks, self._searched = [], -math.inf

    def move(self, places: np.ndarray, seconds: float) -> bool:
        """Takes where `followed` were seen to move to; returns whether all of them were.

        Args:
            places: float array (n, 4) in the order of `followed`; NaN where it cannot be told.
            seconds: Time of this frame.
        """
        for track, place in zip(self.followed(), places, strict=True):
            if np.isfinite(place).all():
                track.followed(place, seconds)
        for track in self._tracks:
            track.expect(seconds)
        return bool(np.isfinite(places).all())

    def followed(self) -> list[Track]:
        """Returns the tracks found by the last search: those whose pixels show the face itself."""
        return [track for track in self._tracks if not track.missed]

    def shown(self, seconds: float) -> list[Track]:
        """Returns the tracks to show at that time, by number."""
        return [
            track
            for track in self._tracks
            if (track.hits >= _CERTAIN or track.believed)
            and (not track.missed or self._may_be_there(track, seconds))
        ]

    def numbers(self) -> set[int]:
        """Returns the numbers of all faces not forgotten."""
        return {track.number for track in self._tracks}

    def unsettled(self, seconds: float) -> bool:
        """Returns whether a search now would settle something: a face not yet sure, or missed."""
        return any(
            track.hits < _CERTAIN or (track.missed and self._may_be_there(track, seconds))
            for track in self._tracks
        )

    def _may_be_there(self, track: Track, seconds: float) -> bool:
        return not track.cut_away and seconds - track.seen <= SHOWN_WHILE_MISSED

    def _forgotten(self, track: Track, seconds: float) -> bool:
        if not track.missed:
            return False
        return track.hits < _CERTAIN or seconds - track.seen > PATIENCE


def match(places: np.ndarray, others: np.ndarray) -> list[tuple[int, int]]:
    """Returns which row of `places` (n, 4) is which row of `others` (m, 4), each at most once.

    The pairs are those whose distance-IoUs sum highest, where no pair counts as the least that
    is allowed: two poor pairs never replace a good one.
    """
    if not len(places) or not len(others):
        return []
    nearness = distance_iou(places, others)
    rows, columns = linear_sum_assignment(np.maximum(nearness, _NEAREST), maximize=True)
    return [
        (int(r), int(c)) for r, c in zip(rows, columns, strict=True) if nearness[r, c] > _NEAREST
    ]


def distance_iou(places: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Returns the distance-IoU (Zheng et al. 2020) of every pair, shape (n, m), in -1..1.

    It is the intersection over the union, less the squared distance of the centres over the
    squared diagonal of the smallest box around both.

    Args:
        places: float array (n, 4): left, top, width, height.
        others: float array (m, 4), likewise.
    """
    a, b = places[:, None, :], others[None, :, :]
    low, high = np.maximum(a[..., :2], b[..., :2]), np.minimum(_end(a), _end(b))
    both = np.prod(np.maximum(high - low, 0), axis=-1)
    union = np.prod(a[..., 2:], axis=-1) + np.prod(b[..., 2:], axis=-1) - both
    around = np.maximum(_end(a), _end(b)) - np.minimum(a[..., :2], b[..., :2])
    apart = np.sum((_middle(a) - _middle(b)) ** 2, axis=-1)
    result: np.ndarray = both / union - apart / np.sum(around**2, axis=-1)
    return result


def _end(places: np.ndarray) -> np.ndarray:
    result: np.ndarray = places[..., :2] + places[..., 2:]
    return result


def _middle(places: np.ndarray) -> np.ndarray:
    return places[..., :2] + places[..., 2:] / 2
