"""Operations on pictures, in OpenCV, Pillow and Matplotlib/NumPy, and pipelines of them."""

from fer_core.imageops.operations import OPERATIONS, Operation, operation
from fer_core.imageops.pipeline import OperationPipeline, Stage, Step
from fer_core.imageops.script import to_script

__all__ = [
    "OPERATIONS",
    "Operation",
    "OperationPipeline",
    "Stage",
    "Step",
    "operation",
    "to_script",
]
