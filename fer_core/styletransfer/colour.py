"""Keeping the colours of the photo, in two ways.

Gatys et al. (2016), "Preserving Color in Neural Artistic Style Transfer": either only lightness is
transferred, or the painting is recoloured beforehand.
"""

import cv2
import numpy as np

_LUMA = np.array((0.299, 0.587, 0.114), np.float32)
"""ITU-R BT.601."""


def luminance(picture: np.ndarray) -> np.ndarray:
    """Returns the picture in gray: float32 RGB of shape (h, w, 3), 0..1, three equal channels."""
    return np.repeat((picture @ _LUMA)[..., None], 3, axis=-1)


def match_luminance(painting: np.ndarray, photo: np.ndarray) -> np.ndarray:
    """Returns the gray painting with the mean and spread of the photo's lightness.

    Args:
        painting: float32 RGB (h, w, 3), 0..1.
        photo: The same, of any size.

    Returns:
        float32 (h, w, 3) in three equal channels, clipped to 0..1.
    """
    theirs, ours = luminance(painting), luminance(photo)
    gain = float(ours.std()) / max(float(theirs.std()), 1e-3)
    result: np.ndarray = np.clip((theirs - theirs.mean()) * gain + ours.mean(), 0, 1).astype(
        np.float32
    )
    return result


def match_colours(painting: np.ndarray, photo: np.ndarray) -> np.ndarray:
    """Returns the painting recoloured so that its RGB mean and covariance are the photo's.

    The linear map is the symmetric one of equation 3 with square roots taken by eigenvalues, the
    choice the authors call "image analogies" colour transfer.

    Args:
        painting: float32 RGB (h, w, 3), 0..1.
        photo: The same, of any size.

    Returns:
        float32 (h, w, 3), clipped to 0..1.
    """
    mean_from, root_from = _statistics(painting, inverse=True)
    mean_to, root_to = _statistics(photo, inverse=False)
    moved = (painting.reshape(-1, 3) - mean_from) @ (root_from @ root_to) + mean_to
    result: np.ndarray = np.clip(moved, 0, 1).reshape(painting.shape).astype(np.float32)
    return result


def with_colours_of(photo: np.ndarray, painted: np.ndarray) -> np.ndarray:
    """Returns the lightness of `painted` with the chroma of `photo`; float32 RGB, 0..1."""
    lightness = cv2.cvtColor(painted, cv2.COLOR_RGB2YCrCb)
    colours = cv2.cvtColor(photo, cv2.COLOR_RGB2YCrCb)
    mixed = np.dstack([lightness[..., :1], colours[..., 1:]])
    return np.clip(cv2.cvtColor(mixed, cv2.COLOR_YCrCb2RGB), 0, 1)


def _statistics(picture: np.ndarray, inverse: bool) -> tuple[np.ndarray, np.ndarray]:
    """Returns the mean and the (inverse) symmetric square root of the covariance of RGB."""
    pixels = picture.reshape(-1, 3).astype(np.float64)
    covariance = np.cov(pixels, rowvar=False) if len(pixels) > 1 else np.zeros((3, 3))
    values, vectors = np.linalg.eigh(covariance + 1e-5 * np.eye(3))
    root = np.sqrt(np.maximum(values, 1e-5))
    return pixels.mean(axis=0), (vectors / root if inverse else vectors * root) @ vectors.T
