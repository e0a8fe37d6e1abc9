"""Report R4's third network (Bolarinwa): the ImageNet VGG16, frozen, with a deep head."""

import keras
from keras import layers

from fer_core.models.transfer import build_on_trunk


def head(x: keras.KerasTensor, classes: int) -> keras.KerasTensor:
    """Flatten, Dense 256, Dense 128, Dropout, Dense 64, BN, LeakyReLU, softmax."""
    x = layers.Flatten(name="head_flatten")(x)
    x = layers.Dense(256, activation="relu", name="head_dense_1")(x)
    x = layers.Dense(128, activation="relu", name="head_dense_2")(x)
    x = layers.Dropout(0.3, name="head_dropout")(x)
    x = layers.Dense(64, activation="relu", name="head_dense_3")(x)
    x = layers.BatchNormalization(name="head_bn")(x)
    x = layers.LeakyReLU(name="head_leaky_relu")(x)
    return layers.Dense(classes, activation="softmax", dtype="float32", name="head_softmax")(x)


def build(classes: int, pretrained: bool = True) -> keras.Model:
    """Returns the network: gray faces (n, 48, 48, 1), 0..255, to (n, classes)."""
    return build_on_trunk("bolarinwa_vgg16", "vgg16", head, classes, pretrained=pretrained)
