"""Report R5's "Little VGG" (Tajwar 2021)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from fer_core.models.recipe import Recipe
from fer_core.models.shared_recipes import SLIGHT
from fer_core.models.spec import ModelSpec

if TYPE_CHECKING:
    import keras

_REPORT = Recipe(
    epochs=25,
    batch_size=32,
    monitor="val_loss",
    schedule="plateau",
    patience=9,
    plateau_patience=3,
    plateau_factor=0.2,
)

SPEC = ModelSpec(
    name="little_vgg",
    title="Little VGG",
    report="R5",
    protocol="r5",
    place=12,
    recipe=replace(
        _REPORT,
        augmentation=SLIGHT,
        precision="mixed_bfloat16",
        note="R5's recipe with rotation, shift, zoom and flip.",
    ),
    report_recipe=_REPORT,
    reported="validation log-loss 0.79786",
    queue=7,
)


def build(classes: int) -> keras.Model:
    """Returns the untrained network: gray faces (n, 48, 48, 1), 0..255, to (n, classes)."""
    import keras
    from keras import layers

    inputs = keras.Input((48, 48, 1))
    x = layers.Rescaling(1 / 255)(inputs)
    for filters in (32, 64, 128, 256):
        for _ in range(2):
            x = layers.Conv2D(
                filters, 3, padding="same", activation="elu", kernel_initializer="he_normal"
            )(x)
            x = layers.BatchNormalization()(x)
        x = layers.MaxPooling2D()(x)
        x = layers.Dropout(0.2)(x)
    x = layers.Flatten()(x)
    for _ in range(2):
        x = layers.Dense(64, activation="elu", kernel_initializer="he_normal")(x)
        x = layers.BatchNormalization()(x)
        x = layers.Dropout(0.5)(x)
    outputs = layers.Dense(classes, activation="softmax", dtype="float32")(x)
    return keras.Model(inputs, outputs, name="little_vgg")
