from pathlib import Path

import h5py
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


def assert_sees_as(network: Network, other: keras.Model) -> None:
    for name in network.names:
        for ours, theirs in zip(
            network.weights(name), other.get_layer(name).get_weights(), strict=True
        ):
            np.testing.assert_array_equal(ours, theirs)
    assert set(network.names) >= {*STYLE_LAYERS, CONTENT_LAYER, DEEP_STYLE_LAYER}


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


def test_the_file_that_keras_publishes_is_read(only_fine_tuned):
    """In Keras 2's manner: a group for each layer, whose attribute names its weights."""
    random = np.random.default_rng(0)
    (only_fine_tuned / "backbones").mkdir()
    expected, before = {}, 3
    path = only_fine_tuned / "backbones" / "vgg19_imagenet_notop.weights.h5"
    with h5py.File(path, "w") as file:
        for block, convolutions in enumerate((2, 2, 4, 4, 4), 1):
            for number in range(1, convolutions + 1):
                name = f"block{block}_conv{number}"
                parts = f"{name}_W_1:0", f"{name}_b_1:0"
                kernel = random.random((3, 3, before, 4), np.float32)
                expected[name] = kernel, random.random(4, np.float32)
                group = file.create_group(name)
                group.attrs["weight_names"] = [part.encode() for part in parts]
                for part, values in zip(parts, expected[name], strict=True):
                    group[part] = values
                before = 4
    network = load_network()
    assert network.title == "VGG19"
    assert network.names[-1] == DEEP_STYLE_LAYER
    for name in network.names:
        for ours, theirs in zip(network.weights(name), expected[name], strict=True):
            np.testing.assert_array_equal(ours, theirs)


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
