"""Short videos, made as they are needed."""

import io
import struct
from collections.abc import Sequence

import cv2
import numpy as np

from fer_core.inference.video import VideoWriter


def clip(frames: Sequence[np.ndarray], seconds: Sequence[float] | None = None) -> bytes:
    """An MP4 of RGB frames, at 25 frames a second or at the times given."""
    file = io.BytesIO()
    with VideoWriter(file) as writer:
        for number, frame in enumerate(frames):
            writer.write(frame, seconds[number] if seconds is not None else number / 25)
    return file.getvalue()


def moving(picture: np.ndarray, count: int, step: float = 3.0) -> list[np.ndarray]:
    """The picture in frames of (256, 320), moving to the right by `step` px a frame."""
    frames = []
    for number in range(count):
        matrix = np.array([[0.8, 0, step * number - 20], [0, 0.8, 0]])
        frames.append(cv2.warpAffine(picture, matrix, (320, 256), borderMode=cv2.BORDER_REFLECT))
    return frames


def turned(video: bytes, height: int) -> bytes:
    """The MP4 as a phone held upright writes it: its matrix says to turn it 90 degrees right."""
    return shown(video, (0, 1, -1, 0), (height, 0))


def shown(
    video: bytes, matrix: tuple[int, int, int, int], moved: tuple[int, int] = (0, 0)
) -> bytes:
    """The MP4 with another display matrix: a, b, c, d of QuickTime, and where its origin goes."""
    start = video.index(b"tkhd") + 4 + 40
    a, b, c, d = (value << 16 for value in matrix)
    x, y = (value << 16 for value in moved)
    return video[:start] + struct.pack(">9i", a, b, 0, c, d, 0, x, y, 1 << 30) + video[start + 36 :]
