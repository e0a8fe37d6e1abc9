"""The one place that opens a LiteRT file.

One thread each, if no more are asked for: on faces this small a second one gains nothing. An
interpreter serves one caller at a time; `common.pool` lends them.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from fer_core.errors import CorruptModel

if TYPE_CHECKING:
    from ai_edge_litert.interpreter import Interpreter


def open_interpreter(
    model: Path | bytes, threads: int = 1, keeps_tensors: bool = False
) -> "Interpreter":
    """Returns an interpreter, ready for inputs of the shape that the file says.

    Args:
        model: The file, or what it would hold.
        threads: How many may work at once.
        keeps_tensors: Whether what each operator made can be read after a run. It is slower:
            XNNPACK keeps nothing, and LiteRT's own kernels take its place.

    Raises:
        CorruptModel: If the file is no LiteRT network.
    """
    from ai_edge_litert.interpreter import Interpreter, OpResolverType

    source = {"model_content": model} if isinstance(model, bytes) else {"model_path": str(model)}
    kernels = "BUILTIN_WITHOUT_DEFAULT_DELEGATES" if keeps_tensors else "AUTO"
    try:
        interpreter = Interpreter(
            **source,
            num_threads=threads,
            experimental_preserve_all_tensors=keeps_tensors,
            experimental_op_resolver_type=OpResolverType[kernels],
        )
        interpreter.allocate_tensors()
    except (ValueError, RuntimeError) as error:
        name = f"{model.parent.name}/{model.name}" if isinstance(model, Path) else "The graph"
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
