import cv2
import keras
import numpy as np
import pytest

from fer_core.models.recipe import Augmentation
from fer_core.training.augmentation import augmentation_layers
from fer_core.training.camera import (
    CameraEffect,
    blur,
    cover,
    exposure,
    jpeg,
    low_contrast,
    low_resolution,
    noise,
)

EVERYTHING = Augmentation(
    camera=1,
    covered=0.5,
    gamma=2,
    gain=0.1,
    low_contrast=0.1,
    blur=3,
    resolution=4,
    noise=30,
    jpeg=10,
)


@pytest.fixture
def faces() -> np.ndarray:
    """Eight smooth faces with an edge: float32 of shape (8, 48, 48, 1)."""
    random = np.random.default_rng(0)
    coarse = random.uniform(40, 215, (8, 6, 6)).astype(np.float32)
    fine = np.stack([cv2.resize(face, (48, 48), interpolation=cv2.INTER_CUBIC) for face in coarse])
    fine[:, :, 24:] = 255 - fine[:, :, 24:]
    return np.clip(np.rint(fine), 0, 255)[..., None].astype(np.float32)


def changed(change, faces: np.ndarray, share: float = 1.0) -> np.ndarray:
    return keras.ops.convert_to_numpy(CameraEffect(change, share, seed=1)(faces, training=True))


class Fixed(CameraEffect):
    """Draws always the largest number, so that a change can be compared with a library's."""

    def uniform(self, faces, low, high):
        return keras.ops.ones((keras.ops.shape(faces)[0], 1, 1)) * high


def at_its_strongest(change, faces: np.ndarray) -> np.ndarray:
    return keras.ops.convert_to_numpy(Fixed(change, 2.0)(faces, training=True))


def test_blur_is_a_gaussian_blur(faces):
    found = at_its_strongest(blur(1.5), faces)[:, 6:-6, 6:-6, 0]
    wanted = np.stack([cv2.GaussianBlur(face, (0, 0), 1.5) for face in faces])[:, 6:-6, 6:-6]
    np.testing.assert_allclose(found, wanted, atol=1.5)


def test_low_resolution_is_an_area_average_scaled_up_again(faces):
    found = at_its_strongest(low_resolution(4), faces)[..., 0]
    small = [cv2.resize(face, (12, 12), interpolation=cv2.INTER_AREA) for face in faces[..., 0]]
    wanted = np.stack(
        [cv2.resize(face, (48, 48), interpolation=cv2.INTER_LINEAR) for face in small]
    )
    np.testing.assert_allclose(found, wanted, atol=1)


def test_jpeg_is_what_a_jpeg_library_gives(faces):
    class Quality(Fixed):
        def uniform(self, faces, low, high):
            return super().uniform(faces, low, 20 if high == 95 else high)

    found = keras.ops.convert_to_numpy(Quality(jpeg(20), 2.0)(faces, training=True))[..., 0]
    for face, ours in zip(faces[..., 0], found, strict=True):
        _, code = cv2.imencode(".jpg", face.astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, 20])
        theirs = cv2.imdecode(code, cv2.IMREAD_GRAYSCALE).astype(float)
        assert np.abs(ours - theirs).mean() < 1
        assert np.abs(ours - face).mean() > 2


def test_noise_has_at_most_the_stated_sigma(faces):
    gray = np.full_like(faces, 128)
    deviation = (changed(noise(30), gray) - gray).std(axis=(1, 2, 3))
    assert deviation.max() <= 31 and deviation.std() > 3


def test_light_is_lost_but_for_the_stated_share(faces):
    share = changed(exposure(1, 0.1), faces).mean(axis=(1, 2, 3)) / faces.mean(axis=(1, 2, 3))
    assert 0.09 < share.min() < 0.6 and share.max() < 2.01


def test_gamma_leaves_black_and_white(faces):
    ends = np.zeros_like(faces)
    ends[:, :24] = 255
    np.testing.assert_array_equal(changed(exposure(3, 1), ends), ends)


def test_contrast_shrinks_about_the_mean(faces):
    found = changed(low_contrast(0.2), faces)
    share = found.std(axis=(1, 2, 3)) / faces.std(axis=(1, 2, 3))
    assert share.min() > 0.19 and share.max() < 1.01 and share.std() > 0.05
    np.testing.assert_allclose(found.mean(axis=(1, 2, 3)), faces.mean(axis=(1, 2, 3)), atol=0.6)


def test_a_covered_part_is_one_rectangle_of_one_gray(faces):
    for before, after in zip(faces, changed(cover(0.5), faces), strict=True):
        rows, columns = np.nonzero((before != after)[..., 0])
        block = after[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
        assert block.shape[0] <= 25 and block.shape[1] <= 25
        assert block.std() < 0.1


def test_about_the_stated_share_is_changed(faces):
    many = np.repeat(faces, 50, axis=0)
    touched = (changed(noise(30), many, share=0.3) != many).any(axis=(1, 2, 3)).mean()
    assert 0.2 < touched < 0.4


def test_all_together_give_whole_grays_and_nothing_outside_training(faces):
    layers = augmentation_layers(EVERYTHING, seed=3)
    assert len(layers) == 7
    network = keras.Sequential(layers)
    found = keras.ops.convert_to_numpy(network(faces, training=True))
    assert found.min() >= 0 and found.max() <= 255
    np.testing.assert_array_equal(found, np.rint(found))
    assert (np.abs(found - faces).mean(axis=(1, 2, 3)) > 1).all()
    np.testing.assert_array_equal(keras.ops.convert_to_numpy(network(faces)), faces)


def test_effects_draw_different_numbers(faces):
    seeds = {
        int(np.array(layer.generator.state)[0]) for layer in augmentation_layers(EVERYTHING, 3)
    }
    assert len(seeds) == 7
