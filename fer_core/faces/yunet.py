"""YuNet (Wu, Peng and Yu 2023, Machine Intelligence Research 20), through OpenCV."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from fer_core.common.pool import Pool
from fer_core.errors import DetectorError
from fer_core.faces.box import FaceBox, inside
from fer_core.faces.file import DetectorFile
from fer_core.images import shrunk

FILE = DetectorFile(
    name="face_detection_yunet_2023mar.onnx",
    url="https://github.com/opencv/opencv_zoo/raw/main/models/face_detection_yunet/"
    "face_detection_yunet_2023mar.onnx",
    sha256="8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4",
    size="233 kB",
    setting="yunet",
)
"""From OpenCV Zoo; MIT licence."""

_SCORE = 0.7
_OVERLAP = 0.3
_SMALLEST_SIDE = 64
"""Narrower pictures, px, are bordered: in strips of up to 32 px, its coarsest stride, YuNet reads
memory that it never wrote, and answers infinities or faces that are not there."""


class YuNetDetector:
    """Finds faces turned sideways, small and half hidden too; a 233 kB network.

    It takes 3 ms at 320 x 240 and 10 ms at 640 x 480, measured on two cores.

    Args:
        file: The ONNX file; see `FILE`.
        longest_side: Pictures are searched at most this long, px: 320 for video.
        score: Confidence, 0..1, below which nothing is a face.

    Raises:
        DetectorError: If the file is not one that OpenCV can read.
    """

    name = "yunet"

    def __init__(self, file: Path, longest_side: int = 320, score: float = _SCORE) -> None:
        self._longest_side = longest_side
        self._file, self._score = str(file), score
        self._networks: Pool[cv2.FaceDetectorYN] = Pool(self._load)
        with self._networks.lend():
            pass  # loads the first one, so that a broken file is known here

    def _load(self) -> cv2.FaceDetectorYN:
        try:
            return cv2.FaceDetectorYN.create(self._file, "", (320, 320), self._score, _OVERLAP)
        except cv2.error as error:
            raise DetectorError(
                f"{self._file} cannot be read as the YuNet detector. Delete it and fetch it again."
            ) from error

    def __reduce__(self) -> "tuple[Callable[..., YuNetDetector], tuple[Any, ...]]":
        """Names `FILE`, which lies elsewhere in another installation, rather than its path."""
        options = (self._longest_side, self._score)
        if Path(self._file) == FILE.path():
            return _with_file, options
        return YuNetDetector, (Path(self._file), *options)

    def detect(self, rgb: np.ndarray, longest_side: int | None = None) -> list[FaceBox]:
        """Returns the faces of a uint8 RGB picture (h, w, 3), in no order.

        Args:
            rgb: The picture.
            longest_side: In place of the detector's own.
        """
        height, width = rgb.shape[:2]
        small, scale = shrunk(rgb, longest_side or self._longest_side)
        found = []
        for row in self._rows(small):
            x, y, w, h = row[:4] / scale
            points = row[4:14].reshape(5, 2) / scale
            found.append(inside(x, y, x + w, y + h, row[14], width, height, points, self.name))
        return [box for box in found if box is not None]

    def _rows(self, rgb: np.ndarray) -> np.ndarray:
        """Returns one row for each face: left, top, width, height, five points (x, y), score."""
        height, width = rgb.shape[:2]
        below, beside = max(0, _SMALLEST_SIDE - height), max(0, _SMALLEST_SIDE - width)
        bgr = cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR)
        if below or beside:
            bgr = cv2.copyMakeBorder(bgr, 0, below, 0, beside, cv2.BORDER_REPLICATE)
        with self._networks.lend() as network:
            network.setInputSize((bgr.shape[1], bgr.shape[0]))
            _, rows = network.detect(bgr)
        return np.empty((0, 15), np.float32) if rows is None else rows


def _with_file(longest_side: int, score: float) -> YuNetDetector:
    """Returns a detector of `FILE`, fetched if need be; raises DownloadError if that cannot be."""
    return YuNetDetector(FILE.fetch(), longest_side, score)
