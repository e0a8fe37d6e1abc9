"""Report R3's deep network of ELU convolutions (Chandigarh University)."""

import keras
from keras import layers


def build(classes: int) -> keras.Model:
    """Returns the untrained network: gray faces (n, 48, 48, 1), 0..255, to (n, classes)."""
    inputs = keras.Input((48, 48, 1))
    x = layers.Rescaling(1 / 255)(inputs)
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
