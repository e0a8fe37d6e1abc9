from pathlib import Path

import keras
import numpy as np
import pytest
from tiny import sided_network

from benchmarks.explanation import keras_grad_cam
from fer_core.common.litert import open_function
from fer_core.errors import EvaluationError
from fer_core.evaluation.explanation import grad_cam
from fer_core.faces import crop
from fer_core.faces.box import FaceBox
from fer_core.savedmodels import open_model
from fer_core.savedmodels.convert import convert_litert
from fer_core.savedmodels.network import load_network
from fer_core.settings import ROOT

WEIGHTS = ROOT / "weights"


def planted_face() -> np.ndarray:
    """A dark face with one bright patch, rows 8..15, columns 32..39."""
    face = np.full((48, 48), 30, np.uint8)
    face[8:16, 32:40] = 250
    return face


@pytest.fixture(scope="module")
def patch_network(tmp_path_factory) -> dict[Path, float]:
    """Class 1 is the likelier the brighter the brightest spot; nothing else matters."""
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
    path = tmp_path_factory.mktemp("patch") / "model.tflite"
    path.write_bytes(convert_litert(network))
    return {path: 1.0}


def test_grad_cam_finds_the_planted_patch(patch_network) -> None:
    heat, sizes = grad_cam(patch_network, planted_face(), 1)
    assert sizes == ["48 × 48"]
    assert heat.shape == (48, 48)
    assert heat.max() == pytest.approx(1, abs=0.05)
    assert heat[8:16, 32:40].mean() > 0.7
    assert heat[24:, :].max() < 0.05


def test_grad_cam_of_the_other_class_finds_nothing(patch_network) -> None:
    assert grad_cam(patch_network, planted_face(), 0)[0].max() == 0


def test_grad_cam_needs_a_convolution(tmp_path) -> None:
    (tmp_path / "model.tflite").write_bytes(sided_network())
    with pytest.raises(EvaluationError, match="needs a network with a convolution"):
        grad_cam({tmp_path / "model.tflite": 1.0}, planted_face(), 0)


@pytest.mark.parametrize(
    ("layer", "kind"),
    [
        (keras.layers.AveragePooling2D(4), "AVERAGE_POOL_2D"),
        (keras.layers.MaxPooling2D(5, padding="same"), "MAX_POOL_2D"),
    ],
)
def test_layer_without_a_way_back_is_named(tmp_path, layer, kind) -> None:
    inputs = keras.Input((48, 48, 1))
    x = keras.layers.Flatten()(layer(keras.layers.Conv2D(1, 3, padding="same")(inputs)))
    outputs = keras.layers.Dense(2, activation="softmax")(x)
    (tmp_path / "model.tflite").write_bytes(convert_litert(keras.Model(inputs, outputs)))
    with pytest.raises(EvaluationError, match=rf"last convolution \({kind}\)"):
        grad_cam({tmp_path / "model.tflite": 1.0}, planted_face(), 0)


@pytest.mark.parametrize(
    ("name", "difference"),
    [
        ("mini_xception", 0.01),  # mean and softmax alone
        ("bolarinwa_cnn1", 0.01),  # ReLU, largest of four
        ("little_vgg", 0.01),  # ELU
        ("bolarinwa_cnn6", 0.01),  # leaky ReLU, normalised
        ("vgg16_finetuned", 0.05),  # int8
    ],
)
def test_map_is_that_of_keras(name, difference, astronaut) -> None:
    saved = open_model(name, WEIGHTS)
    faces = crop(astronaut, [FaceBox(178, 63, 94, 112), FaceBox(168, 83, 112, 112)])
    labels = open_function(saved.file("model.tflite"))(faces[..., None]).argmax(axis=1)
    truths = keras_grad_cam(load_network(saved), faces, labels)
    heats = [grad_cam(saved.networks(), *pair)[0] for pair in zip(faces, labels, strict=True)]
    assert max(heat.max() for heat in heats) > 0.8
    assert np.abs(heats - truths).mean() < difference
