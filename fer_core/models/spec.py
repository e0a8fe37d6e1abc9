"""What is known of an architecture before any training."""

import json
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from fer_core.errors import ModelNotFound
from fer_core.models.recipe import Recipe

COUNTS = Path(__file__).with_name("parameters.json")
"""Parameters of every architecture, written by `tools/count_parameters.py`."""

LAYERS = Path(__file__).with_name("layers.json")
"""Stages of every architecture, written by the same."""


@dataclass(frozen=True)
class Stage:
    """Layers of a network in a row whose maps have one size.

    Attributes:
        layers: How many of each kind, as "convolution 3 × 3"; none in the input.
        side: Of the maps, pixels; 0 of a dense layer.
        maps: How many there are at the stage's end; values of a dense layer.
        parameters: Its number of parameters.
        trainable: Number of those that training changes.
    """

    layers: dict[str, int]
    side: int
    maps: int
    parameters: int
    trainable: int


@dataclass(frozen=True)
class ModelSpec:
    """What is known of an architecture before any training.

    Attributes:
        name: Registry name, and that of its module in `architectures`.
        title: As people read it.
        report: The report it comes from (R1..R5), or "ours".
        protocol: Protocol it is trained and tested under.
        place: In every list, and in the palette of colours; the next free number for a new one.
        recipe: How we train it.
        queue: Place in `train --all`, which begins with what takes least, trunk features included.
        report_recipe: The report's own way, or None.
        reported: What the report claims, in its own words; None if it claims nothing.
        reported_accuracy: The accuracy in that claim, 0..1; None if it claims no accuracy.
        trunk: Name of its ImageNet trunk (see `backbones`), or None.
    """

    name: str
    title: str
    report: str
    protocol: str
    place: int
    recipe: Recipe
    queue: int
    report_recipe: Recipe | None = None
    reported: str | None = None
    reported_accuracy: float | None = None
    trunk: str | None = None

    @property
    def parameters(self) -> int:
        """Number of parameters under its protocol, trainable or not."""
        return _counted(self.name)["parameters"]

    @property
    def trainable(self) -> int:
        """Number of those that training changes."""
        return _counted(self.name)["trainable"]

    @property
    def stages(self) -> tuple[Stage, ...]:
        """Its layers from the input to the answer, counted in its code; empty if not yet."""
        return tuple(Stage(**stage) for stage in _stages().get(self.name, ()))

    @property
    def is_frozen(self) -> bool:
        """Whether the whole trunk keeps its ImageNet weights and only a head is trained."""
        return self.trunk is not None and self.trainable < self.parameters / 2

    @property
    def classes(self) -> tuple[str, ...]:
        """Emotion names under its protocol, in label order."""
        # A dataset's tables are pandas, which the painter's process, for one, does without.
        from fer_core.dataset.protocols import find_protocol

        return find_protocol(self.protocol).classes

    def build(self, classes: int | None = None, **options: Any) -> Any:
        """Returns a new `keras.Model`: float gray faces (n, 48, 48, 1), 0..255, to (n, classes).

        Args:
            classes: Number of classes; those of its protocol if not given.
            options: Passed to the architecture (`pretrained=False` builds a trunk untrained).
        """
        module = import_module(f"fer_core.models.architectures.{self.name}")
        return module.build(classes or len(self.classes), **options)

    def build_untrained(self, classes: int) -> Any:
        """Returns the network with random weights throughout, to be loaded next; fetches none."""
        return self.build(classes, **({"pretrained": False} if self.trunk else {}))


def _counted(name: str) -> dict[str, int]:
    try:
        return _counts()[name]
    except KeyError:
        raise ModelNotFound(
            f"The parameters of {name} are not counted yet: run `python tools/count_parameters.py`."
        ) from None


@cache
def _stages() -> dict[str, list[dict[str, Any]]]:
    result: dict[str, list[dict[str, Any]]] = json.loads(LAYERS.read_text())
    return result


@cache
def _counts() -> dict[str, dict[str, int]]:
    result: dict[str, dict[str, int]] = json.loads(COUNTS.read_text())
    return result
