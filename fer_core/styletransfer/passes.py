"""Through the network and back, as graphs of LiteRT's operators for pictures of one size.

The way back is worked out by hand: that of a convolution of stride 1 is one with its kernel turned
by 180 degrees and its channels exchanged, that of averaging gives each place a quarter, and that of
ReLU lets pass what is above 0.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from fer_core.savedmodels.litert import open_interpreter
from fer_core.styletransfer.graph import Graph, Shape
from fer_core.styletransfer.network import CONTENT_LAYER, Network
from fer_core.styletransfer.options import Pooling

_BEYOND = 1e30
"""Multiplied by this, whatever is above 0 is above 1."""


@dataclass(frozen=True, eq=False)
class Aim:
    """What is wanted of a layer.

    Attributes:
        wanted: Activations (1, h, w, c) of the content layer, a Gram matrix (c, c) of another.
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
    passage = _Passage(network, picture.shape, layers, pooling)
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
        self, network: Network, shape: Shape, layers: Sequence[str], pooling: Pooling
    ) -> None:
        self.network = network
        self.pooling = pooling
        self.graph = graph = Graph()
        self.entry = x = graph.input(shape)
        self.found: dict[str, int] = {}
        self._seen: dict[str, int] = {}
        self._pooled: dict[str, int] = {}
        names, last = network.names, ""
        for name in names[: 1 + max(map(names.index, layers))]:
            if last and _block(name) != _block(last):
                x = self._pooled[last] = self._pool(x)
            x = self._seen[name] = graph.convolution(x, *network.weights(name), relu=True)
            if name in layers:
                self.found[name] = x if name == CONTENT_LAYER else self._gram(x)
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
        for name, seen in reversed(self._seen.items()):
            through = None
            if gradient is not None and name in self._pooled:
                through, gradient = self._unpooled(name, gradient), None
            if name in slopes:
                slope = self._slope(name, *slopes[name])
                gradient = slope if gradient is None else graph.add(gradient, slope)
            if gradient is not None:
                gradient = graph.multiply(gradient, self._is_above_0(seen))
            if through is not None:
                gradient = through if gradient is None else graph.add(gradient, through)
            assert gradient is not None, "the deepest has a slope"
            kernel, _ = self.network.weights(name)
            gradient = graph.convolution(gradient, kernel[::-1, ::-1].transpose(0, 1, 3, 2))
        assert gradient is not None
        return gradient

    def _gram(self, seen: int) -> int:
        """Adds which channels are active together: means over all places."""
        turned = self.graph.transpose(self._flat(seen))
        products = self.graph.matrix_product(turned, turned, transposed=True)
        return self.graph.multiply(products, self._number(1 / self.graph.shape(turned)[1], 2))

    def _slope(self, name: str, distance: int, slope: np.ndarray) -> int:
        """Adds the gradient by a layer's activations."""
        sloped = self.graph.multiply(distance, self.graph.constant(slope))
        if name == CONTENT_LAYER:
            return sloped
        flat = self._flat(self._seen[name])
        each = self.graph.multiply(sloped, self._number(2 / self.graph.shape(flat)[0], 2))
        by_place = self.graph.matrix_product(flat, each)
        return self.graph.reshape(by_place, self.graph.shape(self._seen[name]))

    def _pool(self, x: int) -> int:
        is_average = self.pooling == "average"
        return self.graph.average_pool(x) if is_average else self.graph.max_pool(x)

    def _unpooled(self, name: str, gradient: int) -> int:
        """Adds the gradient by a convolution's activations before its ReLU, from behind a pooling.

        Each square of 2 x 2 is two axes of its own, along which what is behind the pooling repeats.
        """
        graph, shape = self.graph, self.graph.shape(self._seen[name])
        _, height, width, channels = graph.shape(gradient)
        even, squares = (1, 2 * height, 2 * width, channels), (height, 2, width, 2, channels)
        behind = (height, 1, width, 1, channels)
        inside = graph.cut(self._seen[name], even)
        if self.pooling == "average":
            share = graph.reshape(self._is_above_0(inside, worth=0.25), squares)
        else:
            before = graph.reshape(inside, squares)
            below = graph.subtract(graph.reshape(self._pooled[name], behind), before)
            is_largest = graph.subtract(self._number(1, 5), self._is_above_0(below))
            often = graph.average_pool(graph.reshape(is_largest, even))
            gradient = graph.multiply(graph.divide(gradient, often), self._number(0.25, 4))
            share = graph.multiply(is_largest, self._is_above_0(before))
        spread = graph.multiply(share, graph.reshape(gradient, behind))
        return graph.pad(graph.reshape(spread, even), shape)

    def _is_above_0(self, x: int, worth: float = 1.0) -> int:
        """Adds `worth` where x is above 0, and 0 where it is 0; it is never less."""
        axes = len(self.graph.shape(x))
        large = self.graph.multiply(x, self._number(_BEYOND, axes))
        return self.graph.minimum(large, self._number(worth, axes))

    def _flat(self, seen: int) -> int:
        _, height, width, channels = self.graph.shape(seen)
        return self.graph.reshape(seen, (height * width, channels))

    def _number(self, value: float, axes: int) -> int:
        return self.graph.constant(np.full((1,) * axes, value))


def _block(name: str) -> str:
    return name.partition("_")[0]
