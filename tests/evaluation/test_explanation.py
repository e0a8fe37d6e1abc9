import numpy as np
import pytest

from fer_core.errors import EvaluationError
from fer_core.evaluation.explanation import grad_cam, last_features, occlusion_map
from fer_core.models import find


def planted_face() -> np.ndarray:
    """A dark face with one bright patch, rows 8..15, columns 32..39."""
    face = np.full((48, 48), 30, np.uint8)
    face[8:16, 32:40] = 250
    return face


def patch_network():
    """Class 1 is the likelier the brighter the brightest spot; nothing else matters."""
    import keras

    inputs = keras.Input((48, 48, 1))
    x = keras.layers.Rescaling(1 / 255)(inputs)
    x = keras.layers.Conv2D(2, 3, padding="same", activation="relu")(x)
    x = keras.layers.MaxPooling2D(4)(x)
    x = keras.layers.GlobalAveragePooling2D()(x)
    outputs = keras.layers.Dense(2, activation="softmax")(x)
    network = keras.Model(inputs, outputs)
    kernel = np.zeros((3, 3, 1, 2))
    kernel[..., 0, 0] = 1 / 9  # sees light
    kernel[..., 0, 1] = -1 / 9  # sees nothing: always negative before the relu
    network.layers[2].set_weights([kernel, np.array([-0.5, 0.0])])
    network.layers[-1].set_weights([np.array([[-40.0, 40.0], [0, 0]]), np.zeros(2)])
    return network


def test_grad_cam_finds_the_planted_patch() -> None:
    heat = grad_cam(patch_network(), planted_face(), 1)
    assert heat.shape == (48, 48)
    assert heat.max() == pytest.approx(1, abs=0.05)
    assert heat[8:16, 32:40].mean() > 0.7
    assert heat[24:, :].max() < 0.05


def test_grad_cam_of_the_other_class_finds_nothing() -> None:
    assert grad_cam(patch_network(), planted_face(), 0).max() == 0


def test_grad_cam_needs_a_convolution() -> None:
    import keras

    inputs = keras.Input((48, 48, 1))
    outputs = keras.layers.Dense(2)(keras.layers.Flatten()(inputs))
    with pytest.raises(EvaluationError, match="convolution"):
        last_features(keras.Model(inputs, outputs))


def test_grad_cam_of_mini_xception_does_not_crash_tensorflow() -> None:
    """The gradient of its last kernel, of seven filters, ended the process with AVX-512."""
    network = find("mini_xception").build()
    for label in range(7):
        assert grad_cam(network, planted_face(), label).shape == (48, 48)


def test_features_are_those_after_normalisation_and_activation() -> None:
    import keras

    inputs = keras.Input((48, 48, 1))
    x = keras.layers.Conv2D(2, 3)(inputs)
    x = keras.layers.BatchNormalization()(x)
    activated = keras.layers.ReLU()(x)
    x = keras.layers.MaxPooling2D()(activated)
    outputs = keras.layers.Dense(2)(keras.layers.Flatten()(x))
    assert last_features(keras.Model(inputs, outputs)) is activated


class _SeesPatch:
    """Probability of class 1 is the mean brightness of the planted patch."""

    def predict(self, faces: np.ndarray) -> np.ndarray:
        p = faces[:, 8:16, 32:40].mean(axis=(1, 2)) / 255
        return np.stack([1 - p, p], axis=1)


def test_occlusion_map_finds_the_planted_patch() -> None:
    done = []
    heat = occlusion_map(_SeesPatch(), planted_face(), 1, done.append)
    assert heat.shape == (48, 48)
    assert done[-1] == 1
    row, column = np.unravel_index(heat.argmax(), heat.shape)
    assert 8 <= row < 16
    assert 32 <= column < 40
    assert heat[24:, :].max() == pytest.approx(0)


def test_occlusion_helps_the_class_the_patch_speaks_against() -> None:
    heat = occlusion_map(_SeesPatch(), planted_face(), 0)
    assert heat.min() < -0.1
    assert heat.max() == pytest.approx(0)
