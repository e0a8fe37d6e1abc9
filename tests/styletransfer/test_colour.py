import cv2
import numpy as np
import pytest

from fer_core.styletransfer import colour


def as_floats(picture: np.ndarray) -> np.ndarray:
    return picture.astype(np.float32) / 255


def test_luminance_weighs_red_green_and_blue():
    red = np.zeros((2, 2, 3), np.float32)
    red[..., 0] = 1
    np.testing.assert_allclose(colour.luminance(red), 0.299, atol=1e-6)


def test_matching_lightness_takes_mean_and_spread(photo, painting):
    ours = colour.luminance(as_floats(photo))
    matched = colour.match_luminance(as_floats(painting), as_floats(photo))
    assert matched.mean() == pytest.approx(ours.mean(), abs=0.01)
    assert matched.std() == pytest.approx(ours.std(), abs=0.02)
    np.testing.assert_array_equal(matched[..., 0], matched[..., 2])


def test_matching_colours_takes_mean_and_covariance(photo):
    noise = np.random.default_rng(0).normal((0.6, 0.4, 0.5), (0.05, 0.1, 0.02), (64, 64, 3))
    soft = 0.5 + 0.3 * (as_floats(photo) - 0.5)  # far enough from black and white not to clip
    matched = colour.match_colours(noise.astype(np.float32), soft)
    expected, got = soft.reshape(-1, 3), matched.reshape(-1, 3)
    np.testing.assert_allclose(got.mean(axis=0), expected.mean(axis=0), atol=0.01)
    np.testing.assert_allclose(np.cov(got.T), np.cov(expected.T), atol=2e-3)


def test_a_flat_photo_gives_flat_colours(painting):
    flat = np.full((8, 8, 3), 0.25, np.float32)
    matched = colour.match_colours(as_floats(painting), flat)
    np.testing.assert_allclose(matched, 0.25, atol=0.03)


def test_lightness_of_one_chroma_of_the_other(photo):
    ours = 0.3 + 0.4 * as_floats(photo)
    darker = np.clip(colour.luminance(ours) * 0.9, 0, 1)
    mixed = colour.with_colours_of(ours, darker)
    before = cv2.cvtColor(ours, cv2.COLOR_RGB2YCrCb)
    after = cv2.cvtColor(mixed, cv2.COLOR_RGB2YCrCb)
    np.testing.assert_allclose(after[..., 1:], before[..., 1:], atol=0.01)
    np.testing.assert_allclose(after[..., 0], darker[..., 0], atol=0.01)
