"""Edges and thresholds: pictures of shape rather than of tone. All return gray pictures."""

import cv2
import numpy as np

from fer_core.imageops.tone import grayscale


def canny(image: np.ndarray, low: float = 80.0, high: float = 160.0) -> np.ndarray:
    """Draws thin connected edges (Canny 1986).

    Args:
        image: uint8, (h, w, 3) or (h, w).
        low: Gradient from which an edge continues, 0..1000.
        high: Gradient from which an edge starts, 0..1000; the larger of the two is taken.

    Returns:
        uint8 array of shape (h, w), 255 on edges and 0 elsewhere.
    """
    return cv2.Canny(grayscale(image), low, high)


def sobel(image: np.ndarray) -> np.ndarray:
    """Returns the length of the 3 x 3 Sobel gradient, clipped at 255.

    Args:
        image: uint8, (h, w, 3) or (h, w).

    Returns:
        uint8 array of shape (h, w).
    """
    gray = grayscale(image)
    across = cv2.Sobel(gray, cv2.CV_32F, 1, 0, borderType=cv2.BORDER_REPLICATE)
    down = cv2.Sobel(gray, cv2.CV_32F, 0, 1, borderType=cv2.BORDER_REPLICATE)
    return cv2.convertScaleAbs(cv2.magnitude(across, down))


def threshold(image: np.ndarray, level: int = 127) -> np.ndarray:
    """Returns white where the picture is brighter than `level`, black elsewhere.

    Args:
        image: uint8, (h, w, 3) or (h, w).
        level: 0..255.

    Returns:
        uint8 array of shape (h, w), values 0 and 255.
    """
    return cv2.threshold(grayscale(image), level, 255, cv2.THRESH_BINARY)[1]


def otsu_threshold(image: np.ndarray) -> np.ndarray:
    """Thresholds where the two groups of gray values differ most (Otsu 1979).

    Args:
        image: uint8, (h, w, 3) or (h, w).

    Returns:
        uint8 array of shape (h, w), values 0 and 255.
    """
    return cv2.threshold(grayscale(image), 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)[1]


def adaptive_threshold(image: np.ndarray, size: int = 31, offset: float = 5.0) -> np.ndarray:
    """Thresholds each pixel against the mean of its neighbourhood: copes with uneven light.

    Args:
        image: uint8, (h, w, 3) or (h, w).
        size: Side of the neighbourhood in pixels, odd, 3..199.
        offset: How much darker than that mean still counts as white, -100..100.

    Returns:
        uint8 array of shape (h, w), values 0 and 255.
    """
    return cv2.adaptiveThreshold(
        grayscale(image), 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY, size, offset
    )
