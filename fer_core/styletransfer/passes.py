"""Through the network and back, as graphs of LiteRT's operators for pictures of one size.

The way back is worked out by hand: that of a convolution of stride 1 is one with its kernel turned
by 180 degrees and its channels exchanged, that of averaging gives each place a quarter, and that of
ReLU lets pass what is above 0.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from fer_core.common.graph import Graph, Shape
from fer_core.common.litert import open_interpreter
from fer_core.styletransfer.network import CONTENT_LAYER, Network
from fer_core.styletransfer.options import Pooling

_BEYOND = 1e30
"""Multiplied by this, whatever is above 0 is above 1."""


@dataclass(frozen=True, eq=False)
class Aim:
    """What is wanted of a layer.

    Attributes:
        wanted: Activations (1, h, w, c) of the content layer; of another its Gram matrix
            (1, 1, c, c).
        slope: Gradient of the loss by what is there, for a distance of 1 from what is wanted; its
            shape goes with that of `wanted`.
    """

    wanted: np.ndarray
    slope: np.ndarray


def features(
    network: Network, picture: np.ndarray, layers: Sequence[str], pooling: Pooling
) -> dict[str, np.ndarray]:
    """Returns activations of the content layer and Gram matrices of the others.

    Args:
        network: What looks.
        picture: float32 (1, h, w, 3), as `losses.preprocess` gives it.
        layers: Names of convolutions.
        pooling: "average" replaces VGG's maxima by means, which Gatys et al. (2016, section 2)
            found to give smoother pictures; "max" leaves them.
    """
    passage = _Passage(network, picture.shape, layers, pooling, is_one_way=True)
    answer = passage.function(list(passage.found.values()))
    return dict(zip(passage.found, answer(picture), strict=True))


def distances_and_gradient(
    network: Network, shape: Shape, aims: Mapping[str, Aim], pooling: Pooling
) -> Callable[[np.ndarray], tuple[dict[str, np.ndarray], np.ndarray]]:
    """Returns what finds for a picture how far each layer is from its aim, and the gradient.

    Args:
        network: What looks.
        shape: Of the pictures, (1, h, w, 3).
        aims: By names of convolutions.
        pooling: As for `features`.
    """
    passage = _Passage(network, shape, list(aims), pooling)
    distances = {name: passage.distance(name, aim.wanted) for name, aim in aims.items()}
    slopes = {name: (distances[name], aim.slope) for name, aim in aims.items()}
    answer = passage.function([passage.back(slopes), *distances.values()])

    def distances_and_gradient(picture: np.ndarray) -> tuple[dict[str, np.ndarray], np.ndarray]:
        gradient, *found = answer(picture)
        return dict(zip(distances, found, strict=True)), gradient

    return distances_and_gradient


class _Passage:
    """A graph from a picture to the deepest of the layers that are asked for.

    Operators run in the order in which they are added, and a tensor's memory is free after the last
    that needs it: what is large is added where it is needed.

    Attributes:
        found: The activations of the content layer and the Gram matrices of the others asked for.
    """

    def __init__(
        self,
        network: Network,
        shape: Shape,
        layers: Sequence[str],
        pooling: Pooling,
        is_one_way: bool = False,
    ) -> None:
        self.network = network
        self.pooling = pooling
        self.graph = graph = Graph()
        self.entry = x = graph.input(shape)
        self.found: dict[str, int] = {}
        self._shapes: dict[str, Shape] = {}
        self._seen: dict[str, int] = {}
        self._is_above_0: dict[str, int] = {}
        self._is_largest: dict[str, int] = {}
        names, last = network.names, ""
        for name in names[: 1 + max(map(names.index, layers))]:
            if last and _block(name) != _block(last):
                x = self._pool(last, x, is_one_way)
            x = graph.convolution(x, *network.weights(name), relu=True)
            self._shapes[name] = graph.shape(x)
            if name in layers:
                self._seen[name] = x
                self.found[name] = x if name == CONTENT_LAYER else self._gram(x)
            elif not is_one_way:
                self._is_above_0[name] = graph.as_byte(self._above_0(x), 1)
            last = name

    def function(self, outputs: list[int]) -> Callable[[np.ndarray], list[np.ndarray]]:
        """Returns what gives the outputs for a picture."""
        file = self.graph.file([self.entry], outputs)
        interpreter = open_interpreter(file, threads=os.cpu_count() or 1)
        (entry,) = [end["index"] for end in interpreter.get_input_details()]
        exits = [end["index"] for end in interpreter.get_output_details()]

        def answer(picture: np.ndarray) -> list[np.ndarray]:
            interpreter.set_tensor(entry, picture)
            interpreter.invoke()
            return [interpreter.get_tensor(exit) for exit in exits]

        return answer

    def distance(self, name: str, wanted: np.ndarray) -> int:
        """Adds what a layer has more than is wanted."""
        return self.graph.subtract(self.found[name], self.graph.constant(wanted))

    def back(self, slopes: Mapping[str, tuple[int, np.ndarray]]) -> int:
        """Adds the gradient by the picture.

        Args:
            slopes: By names of layers, the deepest included: a tensor of the shape of what was
                found, and what to multiply it by to give the gradient by that.
        """
        graph = self.graph
        gradient: int | None = None
        for name, shape in reversed(self._shapes.items()):
            if gradient is not None and graph.shape(gradient) != shape:
                gradient = self._unpooled(name, gradient)
            if name in slopes:
                slope = self._slope(name, *slopes[name])
                gradient = slope if gradient is None else graph.add(gradient, slope)
                gate = self._above_0(self._seen[name])
            else:
                gate = graph.as_floats(self._is_above_0[name])
            assert gradient is not None, "the deepest has a slope"
            kernel, _ = self.network.weights(name)
            turned = kernel[::-1, ::-1].transpose(0, 1, 3, 2)
            gradient = graph.convolution(graph.multiply(gradient, gate), turned)
        assert gradient is not None
        return gradient

    def _gram(self, seen: int) -> int:
        """Adds which channels are active together, (1, 1, c, c): means over all places."""
        by_row = self.graph.matrix_product(self.graph.transpose(seen), seen)
        _, _, width, _ = self.graph.shape(seen)
        return self.graph.multiply(self.graph.mean_of_rows(by_row), self._number(1 / width, 4))

    def _slope(self, name: str, distance: int, slope: np.ndarray) -> int:
        """Adds the gradient by a layer's activations."""
        sloped = self.graph.multiply(distance, self.graph.constant(slope))
        if name == CONTENT_LAYER:
            return sloped
        _, height, width, _ = self._shapes[name]
        each = self.graph.multiply(sloped, self._number(2 / (height * width), 4))
        return self.graph.matrix_product(self._seen[name], each)

    def _pool(self, before: str, x: int, is_one_way: bool) -> int:
        if self.pooling == "average":
            return self.graph.average_pool(x)
        pooled = self.graph.max_pool(x)
        if not is_one_way:
            whole, squares, each = self._squares(pooled)
            inside = self.graph.reshape(self.graph.cut(x, whole), squares)
            below = self.graph.subtract(self.graph.reshape(pooled, each), inside)
            is_largest = self.graph.subtract(self._number(1, 5), self._above_0(below))
            largest = self.graph.reshape(is_largest, whole)
            self._is_largest[before] = self.graph.as_byte(largest, 1)
        return pooled

    def _unpooled(self, name: str, gradient: int) -> int:
        """Adds the gradient by a convolution's activations, from that behind the pooling."""
        graph, (whole, squares, each) = self.graph, self._squares(gradient)
        if self.pooling == "average":
            share = graph.constant(np.full((1, 2, 1, 2, 1), 0.25))
        else:
            largest = graph.as_floats(self._is_largest[name])
            often = graph.multiply(graph.average_pool(largest), self._number(4, 4))
            gradient = graph.divide(gradient, often)
            share = graph.reshape(largest, squares)
        spread = graph.multiply(share, graph.reshape(gradient, each))
        return graph.pad(graph.reshape(spread, whole), self._shapes[name])

    def _squares(self, pooled: int) -> tuple[Shape, Shape, Shape]:
        """Returns the shape of what was pooled; that in which the two rows and the two columns of a
        square of 2 x 2 are axes; and that of what is pooled, to go with it.
        """
        _, height, width, channels = self.graph.shape(pooled)
        return (
            (1, 2 * height, 2 * width, channels),
            (height, 2, width, 2, channels),
            (height, 1, width, 1, channels),
        )

    def _above_0(self, x: int) -> int:
        """Adds 1 where x is above 0, and 0 where it is 0; it is never less."""
        axes = len(self.graph.shape(x))
        return self.graph.minimum(
            self.graph.multiply(x, self._number(_BEYOND, axes)), self._number(1, axes)
        )

    def _number(self, value: float, axes: int) -> int:
        return self.graph.constant(np.full((1,) * axes, value))


def _block(name: str) -> str:
    return name.partition("_")[0]
