"""Our own small network: a VGG-style stack with a thin stem, on the middle 44 pixels.

After Simonyan and Zisserman, "Very Deep Convolutional Networks for Large-Scale Image Recognition"
(2015), with batch normalisation and global average pooling in place of its dense layers.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from fer_core.models.recipe import Recipe
from fer_core.models.shared_recipes import STRONG
from fer_core.models.spec import ModelSpec

if TYPE_CHECKING:
    import keras

SPEC = ModelSpec(
    name="slim_vgg",
    title="Slim VGG",
    report="ours",
    protocol="fer2013",
    place=0,
    recipe=Recipe(
        epochs=50,
        batch_size=128,
        optimizer="sgd",
        learning_rate=0.08,
        schedule="cosine",
        warmup_epochs=3,
        weight_decay=5e-4,
        label_smoothing=0.1,
        ema=0.998,
        precision="mixed_bfloat16",
        augmentation=replace(STRONG, contrast=0.2, erasing=0.2),
        note="Our own network and recipe.",
    ),
    queue=12,
)


BLOCKS = ((32,), (64, 64), (128, 128, 128), (256, 256, 256))


def build(classes: int) -> keras.Model:
    """Returns the untrained network: gray faces (n, 48, 48, 1), 0..255, to (n, classes)."""
    import keras
    from keras import layers

    from fer_core.models.light import normalise_light

    inputs = keras.Input((48, 48, 1))
    x = layers.Cropping2D(2)(inputs)  # CenterCrop would set the whole call to training
    x = normalise_light(x)
    x = layers.Rescaling(1 / 127.5, offset=-1)(x)
    for number, block in enumerate(BLOCKS):
        for filters in block:
            x = layers.Conv2D(
                filters, 3, padding="same", use_bias=False, kernel_initializer="he_normal"
            )(x)
            x = layers.BatchNormalization(momentum=0.98)(x)
            x = layers.ReLU()(x)
        if number < len(BLOCKS) - 1:
            x = layers.MaxPooling2D()(x)
            x = layers.Dropout(0.1)(x)
    x = layers.GlobalAveragePooling2D()(x)
    x = layers.Dropout(0.3)(x)
    outputs = layers.Dense(classes, activation="softmax", dtype="float32")(x)
    return keras.Model(inputs, outputs, name="slim_vgg")
