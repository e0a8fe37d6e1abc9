"""mini-XCEPTION, the network of report R2.

Arriaga, Valdenegro-Toro and Ploeger, "Real-time Convolutional Neural Networks for Emotion and
Gender Classification" (2017).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from fer_core.models.recipe import Recipe
from fer_core.models.shared_recipes import SLIGHT
from fer_core.models.spec import ModelSpec

if TYPE_CHECKING:
    import keras

_RECIPE = Recipe(
    epochs=85,
    batch_size=64,
    learning_rate=3e-3,
    schedule="cosine",
    warmup_epochs=2,
    ema=0.998,
    augmentation=SLIGHT,
    note="R2 trains 85 epochs; the cosine, the average and these augmentations are ours.",
)

SPEC = ModelSpec(
    name="mini_xception",
    title="mini-XCEPTION",
    report="R2",
    protocol="fer2013",
    place=5,
    recipe=_RECIPE,
    report_recipe=replace(
        _RECIPE,
        learning_rate=1e-3,
        schedule="plateau",
        ema=None,
        warmup_epochs=0,
        note="R2's 85 epochs; it prints neither rate nor augmentation, these are ours.",
    ),
    reported="65 % validation accuracy",
    reported_accuracy=0.65,
    queue=8,
)


def _module(x: keras.KerasTensor, filters: int) -> keras.KerasTensor:
    """Two depth-wise separable convolutions beside a strided 1x1 convolution."""
    from keras import layers

    shortcut = layers.Conv2D(filters, 1, strides=2, padding="same", use_bias=False)(x)
    shortcut = layers.BatchNormalization()(shortcut)
    x = layers.SeparableConv2D(filters, 3, padding="same", use_bias=False)(x)
    x = layers.BatchNormalization()(x)
    x = layers.ReLU()(x)
    x = layers.SeparableConv2D(filters, 3, padding="same", use_bias=False)(x)
    x = layers.BatchNormalization()(x)
    x = layers.MaxPooling2D(3, strides=2, padding="same")(x)
    return layers.Add()([x, shortcut])


def build(classes: int) -> keras.Model:
    """Returns the untrained network: gray faces (n, 48, 48, 1), 0..255, to (n, classes)."""
    import keras
    from keras import layers

    inputs = keras.Input((48, 48, 1))
    x = layers.Rescaling(1 / 127.5, offset=-1)(inputs)
    for _ in range(2):
        x = layers.Conv2D(8, 3, use_bias=False)(x)
        x = layers.BatchNormalization()(x)
        x = layers.ReLU()(x)
    for filters in (16, 32, 64, 128):
        x = _module(x, filters)
    x = layers.Conv2D(classes, 3, padding="same")(x)
    x = layers.GlobalAveragePooling2D()(x)
    outputs = layers.Softmax(dtype="float32")(x)
    return keras.Model(inputs, outputs, name="mini_xception")
