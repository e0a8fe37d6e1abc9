"""Report R4's second network (Bolarinwa): no dropout, as its printed summary has none."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from fer_core.models.shared_recipes import R4, R4_COSINE
from fer_core.models.spec import ModelSpec

if TYPE_CHECKING:
    import keras

SPEC = ModelSpec(
    name="bolarinwa_cnn2",
    title="Bolarinwa CNN 2",
    report="R4",
    protocol="r4",
    place=8,
    recipe=replace(
        R4_COSINE,
        epochs=14,
        warmup_epochs=1,
        ema=0.995,
        batch_size=128,
        note="Beyond the report: augmentation, a cosine and an average of the weights for a "
        "constant rate, fewer epochs; selected on PublicTest.",
    ),
    report_recipe=R4,
    reported="over 72 %",
    reported_accuracy=0.72,
    queue=6,
)


def build(classes: int) -> keras.Model:
    """Returns the untrained network: gray faces (n, 48, 48, 1), 0..255, to (n, classes)."""
    import keras
    from keras import layers

    inputs = keras.Input((48, 48, 1))
    x = layers.Rescaling(1 / 255)(inputs)
    for filters in (256, 128, 64, 32):
        x = layers.Conv2D(filters, 2, padding="same", activation="relu")(x)
        x = layers.BatchNormalization()(x)
        x = layers.LeakyReLU()(x)
        x = layers.MaxPooling2D()(x)
    x = layers.Flatten()(x)
    for units in (512, 128):
        x = layers.Dense(units, activation="relu")(x)
    outputs = layers.Dense(classes, activation="softmax", dtype="float32")(x)
    return keras.Model(inputs, outputs, name="bolarinwa_cnn2")
