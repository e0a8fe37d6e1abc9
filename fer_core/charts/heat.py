"""A face with what matters in it laid over."""

import cv2
import numpy as np

SCALE = 6
"""Whole factor by which a 48-px face is enlarged."""


def heat_overlay(face: np.ndarray, heat: np.ndarray) -> np.ndarray:
    """Returns the face enlarged, brighter colours where the heat is higher.

    Args:
        face: uint8 array of shape (48, 48).
        heat: float array of shape (48, 48); what is not above 0 leaves the face as it is.

    Returns:
        uint8 RGB array of shape (288, 288, 3).
    """
    positive = np.maximum(heat, 0)
    share = positive / positive.max() if positive.max() > 0 else positive
    large = cv2.resize(share.astype(np.float32), None, fx=SCALE, fy=SCALE)[..., None]
    colours = cv2.applyColorMap((255 * large[..., 0]).astype(np.uint8), cv2.COLORMAP_INFERNO)
    gray = np.repeat(enlarged(face)[..., None], 3, axis=2)
    blended = gray * (1 - 0.65 * large) + colours[..., ::-1] * 0.65 * large
    result: np.ndarray = np.clip(blended, 0, 255).astype(np.uint8)
    return result


def enlarged(face: np.ndarray, scale: int = SCALE) -> np.ndarray:
    """Returns a gray face (h, w) with each pixel drawn as `scale` x `scale` pixels."""
    return cv2.resize(face, None, fx=scale, fy=scale, interpolation=cv2.INTER_NEAREST)
