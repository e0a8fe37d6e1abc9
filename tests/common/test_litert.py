import numpy as np
import pytest

from fer_core.common.litert import ends, open_function, open_interpreter
from fer_core.errors import CorruptModel
from fer_core.settings import ROOT

MODEL = ROOT / "weights" / "custom_cnn" / "model.tflite"


@pytest.mark.parametrize("data", [b"", b"no network", MODEL.read_bytes()[:1000]])
def test_what_is_no_network_is_named(tmp_path, data):
    path = tmp_path / "m" / "model.tflite"
    path.parent.mkdir()
    path.write_bytes(data)
    with pytest.raises(CorruptModel, match=r"^m/model\.tflite cannot be read as a network: "):
        open_interpreter(path)


def test_function_answers_batches_of_any_size_as_the_interpreter_answers_one():
    faces = np.random.default_rng(0).integers(0, 256, (3, 48, 48, 1), np.uint8)
    interpreter = open_interpreter(MODEL)
    entry, exit = ends(interpreter)
    one_by_one = []
    for face in faces:
        interpreter.set_tensor(entry, face[None])
        interpreter.invoke()
        one_by_one.append(interpreter.get_tensor(exit)[0])
    answer = open_function(MODEL)
    np.testing.assert_allclose(answer(faces), one_by_one, atol=1e-5)
    np.testing.assert_allclose(answer(faces[:1]), one_by_one[:1], atol=1e-5)
