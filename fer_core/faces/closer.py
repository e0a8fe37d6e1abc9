"""A closer look at one face: upright, at the size a detector reads best, with its surroundings."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from fer_core.faces.box import FaceBox, Square
from fer_core.faces.crop import cut_turned
from fer_core.images import shrunk

Look = Callable[[np.ndarray], list[FaceBox]]
"""What detects: from uint8 RGB (h, w, 3) to boxes with landmarks."""

TURNED = 12.0
"""Degrees from which a face is turned upright before it is cut."""

_GAIN = 1.3
"""Angles are read short: YuNet reads 10, 18 and 21 degrees where there are 15, 30 and 45."""
_RESIDUE = 4.0
"""Degrees that are not worth another look."""
_LOOKS = 4
_FIRST = (0.0, 40.0, -40.0)
"""Degrees by which it is turned at first, in turn, until a face is seen plainly."""
_PLAIN = 0.88
"""Score of an upright face: of one turned by 40 degrees and more, YuNet is less sure."""
_CLEARLY = 0.03
"""By how much more must be seen from another start for it to be the better one."""
_SURROUNDINGS = 1.3
"""Side of what is looked at, in sides of the face: YuNet reads angles best of large faces."""
_SIZE = 256
"""Side of the picture that is looked at, px: the face then has 197."""


def look_closer(rgb: np.ndarray, box: FaceBox, look: Look) -> FaceBox | None:
    """Returns a face as it is seen turned upright and near by, or None if none is seen then.

    It is turned by what was read, looked at again, and turned by the rest; where nothing is seen
    plainly, from other starts too.

    Args:
        rgb: The picture.
        box: Where a face was found in it.
        look: Detects.

    Returns:
        Its box, with the best score of these looks, and, if it is turned by `TURNED` degrees or
        more, the square to cut.
    """
    middle = (box.left + box.width / 2, box.top + box.height / 2)
    start = Square(*middle, max(box.width, box.height), _GAIN * box.roll)
    best: tuple[float, Square] | None = None
    for degrees in _FIRST:
        settled = _settled(rgb, replace(start, degrees=start.degrees + degrees), look)
        if settled is not None and (best is None or settled[0] > best[0] + _CLEARLY):
            best = settled
        if best is not None and best[0] >= _PLAIN:
            break
    if best is None:
        return None
    score, square = best
    is_turned = abs(square.degrees) >= TURNED
    return replace(box, score=score, square=square if is_turned else None)


def _settled(rgb: np.ndarray, square: Square, look: Look) -> tuple[float, Square] | None:
    """Turns a square until the face in it is upright; returns the best score and the square."""
    seen = _seen(rgb, square, look)
    if seen is None:
        return None
    score = seen[0].score
    for _ in range(_LOOKS - 1):
        rest = seen[0].roll
        if abs(rest) < _RESIDUE:
            break
        turned = replace(seen[1], degrees=seen[1].degrees + _GAIN * rest)
        again = _seen(rgb, turned, look)
        if again is None:
            break
        seen, score = again, max(score, again[0].score)
    return score, seen[1]


def _seen(rgb: np.ndarray, square: Square, look: Look) -> tuple[FaceBox, Square] | None:
    """Returns what is seen of a face in a turned square, and its own square in the picture."""
    wide = replace(square, side=square.side * _SURROUNDINGS)
    patch, back = cut_turned(rgb, wide, max(_SIZE, round(wide.side / 2)))
    small, scale = shrunk(patch, _SIZE)
    about = [box for box in look(small) if _off(box) < _SIZE / 4]
    if not about:
        return None
    seen = max(about, key=lambda box: box.score)
    left, top = seen.left + seen.width / 2, seen.top + seen.height / 2
    x, y = back @ (left / scale, top / scale, 1)
    step = wide.side / _SIZE
    side = max(seen.width, seen.height) * step
    return seen, Square(float(x), float(y), side, square.degrees)


def _off(box: FaceBox) -> float:
    """Returns how far a box is from the middle of what is looked at, px."""
    x, y = box.left + box.width / 2, box.top + box.height / 2
    return max(abs(x - _SIZE / 2), abs(y - _SIZE / 2))
