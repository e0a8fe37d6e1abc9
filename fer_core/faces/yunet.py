"""YuNet (Wu, Peng and Yu 2023, Machine Intelligence Research 20), through OpenCV."""

from pathlib import Path

import cv2
import numpy as np

from fer_core.common.download import Progress, fetch
from fer_core.common.pool import Pool
from fer_core.errors import DetectorError
from fer_core.faces.box import FaceBox, inside
from fer_core.images import shrunk
from fer_core.settings import settings

FILE = "face_detection_yunet_2023mar.onnx"
URL = f"https://github.com/opencv/opencv_zoo/raw/main/models/face_detection_yunet/{FILE}"
SHA256 = "8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4"

_SCORE = 0.7
_OVERLAP = 0.3
_SMALLEST_SIDE = 16
"""Below this, px, YuNet's strides of 8 to 32 leave nothing to look at and it answers garbage."""


class YuNetDetector:
    """Finds faces turned sideways, small and half hidden too; a 233 kB network.

    At 640 x 480 it takes 3 ms when `fast` and 10 ms otherwise, measured on two cores.

    Args:
        file: The ONNX file; see `yunet_file` and `fetch_yunet`.
        fast: Searches at 320 px, for video, rather than at 640 px.

    Raises:
        DetectorError: If the file is not one that OpenCV can read.
    """

    name = "yunet"

    def __init__(self, file: Path, fast: bool = False) -> None:
        self._longest_side = 320 if fast else 640
        self._file = str(file)
        self._networks: Pool[cv2.FaceDetectorYN] = Pool(self._load)
        with self._networks.lend():
            pass  # loads the first one, so that a broken file is known here

    def _load(self) -> cv2.FaceDetectorYN:
        try:
            return cv2.FaceDetectorYN.create(self._file, "", (320, 320), _SCORE, _OVERLAP)
        except cv2.error as error:
            raise DetectorError(
                f"{self._file} cannot be read as the YuNet detector. Delete it and fetch it again."
            ) from error

    def detect(self, rgb: np.ndarray) -> list[FaceBox]:
        """Returns the faces of a uint8 RGB picture (h, w, 3), in no order."""
        height, width = rgb.shape[:2]
        small, scale = shrunk(rgb, self._longest_side)
        if min(small.shape[:2]) < _SMALLEST_SIDE:
            return []
        with self._networks.lend() as network:
            network.setInputSize((small.shape[1], small.shape[0]))
            _, rows = network.detect(cv2.cvtColor(small, cv2.COLOR_RGB2BGR))
        if rows is None:
            return []
        found = []
        for (x, y, w, h), score in zip(rows[:, :4] / scale, rows[:, 14], strict=True):
            found.append(inside(x, y, x + w, y + h, float(score), width, height))
        return [box for box in found if box is not None]


def yunet_file() -> Path | None:
    """Returns YuNet's file where it is on this machine: as FER_YUNET says, or fetched before."""
    for path in (settings().yunet, settings().cache / FILE):
        if path is not None and path.is_file():
            return path
    return None


def fetch_yunet(on_progress: Progress | None = None) -> Path:
    """Returns YuNet's file, fetched from OpenCV Zoo (MIT licence) into the cache if need be.

    Raises:
        DownloadError: If it cannot be fetched, or is not the file expected.
    """
    return yunet_file() or fetch(URL, settings().cache / FILE, SHA256, on_progress)
