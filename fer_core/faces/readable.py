"""Whether a face shows enough to be read."""

import cv2
import numpy as np

from fer_core.faces.box import FaceBox

SMALLEST = 24
"""Side, px. Of FER2013's PublicTest faces shrunk to 32, 24, 20, 16 px, `slim_vgg` reads 62, 58, 46
and 38 % rightly (68 % as they are, n = 349)."""

SHARPNESS = 0.125
"""See `sharpness`. Of the same faces 0.2 % are below it as they are, 4 % if blurred by a sigma of
1 px (58 % read rightly), 35 % by 1.5 px (42 %), 86 % by 2 px (32 %)."""

DOUBTFUL = {"yunet": 0.8}
"""Score by detector below which a box may be about nothing: of 1,050 faces of PublicTest, 160 px,
laid into scenes, 1 of the 7 boxes below is about nothing, and 4 of the 1,036 above."""

_RIM = 6
"""Rows and columns at the edge of a face's square that show hair and background."""


def unreadable(box: FaceBox, face: np.ndarray, width: int, height: int) -> str:
    """Returns why a face shows too little to be read, for people; empty if it shows enough.

    Args:
        box: Where it is.
        face: uint8 of shape (48, 48), cut out by it.
        width: Of the picture, px.
        height: Of the picture, px.
    """
    if max(box.width, box.height) < SMALLEST:
        return "too small"
    if any(not (0 <= x <= width and 0 <= y <= height) for x, y in box.landmarks):
        return "cut off"
    if sharpness(face) < SHARPNESS:
        return "too blurred"
    if box.score < DOUBTFUL.get(box.detector, 0):
        return "doubtful"
    return ""


def sharpness(face: np.ndarray) -> float:
    """Returns the deviation of a face's Laplacian of Gaussian (sigma 1 px), against its contrast.

    Args:
        face: uint8 of shape (48, 48).
    """
    gray = face.astype(np.float32)
    edges = cv2.Laplacian(cv2.GaussianBlur(gray, (0, 0), 1.0), cv2.CV_32F)
    inner = slice(_RIM, -_RIM)
    contrast = float(gray[inner, inner].std())
    return float(edges[inner, inner].std()) / max(contrast, 1.0)
