import keras
import numpy as np
import pytest

from fer_core.models.recipe import Augmentation
from fer_core.training.augmentation import RandomAffine, augmentation_layers


@pytest.fixture
def spot() -> np.ndarray:
    """Two faces, black but for one bright pixel block right of the centre."""
    faces = np.zeros((2, 48, 48, 1), np.float32)
    faces[:, 22:26, 33:37] = 255
    return faces


def _centre(face: np.ndarray) -> tuple[float, float]:
    """Row and column of the centre of brightness."""
    rows, columns = np.indices(face.shape[:2])
    weight = face[..., 0] / face.sum()
    return float((rows * weight).sum()), float((columns * weight).sum())


def test_nothing_changes_outside_training(spot):
    layers = augmentation_layers(Augmentation(10, 4, 0.1, (0.8, 1.2), True, 0.2, 0.2, 0.5))
    assert len(layers) == 5
    network = keras.Sequential(layers)
    np.testing.assert_array_equal(network(spot, training=False).numpy(), spot)


def test_an_augmentation_of_nothing_has_no_layers():
    assert augmentation_layers(Augmentation()) == []


def test_shift_moves_the_face_by_at_most_the_stated_pixels(spot):
    layer = RandomAffine(Augmentation(shift=4), seed=1)
    moved = [_centre(face) for _ in range(20) for face in layer(spot, training=True).numpy()]
    rows, columns = np.array(moved).T
    assert np.abs(rows - 23.5).max() <= 4.1 and np.abs(columns - 34.5).max() <= 4.1
    assert rows.std() > 1 and columns.std() > 1


def test_rotation_turns_about_the_centre_by_at_most_the_stated_angle(spot):
    layer = RandomAffine(Augmentation(rotation=30), seed=1)
    centres = [_centre(face) for _ in range(20) for face in layer(spot, training=True).numpy()]
    offsets = np.array(centres) - 23.5
    np.testing.assert_allclose(np.hypot(*offsets.T), 11, atol=0.3)
    angles = np.degrees(np.arctan2(offsets[:, 0], offsets[:, 1]))
    assert np.abs(angles).max() <= 31 and angles.std() > 8


def test_zoom_above_one_makes_the_face_larger(spot):
    layer = RandomAffine(Augmentation(zoom=(1.5, 1.5)), seed=1)
    row, column = _centre(layer(spot, training=True).numpy()[0])
    assert (row, column) == pytest.approx((23.5, 23.5 + 11 * 1.5), abs=0.3)


def test_faces_of_a_batch_are_changed_each_in_its_own_way(spot):
    changed = RandomAffine(Augmentation(shift=4), seed=1)(spot, training=True).numpy()
    assert np.abs(changed[0] - changed[1]).max() > 10


def test_values_stay_between_0_and_255():
    faces = np.random.default_rng(0).integers(0, 256, (8, 48, 48, 1)).astype(np.float32)
    chosen = Augmentation(10, 4, 0.1, (0.8, 1.2), True, 0.3, 0.3, 1.0)
    changed = keras.Sequential(augmentation_layers(chosen, 0))(faces, training=True).numpy()
    assert changed.min() >= 0 and changed.max() <= 255
