import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from tiny import brightness_answer, brightness_network, sided_network

from fer_core.common import isolated
from fer_core.dataset import PROTOCOLS
from fer_core.errors import CorruptModel, ModelNotFound
from fer_core.inference import Classifier
from fer_core.savedmodels import open_model
from fer_core.savedmodels.temperature import apply_temperature
from fer_core.settings import ROOT


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("networks")


def network(folder, classes: tuple[str, ...]):
    path = folder / f"{len(classes)}.tflite"
    path.write_bytes(brightness_network(len(classes)))
    return path


def faces(n: int) -> np.ndarray:
    return (
        np.random.default_rng(n).integers(0, 256, (n, 1, 1), np.uint8).repeat(48, 1).repeat(48, 2)
    )


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_answers_of_every_label_set(folder, protocol):
    classes = PROTOCOLS[protocol].classes
    shown = faces(40)
    answers = Classifier(network(folder, classes), classes).predict(shown)
    assert answers.shape == (40, len(classes))
    assert answers.dtype == np.float32
    expected = [brightness_answer(face, len(classes)) for face in shown]
    np.testing.assert_allclose(answers, expected, atol=2e-3)


def test_no_face_gives_no_row(folder):
    classes = PROTOCOLS["r3"].classes
    assert Classifier(network(folder, classes), classes).predict(faces(0)).shape == (0, 3)


def test_many_threads_get_their_own_answers(folder):
    classes = PROTOCOLS["fer2013"].classes
    shared = Classifier(network(folder, classes), classes)
    batches = [faces(n) for n in range(1, 9)] * 40
    alone = [shared.predict(batch) for batch in batches[:8]]
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(shared.predict, batches))
    for number, answer in enumerate(answers):
        np.testing.assert_array_equal(answer, alone[number % 8])


def test_temperature_softens_and_keeps_the_order(folder):
    classes = PROTOCOLS["r4"].classes
    plain = Classifier(network(folder, classes), classes).predict(faces(9))
    soft = Classifier(network(folder, classes), classes, temperature=2.0).predict(faces(9))
    np.testing.assert_array_equal(soft.argmax(1), plain.argmax(1))
    assert (soft.max(1) < plain.max(1)).all()
    roots = np.sqrt(plain)
    np.testing.assert_allclose(soft, roots / roots.sum(1, keepdims=True), rtol=1e-5)


def test_mirrored_reads_each_face_both_ways(tmp_path):
    """A network that compares the left half with the right one."""
    path = tmp_path / "model.tflite"
    path.write_bytes(sided_network())
    shown = np.zeros((2, 48, 48), np.uint8)
    shown[0, :, :24] = 255
    plain = Classifier(path, ("left", "right")).predict(shown)
    assert plain[0, 0] > 0.9 and plain[1, 0] == pytest.approx(0.5, abs=1e-3)
    both = Classifier(path, ("left", "right"), mirrored=True).predict(shown)
    np.testing.assert_allclose(both, 0.5, atol=2e-3)


def test_temperature_of_probabilities_that_are_nought():
    answer = apply_temperature(np.array([[1, 0, 0]], np.float32), 1.5)
    assert np.isfinite(answer).all()
    assert answer.argmax() == 0
    assert answer.sum() == pytest.approx(1)


@pytest.mark.parametrize(
    "wrong",
    [
        np.zeros((2, 48, 48), np.float32),
        np.zeros((48, 48), np.uint8),
        np.zeros((1, 64, 64), np.uint8),
    ],
)
def test_faces_of_another_form_are_refused(folder, wrong):
    classes = PROTOCOLS["r3"].classes
    with pytest.raises(ValueError, match="uint8 of shape"):
        Classifier(network(folder, classes), classes).predict(wrong)


@pytest.mark.parametrize("data", [b"", b"TFL3 not really" * 100])
def test_file_that_is_no_network(tmp_path, data):
    path = tmp_path / "model.tflite"
    path.write_bytes(data)
    with pytest.raises(CorruptModel, match="cannot be read as a network"):
        Classifier(path, PROTOCOLS["r3"].classes)


def test_another_number_of_classes(folder):
    with pytest.raises(CorruptModel, match="answers 3 classes, not 7"):
        Classifier(network(folder, PROTOCOLS["r3"].classes), PROTOCOLS["fer2013"].classes)


def test_load_applies_the_fitted_temperature(saved_models):
    saved = open_model("dcnn_elu")
    loaded = Classifier.load("dcnn_elu")
    assert loaded.classes == ("happy", "sad", "neutral")
    assert loaded.temperature == saved.temperature != 1
    plain = Classifier(saved.file("model.tflite"), loaded.classes).predict(faces(5))
    assert (loaded.predict(faces(5)).max(1) < plain.max(1)).all()


def test_load_of_an_unknown_name_suggests_the_nearest(saved_models):
    with pytest.raises(ModelNotFound, match="Did you mean 'custom_cnn'"):
        Classifier.load("custom_cn")


@pytest.mark.parametrize("file", ["model.tflite", "recipe.json", "evaluation.json"])
def test_changed_file_is_named(saved_models, file):
    path = saved_models / "custom_cnn" / file
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(CorruptModel, match=f"custom_cnn/{file} is not the file that was saved"):
        Classifier.load("custom_cnn")


def test_missing_file_is_named(saved_models):
    (saved_models / "custom_cnn" / "evaluation.json").unlink()
    with pytest.raises(CorruptModel, match=r"custom_cnn/evaluation\.json is missing"):
        Classifier.load("custom_cnn")


def test_reading_faces_needs_neither_tensorflow_nor_streamlit():
    code = (
        "import sys; from fer_core import Pipeline, decode; from fer_core.cli import classify; "
        "print([name for name in ('tensorflow', 'keras', 'streamlit') if name in sys.modules])"
    )
    answer = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert answer.stdout.strip() == "[]", answer.stderr


def test_many_faces_are_given_up_when_nobody_wants_them(folder, monkeypatch):
    class Left(Exception):
        pass

    def leave():
        raise Left

    classifier = Classifier(network(folder, ("a", "b")), ("a", "b"))
    monkeypatch.setattr(isolated, "while_waiting", leave)
    assert len(classifier.predict(faces(3))) == 3
    with pytest.raises(Left):
        classifier.predict(faces(100))
