"""Held against TensorFlow, which differentiates by itself."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from fer_core.styletransfer.losses import DEEP_WEIGHT, Objective, preprocess
from fer_core.styletransfer.network import CONTENT_LAYER, DEEP_STYLE_LAYER, STYLE_LAYERS, Network
from fer_core.styletransfer.passes import features

tf = pytest.importorskip("tensorflow")

STYLE_WEIGHT, VARIATION_WEIGHT = 30.0, 10.0


def looked_at(network: Network, picture: Any, last: str, pooling: str) -> dict[str, Any]:
    """The activations of every convolution up to the last, by TensorFlow."""
    seen: dict[str, Any] = {}
    x = picture[None, ..., ::-1] * 255.0 - (103.939, 116.779, 123.68)
    block = "block1"
    for name in network.names[: network.names.index(last) + 1]:
        if not name.startswith(block):
            block = name[: len(block)]
            pool = tf.nn.avg_pool2d if pooling == "average" else tf.nn.max_pool2d
            x = pool(x, 2, 2, "VALID")
        kernel, bias = network.weights(name)
        x = seen[name] = tf.nn.relu(tf.nn.conv2d(x, kernel, 1, "SAME") + bias)
    return seen


def gram(features: Any) -> Any:
    flat = tf.reshape(features, (-1, features.shape[-1]))
    return tf.matmul(flat, flat, transpose_a=True) / flat.shape[0]


def distance(seen: Any, aim: Any, weight: Any = 1.0) -> Any:
    return tf.reduce_sum(weight * (seen - aim) ** 2) / (tf.reduce_sum(aim**2) + 1e-6)


def by_tensorflow(
    network: Network,
    styles: Sequence[str],
    pooling: str,
    pictures: tuple[np.ndarray, np.ndarray, np.ndarray],
    place: np.ndarray,
) -> tuple[float, np.ndarray]:
    """The loss and its gradient, as `Objective` defines them."""
    picture, photo, painting = map(tf.constant, pictures)
    last = DEEP_STYLE_LAYER if DEEP_STYLE_LAYER in styles else CONTENT_LAYER
    content = looked_at(network, photo, last, pooling)[CONTENT_LAYER]
    style = looked_at(network, painting, last, pooling)
    weights = np.array([DEEP_WEIGHT if name == DEEP_STYLE_LAYER else 1.0 for name in styles])
    with tf.GradientTape() as tape:
        tape.watch(picture)
        seen = looked_at(network, picture, last, pooling)
        loss = distance(seen[CONTENT_LAYER], content, place)
        for name, share in zip(styles, weights / weights.sum(), strict=True):
            away = distance(gram(seen[name]), gram(style[name]))
            loss += STYLE_WEIGHT * share * away
        for step in (picture[1:] - picture[:-1], picture[:, 1:] - picture[:, :-1]):
            loss += VARIATION_WEIGHT * tf.reduce_mean(step**2)
    return float(loss), tape.gradient(loss, picture).numpy()


@pytest.mark.parametrize(
    ("shape", "styles", "pooling"),
    [
        ((32, 32), STYLE_LAYERS, "average"),
        ((71, 47), STYLE_LAYERS, "average"),
        ((40, 90), (*STYLE_LAYERS, DEEP_STYLE_LAYER), "average"),
        ((71, 47), (*STYLE_LAYERS, DEEP_STYLE_LAYER), "max"),
    ],
)
def test_loss_and_gradient_are_tensorflow_s(shape, styles, pooling, network):
    random = np.random.default_rng(0)
    photo, picture = (random.random((*shape, 3), np.float32) for _ in range(2))
    painting = random.random((48, 56, 3), np.float32)
    deep = (shape[0] // 8, shape[1] // 8)  # where the content is: no resizing between
    place = 1 + 3 * random.random(deep, np.float32)
    objective = Objective(network, styles, pooling, STYLE_WEIGHT, VARIATION_WEIGHT)
    objective.aim(photo, [painting], (1.0,), place)
    losses, gradient = objective(picture)
    expected_loss, expected = by_tensorflow(
        network, styles, pooling, (picture, photo, painting), place[None, ..., None]
    )
    assert losses.total == pytest.approx(expected_loss, rel=1e-4)
    assert np.linalg.norm(gradient - expected) < 1e-4 * np.linalg.norm(expected)


def test_features_are_tensorflow_s(network):
    picture = np.random.default_rng(0).random((40, 56, 3), np.float32)
    layers = ("block2_conv1", CONTENT_LAYER)
    found = features(network, preprocess(picture), layers, "max")
    expected = looked_at(network, tf.constant(picture), CONTENT_LAYER, "max")
    np.testing.assert_allclose(found[CONTENT_LAYER], expected[CONTENT_LAYER], rtol=1e-4, atol=1e-2)
    np.testing.assert_allclose(
        found["block2_conv1"][0, 0], gram(expected["block2_conv1"]), rtol=1e-4
    )


def test_where_all_of_a_square_is_largest_they_share_alike(network):
    """A blank picture: TensorFlow gives all to the first of four, here each has a quarter."""
    blank = np.full((32, 32, 3), 0.3, np.float32)
    objective = Objective(network, STYLE_LAYERS, "max", STYLE_WEIGHT, VARIATION_WEIGHT)
    objective.aim(blank, [1 - blank], (1.0,), np.ones((32, 32), np.float32))
    at_blank, gradient = objective(blank)
    step = np.float32(0.01)
    up, _ = objective(blank + step)
    down, _ = objective(blank - step)
    slope = (up.total - down.total) / (2 * step)
    assert at_blank.total > 0
    assert gradient.sum() == pytest.approx(slope, rel=0.05)
