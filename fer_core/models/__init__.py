"""Architectures by name; one file each."""

from fer_core.models.registry import REGISTRY, ModelSpec, find

__all__ = ["REGISTRY", "ModelSpec", "find"]
