"""Report R3's deep network of ELU convolutions (Chandigarh University)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from fer_core.models.recipe import Augmentation, Recipe
from fer_core.models.shared_recipes import SLIGHT
from fer_core.models.spec import ModelSpec

if TYPE_CHECKING:
    import keras

SPEC = ModelSpec(
    name="dcnn_elu",
    title="ELU DCNN",
    report="R3",
    protocol="r3",
    place=6,
    recipe=Recipe(
        epochs=100,
        batch_size=128,
        learning_rate=2e-3,
        schedule="cosine",
        warmup_epochs=2,
        ema=0.998,
        precision="mixed_bfloat16",
        augmentation=replace(SLIGHT, shift=4),
        votes=0.3,
        note="R3's 100 epochs under a cosine, an average of the weights, lighter augmentation, and "
        "FER+'s votes as part of the target; selected on faces it is not tested on.",
    ),
    report_recipe=Recipe(
        epochs=100,
        batch_size=32,
        schedule="plateau",
        patience=11,
        plateau_patience=7,
        min_delta=5e-5,
        min_learning_rate=1e-7,
        protocol="r3-report",
        augmentation=Augmentation(rotation=15, shift=7.2, shear=0.15, zoom=(0.85, 1.15), flip=True),
        note="R3 to the letter: selects on the 2,127 faces it tests on, so it is optimistic.",
    ),
    reported="82.42 % (374 of 2,127 wrong)",
    reported_accuracy=0.8242,
    queue=11,
)


def build(classes: int) -> keras.Model:
    """Returns the untrained network: gray faces (n, 48, 48, 1), 0..255, to (n, classes)."""
    import keras
    from keras import layers

    from fer_core.models.light import normalise_light

    inputs = keras.Input((48, 48, 1))
    x = layers.Rescaling(1 / 255)(normalise_light(inputs))
    for filters, size, dropout in ((64, 5, 0.4), (128, 3, 0.4), (256, 3, 0.5)):
        for _ in range(2):
            x = layers.Conv2D(
                filters,
                size,
                padding="same",
                activation="elu",
                kernel_initializer="he_normal",
            )(x)
            x = layers.BatchNormalization()(x)
        x = layers.MaxPooling2D()(x)
        x = layers.Dropout(dropout)(x)
    x = layers.Flatten()(x)
    x = layers.Dense(128, activation="elu", kernel_initializer="he_normal")(x)
    x = layers.BatchNormalization()(x)
    x = layers.Dropout(0.6)(x)
    outputs = layers.Dense(classes, activation="softmax", dtype="float32")(x)
    return keras.Model(inputs, outputs, name="dcnn_elu")
