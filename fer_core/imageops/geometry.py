"""Size and position: resize, crop, rotate, flip."""

import math

import cv2
import numpy as np

INTERPOLATIONS = {
    "nearest": cv2.INTER_NEAREST_EXACT,
    "bilinear": cv2.INTER_LINEAR,
    "bicubic": cv2.INTER_CUBIC,
    "area": cv2.INTER_AREA,
}
"""What a new pixel is made of: one old pixel, 2 x 2, 4 x 4, or the mean of all it covers."""

DIRECTIONS = {"left-right": 1, "top-bottom": 0, "both": -1}


def resize(
    image: np.ndarray,
    width: int = 640,
    height: int = 640,
    keep_proportions: bool = True,
    interpolation: str = "area",
) -> np.ndarray:
    """Scales to a size in pixels.

    Args:
        image: uint8, (h, w, 3) or (h, w).
        width: New width, 1..4096.
        height: New height, 1..4096.
        keep_proportions: Whether width and height are a box to fit into, rather than to fill.
        interpolation: One of `INTERPOLATIONS`; "area" is right for making smaller, and is
            taken as "bilinear" where the picture becomes wider or higher.

    Returns:
        uint8 array of shape (height, width) or (height, width, 3).
    """
    if keep_proportions:
        scale = min(width / image.shape[1], height / image.shape[0])
        width = max(1, round(image.shape[1] * scale))
        height = max(1, round(image.shape[0] * scale))
    if interpolation == "area" and (width > image.shape[1] or height > image.shape[0]):
        interpolation = "bilinear"
    return cv2.resize(image, (width, height), interpolation=INTERPOLATIONS[interpolation])


def crop(
    image: np.ndarray,
    left: float = 10.0,
    top: float = 10.0,
    right: float = 10.0,
    bottom: float = 10.0,
) -> np.ndarray:
    """Cuts away a share of each side; at least one pixel stays.

    Args:
        image: uint8, (h, w, 3) or (h, w).
        left: Percent of the width, 0..99; likewise `right`.
        top: Percent of the height, 0..99; likewise `bottom`.
        right: See `left`.
        bottom: See `top`.

    Returns:
        uint8 array, a copy of what is left.
    """
    height, width = image.shape[:2]
    x0, y0 = int(width * left / 100), int(height * top / 100)
    x1 = max(x0 + 1, width - int(width * right / 100))
    y1 = max(y0 + 1, height - int(height * bottom / 100))
    return image[y0:y1, x0:x1].copy()


def rotate(image: np.ndarray, angle: float = 15.0, expand: bool = True) -> np.ndarray:
    """Turns the picture about its centre, with bilinear interpolation; new corners are black.

    Args:
        image: uint8, (h, w, 3) or (h, w).
        angle: Degrees anticlockwise, -180..180.
        expand: Whether the picture grows so that no corner is cut off.

    Returns:
        uint8 array of the same shape, or larger if `expand`.
    """
    height, width = image.shape[:2]
    turn = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), angle, 1.0)
    cosine, sine = abs(turn[0, 0]), abs(turn[0, 1])
    new_width, new_height = width, height
    if expand:
        new_width = whole_pixels(width, width * cosine + height * sine)
        new_height = whole_pixels(height, width * sine + height * cosine)
        turn[:, 2] += (new_width - width) / 2, (new_height - height) / 2
    return cv2.warpAffine(image, turn, (new_width, new_height))


def whole_pixels(side: int, span: float) -> int:
    """Returns how many of the old side's pixels, continued, a span about its middle touches."""
    if abs(span - round(span)) < 1e-6:
        return round(span)
    return math.ceil((side + span) / 2) - math.floor((side - span) / 2)


def flip(image: np.ndarray, direction: str = "left-right") -> np.ndarray:
    """Mirrors the picture.

    Args:
        image: uint8, (h, w, 3) or (h, w).
        direction: One of `DIRECTIONS`.

    Returns:
        uint8 array of the same shape.
    """
    return cv2.flip(image, DIRECTIONS[direction])
