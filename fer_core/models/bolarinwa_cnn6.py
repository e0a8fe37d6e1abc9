"""Report R4's sixth and chosen network (Bolarinwa)."""

import keras
from keras import layers


def build(classes: int) -> keras.Model:
    """Returns the untrained network: gray faces (n, 48, 48, 1), 0..255, to (n, classes)."""
    inputs = keras.Input((48, 48, 1))
    x = layers.Rescaling(1 / 255)(inputs)
    for filters in (64, 128, 512, 512, 128):
        x = layers.Conv2D(filters, 2, padding="same", activation="relu")(x)
        x = layers.BatchNormalization()(x)
        x = layers.LeakyReLU(0.2)(x)
        x = layers.MaxPooling2D()(x)
        x = layers.Dropout(0.2)(x)
    x = layers.Flatten()(x)
    for units in (256, 512):
        x = layers.Dense(units, activation="relu")(x)
        x = layers.BatchNormalization()(x)
        x = layers.LeakyReLU(0.2)(x)
        x = layers.Dropout(0.2)(x)
    outputs = layers.Dense(classes, activation="softmax", dtype="float32")(x)
    return keras.Model(inputs, outputs, name="bolarinwa_cnn6")
