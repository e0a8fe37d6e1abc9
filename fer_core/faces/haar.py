"""Haar cascades (Viola and Jones 2001), as OpenCV 4 ships them."""

from functools import partial
from pathlib import Path

import cv2
import cv2.data
import numpy as np

from fer_core.common.pool import Pool
from fer_core.errors import DetectorError
from fer_core.faces.box import FaceBox, inside
from fer_core.images import shrunk, to_gray

LONGEST_SIDE = 640
"""Pictures are searched at most this long, px: at full size a phone's photo takes seconds."""

_SCALE_FACTOR = 1.2
_MIN_NEIGHBOURS = 5
_WINDOW = 24
"""The cascades cannot see a face smaller than this, px."""


class HaarDetector:
    """Finds frontal faces; needs no download.

    At 640 x 480, alt2 takes 7 ms when `fast` and 53 ms otherwise (110 ms with OpenCV's own
    scale factor of 1.1), measured on two cores. A picture in which nothing is found is searched
    once more with its contrast evened out, and takes twice as long.

    Args:
        cascade: "alt2", or "default" (finds a little more, errs a little more often).
        fast: Only faces from an eighth of the picture's longer side (80 px of 640): for video.
            Otherwise from a twentieth (32 px of 640): for pictures with many people.

    Raises:
        DetectorError: If there is no such cascade.
    """

    def __init__(self, cascade: str = "alt2", fast: bool = False) -> None:
        self.name = f"haar_{cascade}"
        self._smallest = 1 / 8 if fast else 1 / 20
        if not _path(cascade).exists():
            raise DetectorError(f"OpenCV ships no frontal face cascade named {cascade!r}.")
        self._cascades: Pool[cv2.CascadeClassifier] = Pool(partial(_open, cascade))

    def detect(self, rgb: np.ndarray) -> list[FaceBox]:
        """Returns the faces of a uint8 RGB picture (h, w, 3), in no order.

        A box's score is n / (n + 5), where n is the number of windows that agreed on it and 5
        the least that is asked for: from 0.5 towards 1.
        """
        height, width = rgb.shape[:2]
        small, scale = shrunk(rgb, LONGEST_SIDE)
        gray = to_gray(small)
        boxes, agreed = self._search(gray)
        if len(boxes) == 0:
            boxes, agreed = self._search(_evened(gray))
        found = []
        for (x, y, w, h), n in zip(boxes / scale, agreed, strict=True):
            score = n / (n + _MIN_NEIGHBOURS)
            found.append(inside(x, y, x + w, y + h, score, width, height, detector=self.name))
        return [box for box in found if box is not None]

    def _search(self, gray: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Returns boxes (n, 4) as left, top, width, height in px, and how many windows agreed."""
        smallest = max(_WINDOW, round(max(gray.shape) * self._smallest))
        with self._cascades.lend() as cascade:
            boxes, agreed = cascade.detectMultiScale2(
                gray,
                scaleFactor=_SCALE_FACTOR,
                minNeighbors=_MIN_NEIGHBOURS,
                minSize=(smallest, smallest),
            )
        return np.asarray(boxes).reshape(-1, 4), np.asarray(agreed)


def _path(cascade: str) -> Path:
    return Path(cv2.data.haarcascades) / f"haarcascade_frontalface_{cascade}.xml"


def _open(cascade: str) -> cv2.CascadeClassifier:
    return cv2.CascadeClassifier(str(_path(cascade)))


def _evened(gray: np.ndarray) -> np.ndarray:
    """Returns the picture with its local contrast evened out (CLAHE, Zuiderveld 1994).

    Of faces at a fifth of the light, alt2 then finds 62 % rather than 5 %
    (`benchmarks/detectors.py`). Brush strokes, though, it sharpens until they hide a face.
    """
    return cv2.createCLAHE(2.0, (8, 8)).apply(gray)
