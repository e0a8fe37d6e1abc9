"""Facial emotion recognition on FER2013, with no user interface of its own.

Example:
    >>> from fer_core import Pipeline, decode
    >>> for face in Pipeline.load("custom_cnn").analyze(decode(data)):  # doctest: +SKIP
    ...     print(face.label, face.confidence)
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fer_core.images import decode
    from fer_core.inference import Pipeline

__all__ = ["Pipeline", "decode"]


def __getattr__(name: str) -> Any:
    """Loads OpenCV and LiteRT when the API is first asked for: many commands need neither."""
    if name == "Pipeline":
        from fer_core.inference import Pipeline

        return Pipeline
    if name == "decode":
        from fer_core.images import decode

        return decode
    raise AttributeError(f"module 'fer_core' has no attribute {name!r}")
