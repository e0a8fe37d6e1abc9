"""A LiteRT network's last convolution, and the gradient there, worked out in NumPy.

A converted network cannot be differentiated. Between its last convolution and its answer it has a
few operators of eight kinds, and each one's way back is a line or two.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from fer_core.common.litert import ends, open_interpreter
from fer_core.errors import EvaluationError

if TYPE_CHECKING:
    from ai_edge_litert.interpreter import Interpreter


@dataclass(frozen=True)
class _Step:
    """An operator as the file says it; a tensor is named by its number.

    Attributes:
        kind: Name in LiteRT's schema.
        inputs: First what comes from the face, then constants.
        output: What it makes.
        options: Its options in the schema: window, slope, fused activation.
    """

    kind: str
    inputs: tuple[int, ...]
    output: int
    options: Any


def last_features(path: Path, face: np.ndarray, label: int) -> tuple[np.ndarray, np.ndarray]:
    """Returns what a network makes of its last convolution, and the gradient of log p there.

    That is the convolution's output normalised, added to and activated, as far as the network does
    so. A maximum at several places sends its gradient to the first, as TensorFlow does.

    Args:
        path: A `model.tflite`: uint8 faces to probabilities, by a softmax.
        face: uint8 array of shape (48, 48).
        label: The class that p belongs to, an index into the answer.

    Returns:
        Features and gradient, float32 arrays of shape (rows, columns, channels).

    Raises:
        CorruptModel: If the file is no LiteRT network.
        EvaluationError: If it has no convolution, or an operator after it without a way back here.
    """
    interpreter = open_interpreter(path, keeps_tensors=True)
    entry, exit = ends(interpreter)
    interpreter.set_tensor(entry, face[None, :, :, None])
    interpreter.invoke()
    steps = _steps(path)
    watched = _watched(steps, path.parent.name)
    way = _way_back(steps, watched, exit, path.parent.name)
    gradient = -interpreter.get_tensor(exit)  # of log softmax: 1 at the class, less p
    gradient[0, label] += 1
    for step in way:
        output, *inputs = (_values(interpreter, tensor) for tensor in (step.output, *step.inputs))
        if getattr(step.options, "fusedActivationFunction", 0):
            gradient = gradient * (output > 0)  # ReLU: `_way_back` refuses any other
        gradient = _BACK[step.kind](gradient, step.options, output, *inputs)
    return interpreter.get_tensor(watched)[0], gradient[0]


def _steps(path: Path) -> list[_Step]:
    """Returns the operators in the order in which they run."""
    from fer_core.common.compat import operators

    return [
        _Step(
            kind,
            tuple(int(tensor) for tensor in found.inputs if tensor >= 0),  # -1: no bias
            int(found.outputs[0]),
            found.builtinOptions,
        )
        for kind, found in operators(path.read_bytes())
    ]


_OF_A_CONVOLUTION = ("MUL", "ADD", "RELU", "ELU", "LEAKY_RELU")


def _watched(steps: list[_Step], name: str) -> int:
    """Returns the tensor that the last convolution ends in."""
    last = max((n for n, step in enumerate(steps) if step.kind.endswith("CONV_2D")), default=None)
    if last is None:
        raise EvaluationError(f"Grad-CAM needs a network with a convolution; {name} has none.")
    watched = steps[last].output
    for step in steps[last + 1 :]:
        if step.kind in _OF_A_CONVOLUTION and watched in step.inputs:
            watched = step.output
    return watched


def _way_back(steps: list[_Step], watched: int, exit: int, name: str) -> list[_Step]:
    """Returns the operators between the watched tensor and the softmax, last first."""
    makers = {step.output: step for step in steps}
    softmax = makers[exit]
    way = [] if softmax.kind == "SOFTMAX" else [softmax]
    tensor = softmax.inputs[0]
    while tensor != watched and tensor in makers:
        way.append(makers[tensor])
        tensor = way[-1].inputs[0]
    strange = sorted({step.kind for step in way if step.kind not in _BACK or not _is_plain(step)})
    if strange or tensor != watched:
        raise EvaluationError(
            f"Grad-CAM knows no way back from the answer of {name} to its last convolution "
            f"({', '.join(strange) or 'none leads there'}). The occlusion map needs none."
        )
    return way


def _is_plain(step: _Step) -> bool:
    """Returns whether no activation but ReLU is fused with an operator, and its window not padded.

    In LiteRT's schema 1 is ReLU among the activations, and `VALID` among the paddings.
    """
    fused = getattr(step.options, "fusedActivationFunction", 0)
    return fused in (0, 1) and getattr(step.options, "padding", 1) == 1


def _values(interpreter: "Interpreter", tensor: int) -> np.ndarray:
    """Returns a tensor's values; int8 weights as the numbers that they stand for."""
    values: np.ndarray = interpreter.get_tensor(tensor)
    if values.dtype != np.int8:
        return values
    details = next(found for found in interpreter.get_tensor_details() if found["index"] == tensor)
    stored = details["quantization_parameters"]
    shape = np.ones(values.ndim, int)
    shape[stored["quantized_dimension"]] = -1
    scales, zeros = (stored[key].reshape(shape) for key in ("scales", "zero_points"))
    meant: np.ndarray = (values.astype(np.float32) - zeros) * scales
    return meant


def _back_pooled(
    gradient: np.ndarray, options: Any, output: np.ndarray, source: np.ndarray
) -> np.ndarray:
    """Gives the gradient of each window to its first maximum."""
    down, right = options.strideH, options.strideW
    sides = (options.filterHeight, options.filterWidth)
    windows = sliding_window_view(source[0], sides, (0, 1))[::down, ::right]
    first = windows.reshape(*output.shape[1:], -1).argmax(axis=-1)
    rows, columns, channels = np.indices(first.shape)
    places = (rows * down + first // sides[1], columns * right + first % sides[1], channels)
    spread = np.zeros(source.shape, np.float32)
    np.add.at(spread[0], places, gradient[0])
    return spread


def _back_mean(
    gradient: np.ndarray, options: Any, output: np.ndarray, source: np.ndarray, axes: np.ndarray
) -> np.ndarray:
    shape = np.array(source.shape)
    shape[axes] = 1
    share = gradient.reshape(shape) * (output.size / source.size)
    return np.broadcast_to(share, source.shape)


_BACK: dict[str, Callable[..., np.ndarray]] = {
    "FULLY_CONNECTED": lambda gradient, options, output, source, weights, *bias: gradient @ weights,
    "MAX_POOL_2D": _back_pooled,
    "MEAN": _back_mean,
    "RESHAPE": lambda gradient, options, output, source, shape: gradient.reshape(source.shape),
    "MUL": lambda gradient, options, output, source, factor: gradient * factor,
    "ADD": lambda gradient, options, output, source, term: gradient,
    "ELU": lambda gradient, options, output, source: gradient * np.minimum(output + 1, 1),
    "LEAKY_RELU": lambda gradient, options, output, source: (
        gradient * np.where(source > 0, 1, options.alpha)
    ),
}
"""The way back of each operator: of the gradient at its output, its options, what it made and what
it took, makes the gradient at what it took first."""
