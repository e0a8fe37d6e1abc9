"""What an answer costs: operations, size and time of a `model.tflite`."""

import platform
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from fer_core.common.litert import open_function, open_interpreter

WARM_UP = 20


def milliseconds_per_face(path: Path, faces: np.ndarray, runs: int = 200) -> float:
    """Returns the median time of one face: batch of one, warm, one thread.

    Args:
        path: A `model.tflite`.
        faces: uint8 array of shape (n, 48, 48), used in turn.
        runs: Number of timed answers.
    """
    return median_milliseconds(open_function(path), faces, runs)


def median_milliseconds(
    answer: Callable[[np.ndarray], object], faces: np.ndarray, runs: int = 200
) -> float:
    """Returns the median time that `answer` takes for one face, once it is warm.

    Args:
        answer: Takes a uint8 array of shape (1, 48, 48, 1).
        faces: uint8 array of shape (n, 48, 48), used in turn.
        runs: Number of timed answers.
    """
    times = []
    for run in range(WARM_UP + runs):
        face = faces[run % len(faces)][None, ..., None]
        start = time.perf_counter()
        answer(face)
        times.append(time.perf_counter() - start)
    return 1000 * float(np.median(times[WARM_UP:]))


def multiply_accumulates(path: Path) -> int:
    """Returns the multiply-accumulate operations of one face, counted in the graph that runs.

    Convolutions cost one per output value and kernel weight that reaches it, dense layers one per
    weight; additions, normalisation and activations are not counted, as is usual.
    """
    from fer_core.common.compat import operations

    interpreter = open_interpreter(path)
    shapes = {tensor["index"]: tensor["shape"] for tensor in interpreter.get_tensor_details()}
    total = 0
    for operation in operations(interpreter):
        if operation["op_name"] not in _KERNEL_AXES:
            continue
        kernel = shapes[operation["inputs"][1]]
        output = shapes[operation["outputs"][0]]
        per_value = np.prod([kernel[axis] for axis in _KERNEL_AXES[operation["op_name"]]])
        total += int(np.prod(output) * per_value)
    return total


_KERNEL_AXES = {"CONV_2D": (1, 2, 3), "DEPTHWISE_CONV_2D": (1, 2), "FULLY_CONNECTED": (1,)}
"""Axes of an operation's kernel that are multiplied into each output value."""


def machine() -> str:
    """Returns the processor's name, as the timings should be quoted with."""
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()
