"""The clip that the video benchmarks share: NASA's astronaut, panned, zoomed, turned, with noise.

She is 640 x 480 at 30 frames a second, and where her face is in each frame is known exactly.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from fer_core.samples import SAMPLES

WIDTH, HEIGHT, FPS = 640, 480, 30
FACE = np.array([176.0, 63.0, 94.0, 108.0])
"""Left, top, width, height of her face in the sample."""

_NOISE = 4.0


@dataclass(frozen=True, eq=False)
class Shot:
    """A frame, its time, and the true boxes (faces, 4) in it: left, top, width, height."""

    rgb: np.ndarray
    seconds: float
    faces: np.ndarray


def clip(frames: int, faces: int = 1) -> Iterator[Shot]:
    """Yields the clip; with more faces, she stands beside herself."""
    rng = np.random.default_rng(0)
    picture, boxes = _crowd(faces)
    noise = rng.normal(0, _NOISE, (8, HEIGHT, WIDTH, 3))
    for number in range(frames):
        seconds = number / FPS
        matrix = _movement(picture, seconds, faces)
        shot = cv2.warpAffine(picture, matrix, (WIDTH, HEIGHT), borderMode=cv2.BORDER_REFLECT)
        noisy = np.clip(shot + noise[number % len(noise)], 0, 255).astype(np.uint8)
        yield Shot(noisy, seconds, _moved(boxes, matrix))


def _crowd(faces: int) -> tuple[np.ndarray, np.ndarray]:
    """Returns the picture and its boxes; five faces stand in two rows, cut out closely."""
    picture = SAMPLES[0].picture()
    if faces == 1:
        return picture, FACE[None]
    portrait = picture[10:230, 110:330]
    columns = (faces + 1) // 2
    crowd = np.full((440, 220 * columns, 3), portrait[5, 5], np.uint8)
    boxes = []
    for number in range(faces):
        row, column = divmod(number, columns)
        left, top = 220 * column, 220 * row
        crowd[top : top + 220, left : left + 220] = portrait
        boxes.append(FACE + np.array([left - 110, top - 10, 0, 0]))
    return crowd, np.array(boxes)


def _movement(picture: np.ndarray, t: float, faces: int) -> np.ndarray:
    height, width = picture.shape[:2]
    turn, angle = 2 * np.pi * t, 8 * np.sin(2 * np.pi * t / 3.3)
    if faces == 1:
        zoom = 1.5 + 0.5 * np.sin(turn / 5)
        x, y = 223 + 35 * np.sin(turn / 2.1), 177 + 20 * np.cos(turn / 1.7)
    else:
        zoom = WIDTH / width * (1 + 0.05 * np.sin(turn / 5))
        x, y = width / 2 + 12 * np.sin(turn / 2.1), height / 2 + 8 * np.cos(turn / 1.7)
        angle /= 2
    matrix = cv2.getRotationMatrix2D((x, y), angle, zoom)
    matrix[:, 2] += [WIDTH / 2 - x, HEIGHT / 2 - y]
    return matrix


def _moved(boxes: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    zoom = np.linalg.norm(matrix[:, 0])
    middles = (boxes[:, :2] + boxes[:, 2:] / 2) @ matrix[:, :2].T + matrix[:, 2]
    sizes = boxes[:, 2:] * zoom
    return np.concatenate([middles - sizes / 2, sizes], axis=1)
