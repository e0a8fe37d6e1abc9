"""A network that trains and converts in a moment, registered like the others."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

import keras
import pytest

from fer_core.models import architectures
from fer_core.models.recipe import Recipe
from fer_core.models.registry import REGISTRY
from fer_core.models.spec import ModelSpec

NAME = "tiny"
PARAMETERS = 39_767


def build(classes: int) -> keras.Model:
    """Returns three convolutions and a dense layer, untrained."""
    inputs = keras.Input((48, 48, 1))
    x = keras.layers.Rescaling(1 / 127.5, offset=-1)(inputs)
    for filters in (16, 32, 64):
        x = keras.layers.Conv2D(filters, 3, strides=2, padding="same", use_bias=False)(x)
        x = keras.layers.BatchNormalization(momentum=0.9)(x)
        x = keras.layers.ReLU()(x)
    x = keras.layers.Dropout(0.3)(keras.layers.Flatten()(x))
    return keras.Model(inputs, keras.layers.Dense(classes, activation="softmax")(x))


@contextmanager
def registered() -> Iterator[str]:
    """Adds it to the architectures meanwhile; gives its name."""
    module = ModuleType(f"{architectures.__name__}.{NAME}")
    module.build = build
    spec = ModelSpec(
        NAME, "Tiny", report="ours", protocol="fer2013", place=99, recipe=Recipe(epochs=2), queue=99
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, module.__name__, module)
        patch.setitem(REGISTRY, NAME, spec)
        yield NAME
