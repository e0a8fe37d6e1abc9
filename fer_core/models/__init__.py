"""Architectures by name; one file each."""

from fer_core.models.registry import REGISTRY, ModelSpec, find, title_of

__all__ = ["REGISTRY", "ModelSpec", "find", "title_of"]
