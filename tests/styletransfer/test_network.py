from pathlib import Path

import keras
import numpy as np
import pytest

from fer_core.errors import DownloadError
from fer_core.models import backbones
from fer_core.savedmodels import update_manifest
from fer_core.settings import settings
from fer_core.styletransfer.network import (
    CONTENT_LAYER,
    DEEP_STYLE_LAYER,
    STYLE_LAYERS,
    Network,
    load_network,
)


@pytest.fixture
def no_vgg19(tmp_path, monkeypatch):
    """The folder of a machine without ImageNet weights and without a network."""
    monkeypatch.setenv("FER_BACKBONES", str(tmp_path / "backbones"))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setenv("FER_WEIGHTS", str(tmp_path / "weights"))
    monkeypatch.setattr(backbones, "KERAS_SERVER", "http://127.0.0.1:9")
    settings.cache_clear()
    yield tmp_path
    monkeypatch.undo()
    settings.cache_clear()


@pytest.fixture(scope="module")
def fine_tuned(tmp_path_factory) -> tuple[Path, keras.Model]:
    """A weights folder with a random VGG16 where the committed one would be, and that network."""
    weights = tmp_path_factory.mktemp("weights")
    gray = keras.Input((48, 48, 1))
    base = backbones.trunk("vgg16", backbones.preprocess(gray), pretrained=False)
    head = keras.layers.Dense(7, "softmax")(keras.layers.Flatten()(base.output))
    saved = keras.Model(gray, head)
    folder = weights / "vgg16_finetuned"
    folder.mkdir()
    saved.save(folder / "model.keras")
    (folder / "model.tflite").write_bytes(b"its presence says that the model is saved")
    update_manifest(weights, "vgg16_finetuned")
    return weights, saved


@pytest.fixture
def only_fine_tuned(no_vgg19, fine_tuned, monkeypatch) -> Path:
    """That machine with the fine-tuned VGG16 on it."""
    monkeypatch.setenv("FER_WEIGHTS", str(fine_tuned[0]))
    settings.cache_clear()
    return no_vgg19


def test_features_are_cut_at_the_last_layer_asked_for(network):
    model = network.features((*STYLE_LAYERS, CONTENT_LAYER), "max")
    assert set(model.output) == {*STYLE_LAYERS, CONTENT_LAYER}
    assert DEEP_STYLE_LAYER not in {layer.name for layer in model.layers}
    deeper = network.features((*STYLE_LAYERS, DEEP_STYLE_LAYER), "max")
    assert DEEP_STYLE_LAYER in {layer.name for layer in deeper.layers}


def test_max_pooling_gives_the_trunk_s_own_features_and_average_others(network):
    picture = np.random.default_rng(0).random((1, 32, 32, 3), np.float32)
    trunk = keras.Model(network.trunk.inputs[0], network.trunk.get_layer(CONTENT_LAYER).output)
    expected = trunk(picture)
    as_trained = network.features((CONTENT_LAYER,), "max")(picture)[CONTENT_LAYER]
    averaged = network.features((CONTENT_LAYER,), "average")(picture)[CONTENT_LAYER]
    np.testing.assert_allclose(as_trained, expected, rtol=1e-5, atol=1e-5)
    assert float(np.abs(averaged - expected).max()) > 0.01


def assert_sees_as(network: Network, other: keras.Model) -> None:
    for name in (*STYLE_LAYERS, CONTENT_LAYER):
        ours, theirs = network.trunk.get_layer(name), other.get_layer(name)
        np.testing.assert_array_equal(ours.get_weights()[0], theirs.get_weights()[0])
    features = network.features((CONTENT_LAYER,), "average")(np.zeros((1, 40, 24, 3)))
    assert features[CONTENT_LAYER].shape == (1, 5, 3, 512)


def test_without_vgg19_the_fine_tuned_vgg16_serves(only_fine_tuned, fine_tuned):
    network = load_network()
    assert network.title == "VGG16 of the fine-tuned emotion model"
    assert_sees_as(network, fine_tuned[1])


def test_imagenet_s_own_vgg16_comes_before_the_fine_tuned_one(only_fine_tuned):
    imagenet = backbones.trunk("vgg16", pretrained=False)
    (only_fine_tuned / "backbones").mkdir()
    imagenet.save_weights(only_fine_tuned / "backbones" / "vgg16_imagenet_notop.weights.h5")
    network = load_network()
    assert network.title == "VGG16"
    assert_sees_as(network, imagenet)


def test_damaged_imagenet_weights_do_not_keep_the_fine_tuned_one_from_serving(only_fine_tuned):
    (only_fine_tuned / "backbones").mkdir()
    for name in ("vgg16", "vgg19"):
        (only_fine_tuned / "backbones" / f"{name}_imagenet_notop.weights.h5").write_bytes(b"half")
    assert load_network().title == "VGG16 of the fine-tuned emotion model"


def test_a_keras_home_that_cannot_be_made_does_not_either(only_fine_tuned, monkeypatch):
    (only_fine_tuned / "file").write_bytes(b"")
    monkeypatch.setenv("KERAS_HOME", str(only_fine_tuned / "file" / "keras"))
    assert load_network().title == "VGG16 of the fine-tuned emotion model"


def test_with_neither_there_is_one_clear_error(no_vgg19):
    with pytest.raises(DownloadError, match=r"VGG19 are not on this machine(.|\n)*vgg16_finetuned"):
        load_network()
