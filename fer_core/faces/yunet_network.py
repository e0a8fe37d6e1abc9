"""YuNet's network on LiteRT: it answers what OpenCV answers, in half the time.

OpenCV reads the weights out of the ONNX file; the layers are those of the paper, written down
here. Each picture's size needs a graph of its own, which takes 15 to 40 ms to make.
"""

import threading
from collections.abc import Iterable
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from fer_core.common.litert import ends, open_interpreter
from fer_core.common.pool import Pool
from fer_core.errors import DetectorError

if TYPE_CHECKING:
    from ai_edge_litert.interpreter import Interpreter

    from fer_core.common.graph import Graph

Layer = tuple[np.ndarray, np.ndarray]
"""Kernel (outputs, inputs, height, width) and bias (outputs,) of a convolution."""

_STRIDES = (8, 16, 32)
_LAYERS = 53
_KEPT = 800_000
"""Pixels of all sizes for which graphs are kept, at about 65 bytes each: pictures of one shape are
searched at 640 x 480 and turned at 640 x 640; those of tiles are made each time."""


class YuNetNetwork:
    """YuNet for pictures of any size; may be called by many threads at once.

    Args:
        file: The ONNX file.

    Raises:
        DetectorError: If it is not that of YuNet.
    """

    def __init__(self, file: Path) -> None:
        self._layers = _layers(file)
        self._pools: dict[tuple[int, int], Pool[Interpreter]] = {}
        self._lock = threading.Lock()

    def rows(self, rgb: np.ndarray, score: float) -> np.ndarray:
        """Returns what may be faces in a uint8 RGB picture (h, w, 3), overlapping ones too.

        Args:
            rgb: The picture.
            score: Confidence, 0..1, from which something may be one.

        Returns:
            float32 (n, 15): left, top, width, height, five points (x, y), confidence.
        """
        height, width = (side + -side % _STRIDES[-1] for side in rgb.shape[:2])
        # A row and a column of zeros come before the picture, as the first layer has them.
        source = np.zeros((1, height + 1, width + 1, 3), np.float32)
        source[0, 1 : rgb.shape[0] + 1, 1 : rgb.shape[1] + 1] = cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR)
        with self._pool(height, width).lend() as interpreter:
            entry, _ = ends(interpreter)
            interpreter.set_tensor(entry, source)
            interpreter.invoke()
            maps = [interpreter.get_tensor(end["index"])[0] for end in _outputs(interpreter)]
        found = [_decoded(*told, score) for told in zip(maps, _STRIDES, strict=True)]
        return np.concatenate(found).astype(np.float32)

    def _pool(self, height: int, width: int) -> "Pool[Interpreter]":
        """Returns the graphs of one size; those that were not used for longest are forgotten."""
        size = (height, width)
        with self._lock:
            pool = self._pools.pop(size, None)
            if pool is None:
                file = _graph(self._layers, height, width)
                pool = Pool(partial(open_interpreter, file))
            self._pools[size] = pool
            while len(self._pools) > 1 and sum(h * w for h, w in self._pools) > _KEPT:
                del self._pools[next(iter(self._pools))]
            return pool


def _outputs(interpreter: "Interpreter") -> list[dict[str, Any]]:
    """Returns the outputs, the finest first."""
    return sorted(interpreter.get_output_details(), key=lambda end: -end["shape"][1])


def _layers(file: Path) -> list[Layer]:
    try:
        network = cv2.dnn.readNetFromONNX(str(file))
        names = network.getLayerNames()
        names = [name for name in names if network.getLayer(name).type == "Convolution"]
        layers = [(network.getParam(name, 0), network.getParam(name, 1).ravel()) for name in names]
    except cv2.error:
        layers = []
    if len(layers) != _LAYERS:
        raise DetectorError(
            f"{file} cannot be read as the YuNet detector. Delete it and fetch it again."
        )
    return layers


def _graph(layers: list[Layer], height: int, width: int) -> bytes:
    """Returns the network as a file, for a row and a column more than these multiples of 32."""
    from fer_core.common.graph import Graph  # takes 0.1 s: not for pages that search no face

    graph = Graph()
    pairs = zip(layers[1::2], layers[2::2], strict=True)
    entry = graph.input((1, height + 1, width + 1, 3))

    def units(x: int, count: int) -> int:
        for pointwise, depthwise in islice(pairs, count):
            x = _unit(graph, x, pointwise, depthwise)
        return x

    kernel, bias = layers[0]
    x = graph.halving_convolution(entry, kernel.transpose(2, 3, 1, 0), bias)
    x = units(graph.max_pool(units(x, 1)), 4)
    fine = units(graph.max_pool(x), 2)
    middle = units(graph.max_pool(fine), 2)
    coarse = units(graph.max_pool(middle), 3)
    middle = units(graph.add(middle, graph.doubled(coarse)), 1)
    fine = units(graph.add(fine, graph.doubled(middle)), 1)
    heads = list(pairs)  # of class, box, object and points, each at three scales, the finest first
    results = []
    for scale, x in enumerate((fine, middle, coarse)):
        pointwise, depthwise = map(_side_by_side, zip(*heads[scale :: len(_STRIDES)], strict=True))
        results.append(_unit(graph, x, pointwise, depthwise, relu=False))
    return graph.file([entry], results)


def _unit(graph: "Graph", x: int, pointwise: Layer, depthwise: Layer, relu: bool = True) -> int:
    """Adds a convolution across the channels and one within each."""
    x = graph.exact_convolution(x, pointwise[0].transpose(2, 3, 1, 0), pointwise[1])
    return graph.depthwise_convolution(x, depthwise[0][:, 0].transpose(1, 2, 0), depthwise[1], relu)


def _side_by_side(layers: Iterable[Layer]) -> Layer:
    """Returns one layer with the outputs of all."""
    kernels, biases = zip(*layers, strict=True)
    return np.concatenate(kernels), np.concatenate(biases)


def _decoded(answers: np.ndarray, stride: int, score: float) -> np.ndarray:
    """Returns the rows of one scale.

    Args:
        answers: (h, w, 16), for each square of `stride` px: class, four of the box, object, ten
            of the points.
        stride: Pixels.
        score: Confidence from which they count.
    """
    with np.errstate(over="ignore"):
        scores = np.sqrt(1 / (1 + np.exp(-answers[..., 0])) / (1 + np.exp(-answers[..., 5])))
        at = np.argwhere(scores >= score)[:, ::-1]
        told = answers[at[:, 1], at[:, 0]]
        sides = np.exp(told[:, 3:5])
    corners = at + told[:, 1:3] - sides / 2
    points = told[:, 6:].reshape(-1, 5, 2) + at[:, None]
    places = np.hstack([corners, sides, points.reshape(-1, 10)]) * stride
    return np.column_stack([places, scores[at[:, 1], at[:, 0]]])
