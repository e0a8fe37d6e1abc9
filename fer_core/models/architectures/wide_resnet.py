"""Our own wide residual network, for pictures: three stages of two blocks.

The widths are those of WRN-16-4 (Zagoruyko and Komodakis 2016, "Wide Residual Networks"), the
blocks those of He et al. 2016, "Deep Residual Learning for Image Recognition"; where the maps are
halved, the shortcut is an average, as in the ResNet-D of He et al. 2019, "Bag of Tricks".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fer_core.models.recipe import Recipe
from fer_core.models.shared_recipes import CAMERA
from fer_core.models.spec import ModelSpec

if TYPE_CHECKING:
    import keras

SPEC = ModelSpec(
    name="wide_resnet",
    title="Wide ResNet",
    report="ours",
    protocol="fer2013",
    place=13,
    recipe=Recipe(
        epochs=90,
        batch_size=256,
        optimizer="sgd",
        learning_rate=0.15,
        schedule="cosine",
        warmup_epochs=3,
        weight_decay=5e-4,
        ema=0.998,
        precision="mixed_bfloat16",
        augmentation=CAMERA,
        mixup=0.2,
        votes=0.3,
        note="Our own network and recipe: what cameras do, and FER+'s votes as part of the target.",
    ),
    queue=13,
)

STEM = 16
STAGES = ((64, 1), (128, 2), (256, 2))
"""Maps and stride of each stage."""

BLOCKS = 2
"""In each stage."""


def build(classes: int) -> keras.Model:
    """Returns the untrained network: gray faces (n, 48, 48, 1), 0..255, to (n, classes)."""
    import keras
    from keras import layers

    from fer_core.models.light import normalise_light

    inputs = keras.Input((48, 48, 1))
    x = normalise_light(layers.Cropping2D(2)(inputs))
    x = layers.Rescaling(1 / 127.5, offset=-1)(x)
    x = layers.ReLU()(_convolution(x, STEM))
    for maps, stride in STAGES:
        for number in range(BLOCKS):
            x = _block(x, maps, stride if number == 0 else 1)
    x = layers.GlobalAveragePooling2D()(x)
    x = layers.Dropout(0.3)(x)
    outputs = layers.Dense(classes, activation="softmax", dtype="float32")(x)
    return keras.Model(inputs, outputs, name="wide_resnet")


def _block(x: keras.KerasTensor, maps: int, stride: int) -> keras.KerasTensor:
    """Two convolutions beside a shortcut; it begins as the shortcut alone."""
    from keras import layers

    shortcut = layers.AveragePooling2D(stride, padding="same")(x) if stride > 1 else x
    if shortcut.shape[-1] != maps:
        shortcut = _convolution(shortcut, maps, size=1)
    y = layers.ReLU()(_convolution(x, maps, stride=stride))
    y = _convolution(y, maps, gamma="zeros")
    return layers.ReLU()(layers.Add()([shortcut, y]))


def _convolution(
    x: keras.KerasTensor, maps: int, *, size: int = 3, stride: int = 1, gamma: str = "ones"
) -> keras.KerasTensor:
    from keras import layers

    x = layers.Conv2D(
        maps, size, stride, padding="same", use_bias=False, kernel_initializer="he_normal"
    )(x)
    return layers.BatchNormalization(momentum=0.98, gamma_initializer=gamma)(x)
