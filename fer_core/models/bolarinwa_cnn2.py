"""Report R4's second network (Bolarinwa): no dropout, as its printed summary has none."""

import keras
from keras import layers


def build(classes: int) -> keras.Model:
    """Returns the untrained network: gray faces (n, 48, 48, 1), 0..255, to (n, classes)."""
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
