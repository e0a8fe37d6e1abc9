import hashlib
import threading
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import keras
import numpy as np
import pytest

from fer_core.errors import DownloadError, ModelNotFound
from fer_core.models import backbones
from fer_core.settings import settings

NAMES = [
    "vgg16",
    "vgg19",
    *(pytest.param(n, marks=pytest.mark.long) for n in ("resnet50", "resnet101")),
]
OFFICIAL = {
    "vgg16": keras.applications.vgg16,
    "vgg19": keras.applications.vgg19,
    "resnet50": keras.applications.resnet50,
    "resnet101": keras.applications.resnet,
}
FILE = "vgg19_weights_tf_dim_ordering_tf_kernels_notop.h5"


def gray_faces() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (2, 48, 48, 1)).astype(np.float32)


def outputs_of_each_layer(model: keras.Model, names: list[str], pictures: np.ndarray) -> list:
    every = keras.Model(model.inputs[0], [model.get_layer(name).output for name in names])
    return [np.asarray(output) for output in every(pictures)]


def official(name: str, weights: str | None) -> keras.Model:
    build = getattr(keras.applications, backbones._TRUNKS[name].builder)
    return build(include_top=False, weights=weights, input_shape=(48, 48, 3))


def on_gray(name: str, pretrained: bool) -> keras.Model:
    gray = keras.Input((48, 48, 1))
    return backbones.trunk(name, backbones.preprocess(gray), pretrained=pretrained)


def assert_same_layer_by_layer(name: str, ours: keras.Model, reference: keras.Model) -> None:
    faces = gray_faces()
    layers = [layer.name for layer in reference.layers[1:]]
    prepared = OFFICIAL[name].preprocess_input(np.repeat(faces, 3, axis=-1))
    for layer, got, expected in zip(
        layers,
        outputs_of_each_layer(ours, layers, faces),
        outputs_of_each_layer(reference, layers, prepared),
        strict=True,
    ):
        np.testing.assert_allclose(got, expected, rtol=1e-5, atol=1e-4, err_msg=layer)


@pytest.fixture
def settings_of(monkeypatch) -> Iterator:
    """Sets FER_BACKBONES and KERAS_HOME for one test."""

    def change(backbones_folder: Path, keras_home: Path) -> None:
        monkeypatch.setenv("FER_BACKBONES", str(backbones_folder))
        monkeypatch.setenv("KERAS_HOME", str(keras_home))
        settings.cache_clear()

    yield change
    monkeypatch.undo()
    settings.cache_clear()


@pytest.fixture
def keras_server(tmp_path, monkeypatch) -> Iterator[Path]:
    """A folder served in the place of the Keras server."""
    folder = tmp_path / "served"
    (folder / "vgg19").mkdir(parents=True)

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setattr(backbones, "KERAS_SERVER", f"http://127.0.0.1:{server.server_port}")
    yield folder / "vgg19"
    server.shutdown()


def expect_md5_of(content: bytes, monkeypatch) -> None:
    known = replace(backbones._TRUNKS["vgg19"], md5=hashlib.md5(content).hexdigest())
    monkeypatch.setitem(backbones._TRUNKS, "vgg19", known)


@pytest.mark.backbones
@pytest.mark.parametrize("name", NAMES)
def test_every_layer_equals_keras_applications(name):
    if settings().backbones is None:
        pytest.skip("FER_BACKBONES names no folder of ImageNet trunks")
    path = settings().backbones / f"{name}_imagenet_notop.weights.h5"
    if not path.exists():
        pytest.skip(f"no {path.name} in FER_BACKBONES")
    assert_same_layer_by_layer(name, on_gray(name, pretrained=True), official(name, str(path)))


def test_saved_weights_reach_every_layer_of_a_flat_graph(tmp_path, settings_of):
    reference = official("vgg16", None)
    reference.save_weights(tmp_path / "vgg16_imagenet_notop.weights.h5")
    settings_of(tmp_path, tmp_path / "no-keras-home")
    ours = on_gray("vgg16", pretrained=True)
    assert_same_layer_by_layer("vgg16", ours, reference)


