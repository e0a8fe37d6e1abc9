"""YuNet (Wu, Peng and Yu 2023, Machine Intelligence Research 20)."""

from collections.abc import Callable
from itertools import pairwise, product
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np

from fer_core.faces.box import FaceBox, inside
from fer_core.faces.file import DetectorFile
from fer_core.faces.side_by_side import side_by_side
from fer_core.faces.yunet_network import YuNetNetwork
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
"""Narrower pictures, px, are bordered: in strips YuNet finds faces that are not there."""
_TILE = 736
"""Longer pictures, px, are searched in tiles, side by side: a network for all of one of 2,560 px
takes 300 MB and half a second to make."""
_SHARED = 128
"""Pixels that a tile shares with the next: what is larger is found at a coarser scale."""
_BEYOND = 8
"""Pixels beyond its part of the picture in which a tile's faces count too."""


class YuNetDetector:
    """Finds faces turned sideways, small and half hidden too; a 233 kB network.

    It runs on LiteRT, in half the time that OpenCV takes: see `yunet_network`.

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
        self._network = YuNetNetwork(file)

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
        if below or beside:
            rgb = cv2.copyMakeBorder(rgb, 0, below, 0, beside, cv2.BORDER_REPLICATE)
        tiles = list(product(_parts(rgb.shape[0]), _parts(rgb.shape[1])))
        rows = np.concatenate(side_by_side(lambda tile: self._rows_of_tile(rgb, *tile), tiles))
        rows = rows[np.isfinite(rows).all(axis=1)]
        boxes = rows[:, :4].astype(np.int32)  # as OpenCV's own YuNet does
        kept = cv2.dnn.NMSBoxes(boxes.tolist(), rows[:, 14].tolist(), self._score, _OVERLAP)
        result: np.ndarray = rows[np.asarray(kept, int)]
        return result

    def _rows_of_tile(self, rgb: np.ndarray, down: "_Part", across: "_Part") -> np.ndarray:
        """Returns the rows of those faces whose middle lies in a tile's part of the picture."""
        tile = rgb[down.begin : down.end, across.begin : across.end]
        rows = self._network.rows(tile, self._score)
        rows[:, [0, *range(4, 14, 2)]] += across.begin
        rows[:, [1, *range(5, 14, 2)]] += down.begin
        x, y = rows[:, 0] + rows[:, 2] / 2, rows[:, 1] + rows[:, 3] / 2
        counted: np.ndarray = rows[across.holds(x) & down.holds(y)]
        return counted


class _Part(NamedTuple):
    """A stretch of a side that is searched at once, px; faces count from `low` to `high`."""

    begin: int
    end: int
    low: float
    high: float

    def holds(self, middles: np.ndarray) -> np.ndarray:
        """Returns which of these places count."""
        return (self.low <= middles) & (middles < self.high)


def _parts(length: int) -> list[_Part]:
    """Returns parts of one length, a multiple of 32, that cover a side and share `_SHARED` px."""
    if length <= _TILE:
        return [_Part(0, length, -np.inf, np.inf)]
    count = -(-(length - _SHARED) // (_TILE - _SHARED))
    long = -(-(length + (count - 1) * _SHARED) // count)
    long += -long % 32
    begins = np.linspace(0, length - long, count).round().astype(int).tolist()
    middles = [(begin + long + after) / 2 for begin, after in pairwise(begins)]
    lows, highs = [-np.inf, *middles], [*middles, np.inf]
    return [
        _Part(begin, begin + long, low - _BEYOND, high + _BEYOND)
        for begin, low, high in zip(begins, lows, highs, strict=True)
    ]


def _with_file(longest_side: int, score: float) -> YuNetDetector:
    """Returns a detector of `FILE`, fetched if need be; raises DownloadError if that cannot be."""
    return YuNetDetector(FILE.fetch(), longest_side, score)
