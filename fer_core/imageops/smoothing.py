"""Blurring and its inverse. Beyond the border the outermost pixels are repeated."""

import cv2
import numpy as np


def gaussian_blur(image: np.ndarray, sigma: float = 3.0) -> np.ndarray:
    """Averages with Gaussian weights over 6 sigma + 1 pixels.

    Args:
        image: uint8, (h, w, 3) or (h, w).
        sigma: Standard deviation in pixels, 0.1..15; the time grows with it, so a wider blur is
            better had from a smaller picture, or from `box_blur`.

    Returns:
        uint8 array of the same shape.
    """
    return cv2.GaussianBlur(image, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE)


def box_blur(image: np.ndarray, size: int = 9) -> np.ndarray:
    """Averages over a square, every pixel weighing the same.

    Args:
        image: uint8, (h, w, 3) or (h, w).
        size: Side of the square in pixels, odd, 1..99.

    Returns:
        uint8 array of the same shape.
    """
    return cv2.blur(image, (size, size), borderType=cv2.BORDER_REPLICATE)


def median_blur(image: np.ndarray, size: int = 5) -> np.ndarray:
    """Takes the median of a square: specks vanish, edges stay.

    Args:
        image: uint8, (h, w, 3) or (h, w).
        size: Side of the square in pixels, odd, 1..31.

    Returns:
        uint8 array of the same shape.
    """
    return cv2.medianBlur(image, size)


def bilateral_filter(
    image: np.ndarray, diameter: int = 5, sigma_colour: float = 60.0, sigma_space: float = 5.0
) -> np.ndarray:
    """Averages near pixels of like colour, so that edges stay (Tomasi and Manduchi 1998).

    Args:
        image: uint8, (h, w, 3) or (h, w).
        diameter: Neighbourhood in pixels, odd, 1..7; the time grows with its square.
        sigma_colour: Standard deviation over gray values, 1..200.
        sigma_space: Standard deviation in pixels, 0.1..30.

    Returns:
        uint8 array of the same shape.
    """
    return cv2.bilateralFilter(
        image, diameter, sigma_colour, sigma_space, borderType=cv2.BORDER_REPLICATE
    )


def sharpen(image: np.ndarray, amount: float = 1.0, sigma: float = 2.0) -> np.ndarray:
    """Unsharp masking: adds `amount` times what a Gaussian blur would take away.

    Args:
        image: uint8, (h, w, 3) or (h, w).
        amount: 0 (nothing) to 5.
        sigma: Standard deviation of the blur in pixels, 0.1..15.

    Returns:
        uint8 array of the same shape.
    """
    blurred = cv2.GaussianBlur(image, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE)
    return cv2.addWeighted(image, 1 + amount, blurred, -amount, 0)