@pytest.mark.parametrize("name", NAMES)
def test_a_model_on_a_trunk_is_flat_frozen_and_reloads(name, tmp_path):
    base = on_gray(name, pretrained=False)
    head = keras.layers.Dense(7)(keras.layers.Flatten()(base.output))
    model = keras.Model(base.inputs[0], head)
    assert not any(isinstance(layer, keras.Model) for layer in model.layers)
    assert model.trainable_weights == model.layers[-1].trainable_weights
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras", compile=False, safe_mode=True)
    np.testing.assert_allclose(again(gray_faces()), model(gray_faces()), rtol=1e-5, atol=1e-4)


def test_trainable_unfreezes_the_whole_trunk():
    base = backbones.trunk("vgg16", pretrained=False, trainable=True)
    assert len(base.trainable_weights) == 26


def test_unknown_trunk():
    with pytest.raises(ModelNotFound, match="vgg17"):
        backbones.trunk("vgg17", pretrained=False)


def test_the_folder_of_the_settings_comes_first(tmp_path, settings_of):
    path = tmp_path / "vgg19_imagenet_notop.weights.h5"
    path.write_bytes(b"weights")
    settings_of(tmp_path, tmp_path)
    assert backbones.weights_file("vgg19") == path


def test_a_download_is_checked_kept_and_reported(tmp_path, settings_of, keras_server, monkeypatch):
    content = b"weights" * 100_000
    (keras_server / FILE).write_bytes(content)
    expect_md5_of(content, monkeypatch)
    settings_of(tmp_path / "nothing", tmp_path / "keras")
    told = []
    path = backbones.weights_file("vgg19", lambda done, total: told.append((done, total)))
    assert path == tmp_path / "keras" / "models" / FILE
    assert path.read_bytes() == content
    assert told[-1] == (len(content), len(content))
    (keras_server / FILE).unlink()
    assert backbones.weights_file("vgg19") == path  # now from the cache


def test_a_damaged_cache_is_fetched_again(tmp_path, settings_of, keras_server, monkeypatch):
    content = b"weights" * 1000
    (keras_server / FILE).write_bytes(content)
    expect_md5_of(content, monkeypatch)
    settings_of(tmp_path / "nothing", tmp_path / "keras")
    cached = tmp_path / "keras" / "models" / FILE
    cached.parent.mkdir(parents=True)
    cached.write_bytes(b"half a file")
    assert backbones.weights_file("vgg19").read_bytes() == content


def test_a_wrong_file_is_refused_and_deleted(tmp_path, settings_of, keras_server):
    (keras_server / FILE).write_bytes(b"something else")
    settings_of(tmp_path / "nothing", tmp_path / "keras")
    with pytest.raises(DownloadError, match="MD5"):
        backbones.weights_file("vgg19")
    assert not any((tmp_path / "keras" / "models").iterdir())


def test_weights_that_are_not_available(tmp_path, settings_of, keras_server):
    settings_of(tmp_path / "nothing", tmp_path / "keras")
    with pytest.raises(DownloadError, match=r"VGG19 are not on this machine.*FER_BACKBONES"):
        backbones.weights_file("vgg19")


def test_a_keras_home_that_cannot_be_written_is_told(tmp_path, settings_of, keras_server):
    (keras_server / FILE).write_bytes(b"weights")
    (tmp_path / "file").write_bytes(b"")
    settings_of(tmp_path / "nothing", tmp_path / "file" / "keras")
    with pytest.raises(DownloadError, match=r"could not be fetched.*cannot be written"):
        backbones.weights_file("vgg19")


def test_a_cache_that_cannot_be_read_is_no_cache(tmp_path, settings_of, monkeypatch):
    settings_of(tmp_path / "nothing", tmp_path / "keras")
    (tmp_path / "keras" / "models").mkdir(parents=True)
    (tmp_path / "keras" / "models" / FILE).write_bytes(b"weights")

    def refuse(path: Path) -> str:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(backbones, "md5", refuse)
    assert backbones.local_weights("vgg19") is None


@pytest.mark.filterwarnings("ignore:Skipping nested container")
@pytest.mark.parametrize("content", ["cut short", "of another network"])
def test_damaged_weights_are_named(content, tmp_path, settings_of):
    path = tmp_path / "vgg19_imagenet_notop.weights.h5"
    if content == "cut short":
        path.write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(100))
    else:
        keras.Sequential([keras.Input((2,)), keras.layers.Dense(3)]).save_weights(path)
    settings_of(tmp_path, tmp_path / "no-keras-home")
    with pytest.raises(DownloadError, match=r"vgg19_imagenet_notop\.weights\.h5 cannot be read"):
        backbones.trunk("vgg19")
