import re
import sys
from dataclasses import replace

import pytest

from fer_core.cli import main
from fer_core.dataset import FaceDataset
from fer_core.models import find
from fer_core.savedmodels import update_manifest
from fer_core.savedmodels.convert import save_keras
from fer_core.settings import ROOT, settings


@pytest.fixture
def run(saved_models, tmp_path, monkeypatch, capsys):
    """Runs `python -m fer_core export ...` in `tmp_path`; returns status, output and error."""
    save_keras(find("custom_cnn").build(), saved_models / "custom_cnn" / "model.keras")
    update_manifest(saved_models, "custom_cnn")
    monkeypatch.delenv("FER_DATA", raising=False)
    monkeypatch.setenv("FER_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    settings.cache_clear()

    def command(*arguments):
        monkeypatch.setattr(sys, "argv", ["fer_core", "export", *arguments])
        with pytest.raises(SystemExit) as end:
            main()
        return (end.value.code, *capsys.readouterr())

    return command


@pytest.mark.parametrize(
    ("format", "made", "threads"),
    [
        ("tflite", "custom_cnn.tflite", "one thread"),
        ("onnx", "custom_cnn.onnx", "one thread"),
        pytest.param("saved_model", "custom_cnn", "TensorFlow's threads", marks=pytest.mark.long),
    ],
)
def test_an_export_says_its_size_and_the_time_of_a_face(run, tmp_path, format, made, threads):
    code, out, _ = run("custom_cnn", "--format", format)
    assert code == 0 and (tmp_path / made).exists()
    assert re.match(rf"{made}: \d+\.\d\d MB; probabilities within \d\.\de[-+]\d\d of Keras", out)
    assert re.search(rf"^\d+\.\d\d ms per face, {threads}, median\.$", out, re.MULTILINE)


@pytest.mark.fer2013
@pytest.mark.parametrize("on_record", [True, False])
def test_with_the_dataset_at_hand_the_answers_are_compared(
    run, fer2013: FaceDataset, monkeypatch, on_record
):
    monkeypatch.setenv("FER_DATA", "here")
    monkeypatch.setenv("FER_WEIGHTS", str(ROOT / "weights"))
    settings.cache_clear()
    here = fer2013 if on_record else replace(fer2013, images=fer2013.images[::-1], source="mine")
    monkeypatch.setattr("fer_core.cli.source.open_dataset", lambda path: here)
    code, out, _ = run("mini_xception")
    assert code == 0
    if on_record:
        same = re.search(r"on (\d+\.\d\d)% of 3,589 validation faces; accuracy", out)
        assert same and float(same[1]) > 99.5
    else:
        assert "mine is not what it was judged on, so answers are not compared." in out


def test_a_model_that_is_not_saved_is_one_line(run):
    code, _, error = run("slim_vgg")
    assert code == 1 and error.startswith("Error: ") and "slim_vgg" in error
