"""What this project touches of LiteRT that LiteRT calls private; a test says what breaks."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ai_edge_litert.interpreter import Interpreter


def operations(interpreter: "Interpreter") -> list[dict[str, Any]]:
    """Returns the graph's operations in order: `op_name`, and tensor numbers `inputs`, `outputs`.

    There is no public way to them in ai-edge-litert 2.3.
    """
    found: list[dict[str, Any]] = interpreter._get_ops_details()
    return found
