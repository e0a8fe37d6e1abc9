import keras
import numpy as np
import pytest

from fer_core.styletransfer.network import Network


def stand_in_trunk() -> keras.Model:
    """A small network with VGG's layer names and random weights: quick, and no picture's friend."""
    keras.utils.set_random_seed(0)
    x = picture = keras.Input((None, None, 3))
    for block, (filters, convolutions) in enumerate(
        ((8, 2), (12, 2), (16, 2), (24, 2), (24, 1)), 1
    ):
        for number in range(1, convolutions + 1):
            x = keras.layers.Conv2D(
                filters,
                3,
                padding="same",
                activation="relu",
                kernel_initializer="he_normal",
                name=f"block{block}_conv{number}",
            )(x)
        x = keras.layers.MaxPooling2D(2, name=f"block{block}_pool")(x)
    return keras.Model(picture, x)


@pytest.fixture(scope="session")
def network() -> Network:
    return Network("stand-in", stand_in_trunk())


@pytest.fixture(scope="session")
def photo() -> np.ndarray:
    """A light disc on a gradient, uint8 RGB of shape (96, 128, 3)."""
    y, x = np.mgrid[0:96, 0:128]
    picture = np.stack([x * 1.5 + 30, y * 1.2 + 60, 180 - x * 0.8], axis=-1)
    picture[np.hypot(x - 64, y - 48) < 30] = (240, 200, 170)
    return picture.astype(np.uint8)


@pytest.fixture(scope="session")
def painting() -> np.ndarray:
    """Red and blue diagonal stripes, uint8 RGB of shape (140, 140, 3)."""
    y, x = np.mgrid[0:140, 0:140]
    stripes = ((x + y) // 8 % 2)[..., None]
    return np.where(stripes, (220, 40, 30), (20, 60, 200)).astype(np.uint8)
