"""Frames of a camera attached to this machine."""

import time
from collections.abc import Generator

import cv2
import numpy as np

from fer_core.errors import VideoError
from fer_core.inference.video import Frame


def camera_frames(index: int, mirror: bool = True) -> Generator[Frame]:
    """Yields what a camera sees, as it comes, until the iterator is closed.

    Args:
        index: 0 for the first camera.
        mirror: Whether left and right are swapped, as in a mirror.

    Raises:
        VideoError: If there is no such camera, or it is in use, or it stops.
    """
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_ERROR)  # the error below says it
    camera = cv2.VideoCapture(index)
    try:
        if not camera.isOpened():
            raise VideoError(
                f"Camera {index} cannot be opened. Is it plugged in, allowed for this program, and "
                "free? The first camera has number 0."
            )
        # One frame only: a queue would show the past whenever reading is slower than the camera.
        camera.set(cv2.CAP_PROP_BUFFERSIZE, 1)
        began = time.monotonic()
        number = 0
        while True:
            there, bgr = camera.read()
            if not there:
                raise VideoError(f"Camera {index} has stopped sending pictures.")
            picture = bgr[:, ::-1, ::-1] if mirror else bgr[..., ::-1]
            yield Frame(number, time.monotonic() - began, np.ascontiguousarray(picture))
            number += 1
    finally:
        camera.release()
