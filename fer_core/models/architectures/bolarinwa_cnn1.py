"""Report R4's first network (Bolarinwa)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fer_core.models.shared_recipes import R4, R4_AUGMENTED
from fer_core.models.spec import ModelSpec

if TYPE_CHECKING:
    import keras

SPEC = ModelSpec(
    name="bolarinwa_cnn1",
    title="Bolarinwa CNN 1",
    report="R4",
    protocol="r4",
    place=7,
    recipe=R4_AUGMENTED,
    report_recipe=R4,
    reported="about 64 %",
    reported_accuracy=0.64,
    queue=3,
)


def build(classes: int) -> keras.Model:
    """Returns the untrained network: gray faces (n, 48, 48, 1), 0..255, to (n, classes)."""
    import keras
    from keras import layers

    inputs = keras.Input((48, 48, 1))
    x = layers.Rescaling(1 / 255)(inputs)
    for filters in (64, 32, 32):
        x = layers.Conv2D(filters, 2, padding="same", activation="relu")(x)
        x = layers.MaxPooling2D()(x)
        x = layers.Dropout(0.2)(x)
    x = layers.Flatten()(x)
    x = layers.Dense(512, activation="relu")(x)
    x = layers.Dropout(0.4)(x)
    outputs = layers.Dense(classes, activation="softmax", dtype="float32")(x)
    return keras.Model(inputs, outputs, name="bolarinwa_cnn1")
