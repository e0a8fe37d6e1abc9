"""Every architecture of the five reports, and our own, by name. Keras loads only on build."""

from importlib import import_module
from pkgutil import iter_modules

from fer_core.errors import ModelNotFound, unknown
from fer_core.models import architectures
from fer_core.models.spec import ModelSpec


def _collect() -> dict[str, ModelSpec]:
    """Returns what the modules of `architectures` say of themselves, each in its place."""
    modules = (
        import_module(f"{architectures.__name__}.{module.name}")
        for module in iter_modules(architectures.__path__)
    )
    specs = sorted((module.SPEC for module in modules), key=lambda spec: (spec.place, spec.name))
    return {spec.name: spec for spec in specs}


REGISTRY: dict[str, ModelSpec] = _collect()
"""In the order that also fixes each model's colour."""


def title_of(name: str) -> str:
    """Returns the title of a saved model; one that is no architecture goes by its own name."""
    return REGISTRY[name].title if name in REGISTRY else name.replace("_", " ").capitalize()


def find(name: str) -> ModelSpec:
    """Returns the architecture of that name.

    Raises:
        ModelNotFound: If there is none; the message suggests the nearest name.
    """
    if name not in REGISTRY:
        raise ModelNotFound(unknown(name, list(REGISTRY), "model"))
    return REGISTRY[name]
