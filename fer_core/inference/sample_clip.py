"""A short clip to try a video with, made from the two portraits that come with the project."""

import io
from functools import cache

import cv2
import numpy as np

from fer_core.inference.video import VideoWriter
from fer_core.samples import SAMPLES

SECONDS = 4
_FPS = 15
_SIZE = (480, 360)
_FADE = 8
"""Frames over which one portrait becomes the other."""


@cache
def sample_clip() -> bytes:
    """Returns an MP4 of four seconds: the camera nears one portrait, then leaves the other."""
    film = io.BytesIO()
    half = SECONDS * _FPS // 2
    first, second = (sample.picture() for sample in SAMPLES)
    with VideoWriter(film) as writer:
        for number in range(2 * half):
            near = _seen(first, number / (2 * half))
            far = _seen(second, 1 - number / (2 * half))
            share = np.clip((number - half) / _FADE + 0.5, 0, 1)
            writer.write(cv2.addWeighted(near, 1 - share, far, share, 0), number / _FPS)
    return film.getvalue()


def _seen(picture: np.ndarray, nearness: float) -> np.ndarray:
    """Returns what a camera sees of a picture, from all of its width to its upper middle."""
    width = picture.shape[1]
    wide = width * (1 - 0.45 * nearness)
    scale = _SIZE[0] / wide
    left, top = (width - wide) * (0.35 + 0.1 * nearness), 0.12 * width * nearness
    matrix = np.array([[scale, 0, -scale * left], [0, scale, -scale * top]])
    return cv2.warpAffine(picture, matrix, _SIZE, flags=cv2.INTER_AREA)
