"""Report R1's VGG16: the ImageNet trunk, frozen, with a dense head (Muravev 2021)."""

import keras
from keras import layers

from fer_core.models.transfer import build_on_trunk


def head(x: keras.KerasTensor, classes: int) -> keras.KerasTensor:
    """Flatten, Dense 512, softmax: the head R1 prints for its ResNet50."""
    x = layers.Flatten(name="head_flatten")(x)
    x = layers.Dense(512, activation="relu", name="head_dense")(x)
    return layers.Dense(classes, activation="softmax", dtype="float32", name="head_softmax")(x)


def build(classes: int, pretrained: bool = True) -> keras.Model:
    """Returns the network: gray faces (n, 48, 48, 1), 0..255, to (n, classes)."""
    return build_on_trunk("vgg16", "vgg16", head, classes, pretrained=pretrained)
