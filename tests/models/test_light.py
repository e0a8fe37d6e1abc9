import keras
import numpy as np
import pytest

from fer_core.models.light import DEVIATION, MEAN, normalise_light


def normalised(faces: np.ndarray, strength: float) -> np.ndarray:
    gray = keras.Input((48, 48, 1))
    network = keras.Model(gray, normalise_light(gray, strength))
    return keras.ops.convert_to_numpy(network(faces))


@pytest.fixture
def faces() -> np.ndarray:
    random = np.random.default_rng(0)
    return random.uniform(60, 200, (3, 48, 48, 1)).astype(np.float32)


def test_all_the_way_light_and_contrast_do_not_matter(faces):
    bright = normalised(faces, 1)
    np.testing.assert_allclose(bright.mean(axis=(1, 2, 3)), MEAN, atol=0.01)
    np.testing.assert_allclose(bright.std(axis=(1, 2, 3)), DEVIATION, atol=0.1)
    np.testing.assert_allclose(normalised(faces * 0.5 + 10, 1), bright, atol=0.2)


def test_strength_goes_part_of_the_way(faces):
    half = normalised(faces, 0.5)
    np.testing.assert_allclose(half, (faces + normalised(faces, 1)) / 2, atol=0.01)
    np.testing.assert_allclose(normalised(faces, 0), faces, atol=0.01)


def test_a_blank_face_stays_blank():
    np.testing.assert_allclose(normalised(np.full((1, 48, 48, 1), 7.0), 1), MEAN, atol=0.01)
