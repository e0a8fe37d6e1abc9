"""A short clip to try a video with, made from the two portraits that come with the project."""

import io
from functools import cache
from math import pi, sin

import cv2
import numpy as np

from fer_core.inference.video import VideoWriter
from fer_core.samples import SAMPLES

SECONDS = 4
_FPS = 15
_SIZE = (640, 360)


@cache
def sample_clip() -> bytes:
    """Returns an MP4 of four seconds: both portraits side by side, the light goes and comes."""
    film = io.BytesIO()
    wall = np.hstack([_tall(sample.picture()) for sample in SAMPLES])
    frames = SECONDS * _FPS
    with VideoWriter(film) as writer:
        for number in range(frames):
            light = 1 - 0.8 * sin(pi * number / frames) ** 4
            seen = _seen(wall, number / frames)
            writer.write((seen * light).astype(np.uint8), number / _FPS)
    return film.getvalue()


def _tall(picture: np.ndarray) -> np.ndarray:
    """Returns a portrait as high as the clip."""
    width = round(picture.shape[1] * _SIZE[1] / picture.shape[0])
    return cv2.resize(picture, (width, _SIZE[1]), interpolation=cv2.INTER_AREA)


def _seen(wall: np.ndarray, gone: float) -> np.ndarray:
    """Returns what a camera sees that nears the wall a little and moves to the right."""
    scale = _SIZE[0] / wall.shape[1] * (1.02 + 0.1 * gone)
    spare = wall.shape[1] * scale - _SIZE[0]
    matrix = np.array([[scale, 0, -spare * gone], [0, scale, -10 * gone]])
    return cv2.warpAffine(wall, matrix, _SIZE, flags=cv2.INTER_AREA)
