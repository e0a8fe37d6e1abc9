"""The recipe of every model: `ours`, and `report` where a report's own way is another."""

from fer_core.errors import TrainingError
from fer_core.models import REGISTRY
from fer_core.models.recipe import Recipe

OURS: dict[str, Recipe] = {name: spec.recipe for name, spec in REGISTRY.items()}

REPORT: dict[str, Recipe] = {
    name: spec.report_recipe for name, spec in REGISTRY.items() if spec.report_recipe
}

CHEAPEST_FIRST = tuple(sorted(REGISTRY, key=lambda name: REGISTRY[name].queue))
"""Order of `train --all`: by how long it takes, trunk features included."""


def recipes_of(kind: str) -> dict[str, Recipe]:
    """Returns every recipe of a kind, "ours" or "report", by model; raises TrainingError."""
    if kind not in ("ours", "report"):
        raise TrainingError(f"There is no recipe kind {kind!r}: choose `ours` or `report`.")
    return OURS if kind == "ours" else REPORT


def recipe_for(name: str, kind: str = "ours") -> Recipe:
    """Returns the recipe of a model.

    Args:
        name: Registry name.
        kind: "ours", or "report" for the report's own way.

    Raises:
        TrainingError: If there is no such recipe.
    """
    recipes = recipes_of(kind)
    if name not in recipes:
        raise TrainingError(f"No report describes {name}; train it with `--recipe ours`.")
    return recipes[name]
