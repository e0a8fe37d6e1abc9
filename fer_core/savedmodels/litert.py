"""The one place that opens a LiteRT file.

One thread each: on faces this small a second one gains nothing. An interpreter serves one caller
at a time; `common.pool` lends them.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from fer_core.errors import CorruptModel

if TYPE_CHECKING:
    from ai_edge_litert.interpreter import Interpreter


def open_interpreter(path: Path) -> "Interpreter":
    """Returns an interpreter on one thread, ready for inputs of the shape that the file says.

    Raises:
        CorruptModel: If the file is no LiteRT network.
    """
    from ai_edge_litert.interpreter import Interpreter

    try:
        interpreter = Interpreter(str(path), num_threads=1)
        interpreter.allocate_tensors()
    except (ValueError, RuntimeError) as error:
        name = f"{path.parent.name}/{path.name}"
        raise CorruptModel(f"{name} cannot be read as a network: {error}") from error
    return interpreter


def ends(interpreter: "Interpreter") -> tuple[int, int]:
    """Returns the numbers of the first input and the first output tensor."""
    entry, exit = interpreter.get_input_details()[0], interpreter.get_output_details()[0]
    return entry["index"], exit["index"]


def open_function(path: Path) -> Callable[[np.ndarray], np.ndarray]:
    """Returns what answers as the network does, for batches of any size.

    Raises:
        CorruptModel: If the file is no LiteRT network.
    """
    interpreter = open_interpreter(path)
    entry, exit = ends(interpreter)
    shape: tuple[int, ...] = ()

    def answer(inputs: np.ndarray) -> np.ndarray:
        nonlocal shape
        if inputs.shape != shape:
            interpreter.resize_tensor_input(entry, inputs.shape)
            interpreter.allocate_tensors()
            shape = inputs.shape
        interpreter.set_tensor(entry, inputs)
        interpreter.invoke()
        answer: np.ndarray = interpreter.get_tensor(exit)
        return answer

    return answer
