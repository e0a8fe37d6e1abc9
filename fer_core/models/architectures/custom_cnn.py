"""Report R1's custom CNN (Muravev 2021): three convolutions, three dense layers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from fer_core.models.shared_recipes import CAMERA, R1
from fer_core.models.spec import ModelSpec

if TYPE_CHECKING:
    import keras

SPEC = ModelSpec(
    name="custom_cnn",
    title="Custom CNN",
    report="R1",
    protocol="fer2013",
    place=1,
    recipe=replace(
        R1,
        epochs=80,
        batch_size=128,
        learning_rate=2e-3,
        schedule="cosine",
        warmup_epochs=2,
        patience=None,
        ema=0.998,
        augmentation=replace(
            CAMERA,
            rotation=12,
            shift=3,
            zoom=(0.88, 1.18),
            erasing=0.0,
            camera=0.1,
            covered=0.3,
        ),
        votes=0.3,
        note="Beyond R1: a cosine, an average of the weights, what cameras do, and FER+'s votes as "
        "part of the target. Light is normalised inside the network.",
    ),
    report_recipe=R1,
    queue=10,
)


def build(classes: int) -> keras.Model:
    """Returns the untrained network: gray faces (n, 48, 48, 1), 0..255, to (n, classes)."""
    import keras
    from keras import layers

    from fer_core.models.light import normalise_light

    inputs = keras.Input((48, 48, 1))
    x = layers.Rescaling(1 / 255)(normalise_light(inputs))
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
