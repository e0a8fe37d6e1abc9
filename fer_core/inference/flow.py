"""Where faces have moved from one frame to the next: median flow (Kalal, Mikolajczyk, Matas 2010).

A grid of points in each box is followed by pyramidal Lucas-Kanade, forwards and back again; of
those that come back to where they began, the median says how far the box moved and the median
ratio of their distances how much it grew. `benchmarks/tracking.py` compares it with holding the
last box, constant velocity and template matching.
"""

from typing import Any

import cv2
import numpy as np

from fer_core.images import shrunk, to_gray

_GRID = 6
_FEWEST = _GRID**2 // 2
"""Points that must be left to judge by: pure noise leaves a quarter."""
_RETURN = 1.0
"""A point is trusted if it comes back this near, px of the search picture."""
_SMALLEST = 8
"""Boxes with a shorter side, px, show too little to be followed."""
_GROWTH = 1.3
"""What seems to grow or shrink more than this within one frame was not followed."""
_SEARCH_SIDE = 320
"""Longest side, px, of the picture the flow is computed on."""


def search_picture(rgb: np.ndarray) -> np.ndarray:
    """Returns the small gray picture `follow` works on, of a uint8 RGB frame (h, w, 3)."""
    return to_gray(shrunk(rgb, _SEARCH_SIDE)[0])


def follow(before: np.ndarray, after: np.ndarray, boxes: np.ndarray) -> np.ndarray:
    """Returns the boxes as they are in the later picture; rows of NaN where that cannot be told.

    Args:
        before: Gray uint8 picture (h, w), of `search_picture`.
        after: The next one, of the same shape.
        boxes: float array (n, 4): left, top, width, height, px of these pictures.
    """
    moved = np.full(boxes.shape, np.nan)
    if not len(boxes) or before.shape != after.shape:
        return moved
    points = np.concatenate([_grid(box) for box in boxes])
    found, trusted = _track(before, after, points)
    for row, start in enumerate(range(0, len(points), _GRID**2)):
        of_face = slice(start, start + _GRID**2)
        sure = trusted[of_face]
        if sure.sum() >= _FEWEST and boxes[row, 2:].min() >= _SMALLEST:
            moved[row] = _moved(boxes[row], points[of_face][sure], found[of_face][sure])
    return moved


def _grid(box: np.ndarray) -> np.ndarray:
    """Returns points (36, 2) over the middle 80 % of a box: its corners show background."""
    left, top, width, height = box
    steps = np.linspace(0.1, 0.9, _GRID)
    xs, ys = np.meshgrid(left + steps * width, top + steps * height)
    return np.stack([xs.ravel(), ys.ravel()], axis=1).astype(np.float32)


def _track(
    before: np.ndarray, after: np.ndarray, points: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    window, levels = (11, 11), 2
    wherever: Any = None  # no guess where the points went: the stubs know no None
    found, forth, _ = cv2.calcOpticalFlowPyrLK(
        before, after, points[:, None], wherever, winSize=window, maxLevel=levels
    )
    returned, back, _ = cv2.calcOpticalFlowPyrLK(
        after, before, found, wherever, winSize=window, maxLevel=levels
    )
    error = np.linalg.norm(points - returned[:, 0], axis=1)
    return found[:, 0], (forth[:, 0] == 1) & (back[:, 0] == 1) & (error < _RETURN)


def _moved(box: np.ndarray, before: np.ndarray, after: np.ndarray) -> np.ndarray:
    left, top, width, height = box
    dx, dy = np.median(after - before, axis=0)
    first, second = np.triu_indices(len(before), 1)
    distance = np.linalg.norm(before[first] - before[second], axis=1)
    growth = np.median(np.linalg.norm(after[first] - after[second], axis=1) / distance)
    if not 1 / _GROWTH < growth < _GROWTH:
        return np.full(4, np.nan)
    x, y = left + width / 2 + dx, top + height / 2 + dy
    width, height = width * growth, height * growth
    return np.array([x - width / 2, y - height / 2, width, height])
