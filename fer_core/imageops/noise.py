"""Noise, the same for the same seed."""

import cv2
import numpy as np


def gaussian_noise(image: np.ndarray, sigma: float = 20.0, seed: int = 0) -> np.ndarray:
    """Adds to every value an independent draw of a normal distribution.

    Args:
        image: uint8, (h, w, 3) or (h, w).
        sigma: Standard deviation in gray values, 0..100.
        seed: 0..9999.

    Returns:
        uint8 array of the same shape, clipped to 0..255.
    """
    noise = np.empty(image.shape, np.int16)
    cv2.setRNGSeed(seed)
    cv2.randn(noise, 0, sigma)
    return cv2.add(image, noise, dtype=cv2.CV_8U)


def salt_and_pepper(image: np.ndarray, share: float = 5.0, seed: int = 0) -> np.ndarray:
    """Turns single pixels white or black, each as often.

    Args:
        image: uint8, (h, w, 3) or (h, w).
        share: Percent of the pixels, 0..100.
        seed: 0..9999.

    Returns:
        uint8 array of the same shape.
    """
    draw = np.empty(image.shape[:2], np.float32)
    cv2.setRNGSeed(seed)
    cv2.randu(draw, 0, 100)
    noisy = image.copy()
    noisy[draw < share / 2] = 0
    noisy[draw >= 100 - share / 2] = 255
    return noisy
