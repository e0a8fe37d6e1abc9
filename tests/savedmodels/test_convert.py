import keras
import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter

from fer_core.models import find
from fer_core.savedmodels.convert import convert_litert, save_keras


@pytest.fixture(scope="module")
def network() -> keras.Model:
    keras.utils.set_random_seed(0)
    return find("custom_cnn").build()


@pytest.fixture(scope="module")
def faces() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (16, 48, 48, 1), np.uint8)


def _answers(content: bytes, faces: np.ndarray) -> np.ndarray:
    interpreter = Interpreter(model_content=content)
    source = interpreter.get_input_details()[0]
    assert source["dtype"] == np.uint8
    interpreter.resize_tensor_input(source["index"], faces.shape)
    interpreter.allocate_tensors()
    interpreter.set_tensor(source["index"], faces)
    interpreter.invoke()
    return interpreter.get_tensor(interpreter.get_output_details()[0]["index"])


def test_float16_keras_file_loads_as_the_same_float32_network(network, faces, tmp_path):
    path = tmp_path / "model.keras"
    save_keras(network, path)
    loaded = keras.models.load_model(path, compile=False, safe_mode=True)
    assert path.stat().st_size < 0.55 * 4 * network.count_params()
    assert {weight.dtype for weight in loaded.weights} == {"float32"}
    np.testing.assert_allclose(loaded(faces).numpy(), network(faces).numpy(), atol=1e-3)


def test_litert_file_answers_as_keras_does(network, faces):
    content = convert_litert(network)
    assert 2 * network.count_params() < len(content) < 2.2 * network.count_params()
    np.testing.assert_allclose(_answers(content, faces), network(faces).numpy(), atol=1e-3)


def test_int8_is_half_of_float16_and_nearly_as_exact(network, faces):
    content = convert_litert(network, "int8")
    assert len(content) < 1.1 * network.count_params()
    np.testing.assert_allclose(_answers(content, faces), network(faces).numpy(), atol=0.02)
