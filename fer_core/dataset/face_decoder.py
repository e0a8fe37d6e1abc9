"""The face in a picture's file, as the 48 x 48 grays of FER2013."""

import io
import warnings
from collections.abc import Callable

import cv2
import numpy as np
from PIL import Image

from fer_core.errors import DatasetError, ImageError
from fer_core.images import FACE_SIZE, decode, to_gray

MAX_PIXELS = 16_000_000
"""Of one picture of a face: a phone's photo is taken, a poster is not."""

MAX_ALL_PIXELS = 10_000_000_000
"""Of all pictures together, which take some minutes to decode; 35,887 of 500 x 500 have 9 thousand
million."""

Cut = Callable[[np.ndarray], np.ndarray]
"""From an upright uint8 RGB picture (h, w, 3) to a uint8 gray face (48, 48); raises ImageError."""


def middle_square(rgb: np.ndarray) -> np.ndarray:
    """Returns the middle square of a picture, taken as one face: uint8 gray, (48, 48)."""
    height, width = rgb.shape[:2]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    return _scaled(to_gray(rgb[top : top + side, left : left + side]))


class Decoder:
    """Decodes one picture after another, and stops where together they are too many pixels.

    Args:
        source: What they are of, for people.
        cut: Cuts the face out of a picture.
    """

    def __init__(self, source: str, cut: Cut = middle_square) -> None:
        self._source, self._cut = source, cut
        self._pixels = 0

    def face(self, data: bytes) -> np.ndarray:
        """Returns the face in a picture's file as uint8 gray of shape (48, 48).

        Raises:
            ImageError: If it is damaged, no picture or too large.
            DatasetError: If with it they are more than `MAX_ALL_PIXELS`.
        """
        pixels = _announced_pixels(data)
        if pixels > MAX_PIXELS:
            raise ImageError(
                f"The picture has {pixels / 1e6:.0f} million pixels; the limit for a face is "
                f"{MAX_PIXELS / 1e6:.0f} million. Save it smaller."
            )
        self._pixels += pixels
        if self._pixels > MAX_ALL_PIXELS:
            raise DatasetError(
                f"The pictures of {self._source} have over {MAX_ALL_PIXELS / 1e9:.0f} thousand "
                f"million pixels together. Save them smaller; {FACE_SIZE} × {FACE_SIZE} are used."
            )
        rgb = decode(data)
        if rgb.shape[:2] == (FACE_SIZE, FACE_SIZE):
            return to_gray(rgb)
        return self._cut(rgb)


def _announced_pixels(data: bytes) -> int:
    """Returns how many pixels a picture's header announces; 0 where `decode` will refuse it."""
    try:
        with warnings.catch_warnings(action="ignore", category=Image.DecompressionBombWarning):
            width, height = Image.open(io.BytesIO(data)).size
    except Exception:  # hostile headers raise nearly anything
        return 0
    return width * height


def _scaled(gray: np.ndarray) -> np.ndarray:
    """Returns a gray picture as one of shape (48, 48)."""
    if gray.shape == (FACE_SIZE, FACE_SIZE):
        return gray
    shrinks = min(gray.shape) > FACE_SIZE
    method = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return cv2.resize(gray, (FACE_SIZE, FACE_SIZE), interpolation=method)
