"""What this project touches of LiteRT that LiteRT does not document; a test says what breaks.

Import it where it is used: the schema takes 0.1 s.
"""

from typing import TYPE_CHECKING, Any

from ai_edge_litert import schema_py_generated as schema  # generated from LiteRT's `schema.fbs`

if TYPE_CHECKING:
    from ai_edge_litert.interpreter import Interpreter

__all__ = ["operations", "operators", "schema"]


def operations(interpreter: "Interpreter") -> list[dict[str, Any]]:
    """Returns the graph's operations in order: `op_name`, and tensor numbers `inputs`, `outputs`.

    There is no public way to them in ai-edge-litert 2.3.
    """
    found: list[dict[str, Any]] = interpreter._get_ops_details()
    return found


def operators(file: bytes) -> list[tuple[str, Any]]:
    """Returns the operators that a LiteRT file holds, in order: name and the schema's `OperatorT`.

    Its `inputs` and `outputs` are tensor numbers, -1 where there is none; `builtinOptions` holds
    what `operations` does not tell: window, slope, fused activation.
    """
    names = {number: name for name, number in vars(schema.BuiltinOperator).items()}
    model = schema.ModelT.InitFromPackedBuf(file)
    kinds = [names[code.builtinCode] for code in model.operatorCodes]
    return [(kinds[found.opcodeIndex], found) for found in model.subgraphs[0].operators]
