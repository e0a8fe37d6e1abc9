"""Report R4's first network (Bolarinwa)."""

import keras
from keras import layers


def build(classes: int) -> keras.Model:
    """Returns the untrained network: gray faces (n, 48, 48, 1), 0..255, to (n, classes)."""
    inputs = keras.Input((48, 48, 1))
    x = layers.Rescaling(1 / 255)(inputs)
    for filters in (64, 32, 32):
        x = layers.Conv2D(filters, 2, padding="same", activation="relu")(x)
        x = layers.MaxPooling2D()(x)
        x = layers.Dropout(0.2)(x)
    x = layers.Flatten()(x)
    x = layers.Dense(512, activation="relu")(x)
    x = layers.Dropout(0.4)(x)
    outputs = layers.Dense(classes, activation="softmax", dtype="float32")(x)
    return keras.Model(inputs, outputs, name="bolarinwa_cnn1")
