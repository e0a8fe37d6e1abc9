"""Report R1's VGG16: the ImageNet trunk, frozen, with a dense head (Muravev 2021)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fer_core.models.shared_recipes import FROZEN, FROZEN_REPORT
from fer_core.models.spec import ModelSpec

if TYPE_CHECKING:
    import keras

SPEC = ModelSpec(
    name="vgg16",
    title="VGG16, frozen",
    report="R1",
    protocol="fer2013",
    place=2,
    recipe=FROZEN,
    report_recipe=FROZEN_REPORT,
    trunk="vgg16",
    queue=2,
)


def head(x: keras.KerasTensor, classes: int) -> keras.KerasTensor:
    """Flatten, Dense 512, softmax: the head R1 prints for its ResNet50."""
    from keras import layers

    x = layers.Flatten(name="head_flatten")(x)
    x = layers.Dense(512, activation="relu", name="head_dense")(x)
    return layers.Dense(classes, activation="softmax", dtype="float32", name="head_softmax")(x)


def build(classes: int, pretrained: bool = True) -> keras.Model:
    """Returns the network: gray faces (n, 48, 48, 1), 0..255, to (n, classes)."""
    from fer_core.models.transfer import build_on_trunk

    return build_on_trunk("vgg16", "vgg16", head, classes, pretrained=pretrained)
