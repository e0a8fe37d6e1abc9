"""The size at which a picture is searched for faces."""

import cv2
import numpy as np


def shrunk(rgb: np.ndarray, longest_side: int) -> tuple[np.ndarray, float]:
    """Returns the picture no longer than `longest_side` px, and the factor applied (0 < s <= 1)."""
    height, width = rgb.shape[:2]
    scale = min(1.0, longest_side / max(height, width))
    if scale == 1.0:
        return rgb, 1.0
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), scale
