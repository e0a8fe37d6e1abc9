"""Report R4's sixth and chosen network (Bolarinwa)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from fer_core.models.shared_recipes import R4, R4_COSINE
from fer_core.models.spec import ModelSpec

if TYPE_CHECKING:
    import keras

SPEC = ModelSpec(
    name="bolarinwa_cnn6",
    title="Bolarinwa CNN 6",
    report="R4",
    protocol="r4",
    place=11,
    recipe=replace(
        R4_COSINE,
        epochs=16,
        note="Beyond the report: augmentation, a cosine and an average of the weights for a "
        "constant rate, fewer epochs; selected on PublicTest.",
    ),
    report_recipe=replace(R4, learning_rate=3e-3),
    reported="64 % test",
    reported_accuracy=0.64,
    queue=5,
)


def build(classes: int) -> keras.Model:
    """Returns the untrained network: gray faces (n, 48, 48, 1), 0..255, to (n, classes)."""
    import keras
    from keras import layers

    inputs = keras.Input((48, 48, 1))
    x = layers.Rescaling(1 / 255)(inputs)
    for filters in (64, 128, 512, 512, 128):
        x = layers.Conv2D(filters, 2, padding="same", activation="relu")(x)
        x = layers.BatchNormalization()(x)
        x = layers.LeakyReLU(0.2)(x)
        x = layers.MaxPooling2D()(x)
        x = layers.Dropout(0.2)(x)
    x = layers.Flatten()(x)
    for units in (256, 512):
        x = layers.Dense(units, activation="relu")(x)
        x = layers.BatchNormalization()(x)
        x = layers.LeakyReLU(0.2)(x)
        x = layers.Dropout(0.2)(x)
    outputs = layers.Dense(classes, activation="softmax", dtype="float32")(x)
    return keras.Model(inputs, outputs, name="bolarinwa_cnn6")
