"""Architectures by name; one file each."""

from fer_core.models.registry import REGISTRY, find, title_of
from fer_core.models.spec import ModelSpec

__all__ = ["REGISTRY", "ModelSpec", "find", "title_of"]
