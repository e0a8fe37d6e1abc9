"""mini-XCEPTION, the network of report R2.

Arriaga, Valdenegro-Toro and Ploeger, "Real-time Convolutional Neural Networks for Emotion and
Gender Classification" (2017).
"""

import keras
from keras import layers


def _module(x: keras.KerasTensor, filters: int) -> keras.KerasTensor:
    """Two depth-wise separable convolutions beside a strided 1x1 convolution."""
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
