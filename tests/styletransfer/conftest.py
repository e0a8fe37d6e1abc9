import numpy as np
import pytest

from fer_core.styletransfer.network import Network


def stand_in() -> Network:
    """Small, with VGG's layer names and random weights: quick, and no picture's friend."""
    random = np.random.default_rng(0)
    convolutions, before = {}, 3
    for block, (filters, count) in enumerate(((8, 2), (12, 2), (16, 2), (24, 2), (24, 1)), 1):
        for number in range(1, count + 1):
            spread = np.sqrt(2 / (9 * before))  # as He et al. begin, so that nothing fades
            kernel = random.normal(0, spread, (3, 3, before, filters)).astype(np.float16)
            convolutions[f"block{block}_conv{number}"] = kernel, np.zeros(filters, np.float32)
            before = filters
    return Network("stand-in", convolutions)


@pytest.fixture(scope="session")
def network() -> Network:
    return stand_in()


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
