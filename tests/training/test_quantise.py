import keras
import numpy as np
import pytest

from fer_core.training import quantise
from fer_core.training.fit import Labelled


@pytest.fixture
def network() -> keras.Model:
    """Reads whether a face is bright."""
    inputs = keras.Input((48, 48, 1))
    mean = keras.layers.GlobalAveragePooling2D()(keras.layers.Rescaling(1 / 255)(inputs))
    outputs = keras.layers.Dense(2, activation="softmax")
    model = keras.Model(inputs, outputs(mean))
    outputs.set_weights([np.array([[-9.0, 9.0]]), np.array([4.5, -4.5])])
    return model


@pytest.fixture
def faces() -> Labelled:
    gray = np.repeat(np.array([20, 200], np.uint8), 5)
    return Labelled(np.tile(gray[:, None, None, None], (1, 48, 48, 1)), (gray > 100).astype(int))


@pytest.mark.parametrize(
    ("int8_right", "int8_time", "wanted"),
    [(True, 0.5, "int8"), (True, 2.0, "float16"), (False, 0.5, "float16")],
)
def test_int8_is_taken_where_it_is_faster_and_as_accurate(
    network, faces, monkeypatch, int8_right, int8_time, wanted
):
    def converted(model, kind):
        return kind.encode()

    class Answers:
        def __init__(self, path, classes):
            self.is_right = path.stem == "float16" or int8_right

        def predict(self, given):
            right = np.eye(2)[(given.mean(axis=(1, 2)) > 100).astype(int)]
            return right if self.is_right else 1 - right

    times = {"float16": 1.0, "int8": int8_time}
    monkeypatch.setattr(quantise, "convert_litert", converted)
    monkeypatch.setattr(quantise, "Classifier", Answers)
    monkeypatch.setattr(quantise, "milliseconds_per_face", lambda path, _: times[path.stem])
    assert quantise.convert_fastest(network, faces) == wanted.encode()


def test_a_real_network_is_converted(network, faces, tmp_path):
    path = tmp_path / "model.tflite"
    path.write_bytes(quantise.convert_fastest(network, faces))
    answers = quantise.Classifier(path, ("dark", "bright")).predict(faces.inputs[..., 0])
    assert (answers.argmax(axis=1) == faces.labels).all()
