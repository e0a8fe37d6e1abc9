"""Report R4's third network (Bolarinwa): the ImageNet VGG16, frozen, with a deep head."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from fer_core.models.shared_recipes import R4, R4_FROZEN
from fer_core.models.spec import ModelSpec

if TYPE_CHECKING:
    import keras

SPEC = ModelSpec(
    name="bolarinwa_vgg16",
    title="Bolarinwa VGG16",
    report="R4",
    protocol="r4",
    place=9,
    recipe=R4_FROZEN,
    report_recipe=replace(R4, views=1),
    reported="about 50 %",
    reported_accuracy=0.5,
    trunk="vgg16",
    queue=0,
)


def head(x: keras.KerasTensor, classes: int) -> keras.KerasTensor:
    """Flatten, Dense 256, Dense 128, Dropout, Dense 64, BN, LeakyReLU, softmax."""
    from keras import layers

    x = layers.Flatten(name="head_flatten")(x)
    x = layers.Dense(256, activation="relu", name="head_dense_1")(x)
    x = layers.Dense(128, activation="relu", name="head_dense_2")(x)
    x = layers.Dropout(0.3, name="head_dropout")(x)
    x = layers.Dense(64, activation="relu", name="head_dense_3")(x)
    x = layers.BatchNormalization(name="head_bn")(x)
    x = layers.LeakyReLU(name="head_leaky_relu")(x)
    return layers.Dense(classes, activation="softmax", dtype="float32", name="head_softmax")(x)


def build(classes: int, pretrained: bool = True) -> keras.Model:
    """Returns the network: gray faces (n, 48, 48, 1), 0..255, to (n, classes)."""
    from fer_core.models.transfer import build_on_trunk

    return build_on_trunk("bolarinwa_vgg16", "vgg16", head, classes, pretrained=pretrained)
