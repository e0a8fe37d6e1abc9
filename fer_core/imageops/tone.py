"""Gray values: colour to gray, brightness, contrast, gamma, histogram equalisation."""

from collections.abc import Callable

import cv2
import numpy as np


def grayscale(image: np.ndarray) -> np.ndarray:
    """Returns the luma 0.299 R + 0.587 G + 0.114 B (ITU-R BT.601).

    Args:
        image: uint8 RGB of shape (h, w, 3); gray of shape (h, w) is returned as it is.

    Returns:
        uint8 array of shape (h, w).
    """
    return image.copy() if image.ndim == 2 else cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)


def brightness_contrast(
    image: np.ndarray, brightness: float = 30.0, contrast: float = 1.2
) -> np.ndarray:
    """Stretches gray values around the middle one, 127.5, and shifts them.

    Args:
        image: uint8, (h, w, 3) or (h, w).
        brightness: What is added, -255..255.
        contrast: Factor, 0 (all gray) to 3; 1 keeps the contrast.

    Returns:
        uint8 array of the same shape; values beyond 0..255 are clipped.
    """
    levels = contrast * (np.arange(256) - 127.5) + 127.5 + brightness
    return cv2.LUT(image, np.rint(np.clip(levels, 0, 255)).astype(np.uint8))


def gamma_correction(image: np.ndarray, gamma: float = 1.8) -> np.ndarray:
    """Returns 255 (v / 255)^(1 / gamma): above 1 opens the shadows, below 1 deepens them.

    Args:
        image: uint8, (h, w, 3) or (h, w).
        gamma: 0.1..5.

    Returns:
        uint8 array of the same shape; black and white stay.
    """
    levels = 255 * (np.arange(256) / 255) ** (1 / gamma)
    return cv2.LUT(image, np.rint(levels).astype(np.uint8))


def equalize_histogram(image: np.ndarray) -> np.ndarray:
    """Spreads the gray values so that each is about equally frequent.

    Args:
        image: uint8, (h, w, 3) or (h, w). In a colour picture the luma is equalised and the
            colour differences stay, so that no hue shifts.

    Returns:
        uint8 array of the same shape.
    """
    return on_luma(image, cv2.equalizeHist)


def clahe(image: np.ndarray, clip_limit: float = 2.0, tiles: int = 8) -> np.ndarray:
    """Contrast-limited adaptive histogram equalisation (Zuiderveld 1994), on the luma.

    Args:
        image: uint8, (h, w, 3) or (h, w).
        clip_limit: How much more than its even share a gray value may count for, 1..40.
        tiles: Tiles per side that are equalised each for itself, 1..32.

    Returns:
        uint8 array of the same shape.
    """
    return on_luma(image, cv2.createCLAHE(clip_limit, (tiles, tiles)).apply)


def on_luma(image: np.ndarray, change: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """Applies a function of gray pictures to a gray one, or to the luma of an RGB one."""
    if image.ndim == 2:
        return change(image)
    luma, red, blue = cv2.split(cv2.cvtColor(image, cv2.COLOR_RGB2YCrCb))
    return cv2.cvtColor(cv2.merge((change(luma), red, blue)), cv2.COLOR_YCrCb2RGB)
