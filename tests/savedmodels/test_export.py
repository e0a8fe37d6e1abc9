import keras
import numpy as np
import pytest

from fer_core.errors import FerError
from fer_core.models import find
from fer_core.savedmodels import open_model, update_manifest
from fer_core.savedmodels.convert import save_keras
from fer_core.savedmodels.export import export, open_export


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """A folder with an untrained but whole custom_cnn, as training leaves it."""
    weights = tmp_path_factory.mktemp("weights")
    folder = weights / "custom_cnn"
    folder.mkdir()
    keras.utils.set_random_seed(0)
    save_keras(find("custom_cnn").build(), folder / "model.keras")
    (folder / "model.tflite").write_bytes(b"")
    (folder / "recipe.json").write_text('{"classes": ["angry"]}')
    update_manifest(weights, "custom_cnn")
    return open_model("custom_cnn", weights)


@pytest.mark.parametrize(
    ("format", "quantisation", "size", "tolerance"),
    [
        ("tflite", "float16", 2, 1e-3),
        ("tflite", "int8", 1, 2e-2),
        ("onnx", "float16", 4, 1e-4),
        ("saved_model", "float16", 8, 1e-4),
    ],
)
def test_every_format_answers_as_keras_does(saved, tmp_path, format, quantisation, size, tolerance):
    done = export(saved, format, tmp_path / "model", quantisation)
    assert done.difference < tolerance
    assert done.size == pytest.approx(size * 1_275_783, rel=0.15)
    answer = open_export(done.path, format)
    for n in (1, 5):
        answers = answer(np.zeros((n, 48, 48, 1), np.uint8))
        assert answers.shape == (n, 7)
        np.testing.assert_allclose(answers.sum(axis=1), 1, rtol=1e-4)


def test_an_earlier_export_is_replaced_and_nothing_else(saved, tmp_path):
    folder = tmp_path / "served"
    export(saved, "saved_model", folder)
    export(saved, "saved_model", folder)
    assert (folder / "saved_model.pb").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["served"]


@pytest.mark.parametrize("format", ["tflite", "saved_model"])
def test_a_folder_of_other_things_is_never_deleted(saved, tmp_path, format):
    thesis = tmp_path / "mine" / "thesis.txt"
    thesis.parent.mkdir()
    thesis.write_text("years of work")
    with pytest.raises(FerError, match="mine"):
        export(saved, format, thesis.parent)
    assert thesis.read_text() == "years of work"


def test_a_saved_model_is_never_overwritten(saved):
    for path in (saved.folder, saved.folder / "model.tflite"):
        with pytest.raises(FerError, match="among the saved models"):
            export(saved, "saved_model", path)


def test_int8_is_for_tflite_alone(saved, tmp_path):
    with pytest.raises(FerError, match="Only a tflite file can be int8"):
        export(saved, "onnx", tmp_path / "model.onnx", "int8")
