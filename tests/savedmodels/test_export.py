import keras
import numpy as np
import pytest

from fer_core.models import find
from fer_core.savedmodels import open_model, update_manifest
from fer_core.savedmodels.convert import save_keras
from fer_core.savedmodels.export import export, run_export


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
    for n in (1, 5):
        answers = run_export(done.path, format, np.zeros((n, 48, 48, 1), np.uint8))
        assert answers.shape == (n, 7)
        np.testing.assert_allclose(answers.sum(axis=1), 1, rtol=1e-4)
