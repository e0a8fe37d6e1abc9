import numpy as np
import pytest

from fer_core.models.backbones import IMAGENET_MEANS
from fer_core.styletransfer import losses as module
from fer_core.styletransfer.losses import Objective, preprocess
from fer_core.styletransfer.network import STYLE_LAYERS


def as_floats(picture: np.ndarray) -> np.ndarray:
    return picture.astype(np.float32) / 255


@pytest.fixture(scope="module")
def objective(network) -> Objective:
    return Objective(network, STYLE_LAYERS, "average", style_weight=10.0, variation_weight=2.0)


def test_preprocessing_swaps_red_and_blue_and_takes_the_means_off():
    red = np.array([[[1.0, 0.0, 0.0]]], np.float32)
    expected = np.array([0, 0, 255], np.float32) - IMAGENET_MEANS
    np.testing.assert_allclose(preprocess(red)[0, 0, 0], expected, rtol=1e-6)


def test_the_photo_itself_has_no_content_loss_and_the_painting_no_style_loss(
    objective, photo, painting
):
    ours, theirs = as_floats(photo), as_floats(painting)
    objective.aim(ours, [theirs], (1.0,), np.ones(ours.shape[:2], np.float32))
    at_photo, _ = objective(ours)
    assert at_photo.content == pytest.approx(0, abs=1e-6)
    assert at_photo.style > 0.05
    objective.aim(theirs, [theirs], (1.0,), np.ones(theirs.shape[:2], np.float32))
    at_painting, _ = objective(theirs)
    assert at_painting.style == pytest.approx(0, abs=1e-5)


def test_a_blank_is_as_far_off_as_one(objective, photo, painting):
    """Both distances are relative; features of gray at the ImageNet mean are nearly none."""
    ours = as_floats(photo)
    objective.aim(ours, [as_floats(painting)], (1.0,), np.ones(ours.shape[:2], np.float32))
    blank = np.broadcast_to(np.array(IMAGENET_MEANS[::-1], np.float32) / 255, ours.shape)
    losses, _ = objective(np.ascontiguousarray(blank, np.float32))
    assert losses.content == pytest.approx(1, abs=1e-3)
    assert losses.style == pytest.approx(1, abs=1e-3)
    assert losses.variation == 0


def test_a_blank_is_further_off_where_content_is_weighted(objective, photo, painting):
    ours = as_floats(photo)
    place = np.full(ours.shape[:2], 3, np.float32)
    objective.aim(ours, [as_floats(painting)], (1.0,), place)
    blank = np.broadcast_to(np.array(IMAGENET_MEANS[::-1], np.float32) / 255, ours.shape)
    losses, _ = objective(np.ascontiguousarray(blank, np.float32))
    assert losses.content == pytest.approx(3, abs=3e-3)


def test_the_total_is_the_weighted_sum(objective, photo, painting):
    ours = as_floats(photo)
    objective.aim(ours, [as_floats(painting)], (1.0,), np.ones(ours.shape[:2], np.float32))
    losses, _ = objective(ours * 0.8)
    parts = losses.content + 10 * losses.style + 2 * losses.variation
    assert losses.total == pytest.approx(parts, rel=1e-4)


def test_variation_by_hand(objective, painting):
    picture = np.zeros((16, 16, 3), np.float32)
    picture[:, 8:] = 1
    objective.aim(picture, [as_floats(painting)], (1.0,), np.ones((16, 16), np.float32))
    losses, _ = objective(picture)
    assert losses.variation == pytest.approx(16 / (16 * 15), rel=1e-5)


def test_the_gradient_is_the_slope(objective, photo, painting):
    ours = as_floats(photo)[:32, :32]
    objective.aim(ours, [as_floats(painting)], (1.0,), np.ones((32, 32), np.float32))
    point = (0.5 * ours + 0.25).astype(np.float32)
    _, gradient = objective(point)
    direction = gradient / np.linalg.norm(gradient)
    step = 0.02
    up, _ = objective((point + step * direction).astype(np.float32))
    down, _ = objective((point - step * direction).astype(np.float32))
    slope = (up.total - down.total) / (2 * step)
    assert slope == pytest.approx(np.linalg.norm(gradient), rel=0.05)


def test_content_counts_more_where_it_is_weighted(objective, photo, painting):
    ours = as_floats(photo)
    changed = ours.copy()
    changed[40:56, 56:72] = 0
    even = np.ones(ours.shape[:2], np.float32)
    weighted = even.copy()
    weighted[24:72, 40:88] = 5
    results = []
    for place in (even, weighted):
        objective.aim(ours, [as_floats(painting)], (1.0,), place)
        results.append(objective(changed)[0].content)
    assert results[1] == pytest.approx(5 * results[0], rel=0.1)


def test_blending_averages_the_gram_matrices(objective, photo, painting, monkeypatch):
    ours, theirs = as_floats(photo), as_floats(painting)
    other = np.ascontiguousarray(theirs[:, ::-1, ::-1])
    even = np.ones(ours.shape[:2], np.float32)
    aims = []
    monkeypatch.setattr(module, "distances_and_gradient", lambda *given: aims.append(given[2]))
    objective.aim(ours, [theirs, other], (0.25, 0.75), even)
    objective.aim(ours, [theirs], (1.0,), even)
    objective.aim(ours, [other], (1.0,), even)
    for name in STYLE_LAYERS:
        blend, one, two = (aim[name].wanted for aim in aims)
        np.testing.assert_allclose(blend, 0.25 * one + 0.75 * two, rtol=1e-4, atol=1e-4)
