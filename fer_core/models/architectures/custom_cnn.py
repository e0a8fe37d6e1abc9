"""Report R1's custom CNN (Muravev 2021): three convolutions, three dense layers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fer_core.models.shared_recipes import R1
from fer_core.models.spec import ModelSpec

if TYPE_CHECKING:
    import keras

SPEC = ModelSpec(
    name="custom_cnn",
    title="Custom CNN",
    report="R1",
    protocol="fer2013",
    place=1,
    recipe=R1,
    report_recipe=R1,
    queue=10,
)


def build(classes: int) -> keras.Model:
    """Returns the untrained network: gray faces (n, 48, 48, 1), 0..255, to (n, classes)."""
    import keras
    from keras import layers

    inputs = keras.Input((48, 48, 1))
    x = layers.Rescaling(1 / 255)(inputs)
    for filters in (32, 64, 128):
        x = layers.Conv2D(filters, 3, activation="relu")(x)
        x = layers.BatchNormalization()(x)
        x = layers.MaxPooling2D()(x)
    x = layers.Flatten()(x)
    for units in (512, 256):
        x = layers.Dense(units, activation="relu")(x)
        x = layers.Dropout(0.3)(x)
    outputs = layers.Dense(classes, activation="softmax", dtype="float32")(x)
    return keras.Model(inputs, outputs, name="custom_cnn")
