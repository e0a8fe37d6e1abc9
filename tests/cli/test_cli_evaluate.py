import json

import numpy as np
import pytest
from command_line import run
from PIL import Image

from fer_core.errors import CorruptModel, DatasetError
from fer_core.evaluation.record import read_evaluation
from fer_core.savedmodels import open_model, read_predictions, update_manifest
from fer_core.settings import settings


@pytest.fixture
def own_faces(tmp_path):
    """Twelve black faces labelled angry and eleven white ones labelled neutral."""
    for name, n, level in (("angry", 12, 0), ("neutral", 11, 255)):
        folder = tmp_path / "own" / "train" / name
        folder.mkdir(parents=True)
        for number in range(n):
            picture = np.full((48, 48), abs(level - number), np.uint8)
            Image.fromarray(picture).save(folder / f"{number}.png")
    return tmp_path / "own"


def test_own_faces_are_judged_and_written_elsewhere(saved_models, own_faces, tmp_path) -> None:
    out = tmp_path / "out"
    before = sorted(path.stat().st_mtime_ns for path in saved_models.rglob("*.*"))
    result = run("evaluate", "custom_cnn", "--data", str(own_faces), "--out", str(out))
    assert result.exit_code == 0
    assert "custom_cnn on 23 faces" in result.stdout
    assert "Accuracy           100.0 % (95 % interval 100.0 to 100.0)" in result.stdout
    assert "(spread " in next(line for line in result.stdout.splitlines() if "ECE" in line)
    record = json.loads((out / "evaluation.json").read_text())
    assert record["protocol"] == "own"
    assert record["test"]["metrics"]["accuracy"]["value"] == 1
    assert read_predictions(out / "predictions.npz").test.labels.tolist().count(6) == 11
    assert sorted(path.stat().st_mtime_ns for path in saved_models.rglob("*.*")) == before


def test_faces_are_found_unless_they_are_said_to_be_whole(
    saved_models, tmp_path, astronaut
) -> None:
    for name, picture in (("happy", astronaut), ("sad", np.full((90, 60, 3), 180, np.uint8))):
        folder = tmp_path / "photographs" / name
        folder.mkdir(parents=True)
        Image.fromarray(picture).save(folder / "a.png")
    options = ("evaluate", "custom_cnn", "--data", str(tmp_path / "photographs"))
    found = run(*options, "--out", str(tmp_path / "found")).stdout
    assert "custom_cnn on 1 faces" in found
    assert "1 picture or row is left out." in found
    assert "sad/a.png: No face was found" in found and "--faces whole" in found
    assert "1 face is few" in found and "No face shows angry, disgust" in found
    whole = run(*options, "--out", str(tmp_path / "whole"), "--faces", "whole").stdout
    assert "custom_cnn on 2 faces" in whole and "left out" not in whole


def test_robustness_is_measured_on_demand(saved_models, own_faces, tmp_path) -> None:
    out = tmp_path / "out"
    result = run(
        "evaluate", "custom_cnn", "--data", str(own_faces), "--out", str(out), "--robustness"
    )
    assert "Darkness 5" in result.stdout
    record = json.loads((out / "evaluation.json").read_text())
    accuracy = {
        (point["corruption"], point["severity"]): point["accuracy"]["value"]
        for point in record["robustness"]["points"]
    }
    assert record["robustness"]["n"] == 23
    assert accuracy["none", 0] == 1
    assert accuracy["darkness", 5] == pytest.approx(12 / 23), "white faces turn dark, thus angry"
    assert accuracy["rotation", 5] == 1


@pytest.fixture
def small_fer2013(tmp_path, monkeypatch) -> None:
    """A small FER2013-like csv, as the dataset of the settings."""
    rng = np.random.default_rng(0)
    lines = ["emotion,pixels,Usage"]
    for usage, n in (("Training", 20), ("PublicTest", 60), ("PrivateTest", 80)):
        for _ in range(n):
            label = rng.integers(0, 7)
            level = int(np.clip(label * 42 + rng.normal(0, 30), 0, 255))
            lines.append(f"{label},{' '.join([str(level)] * 2304)},{usage}")
    (tmp_path / "fer2013.csv").write_text("\n".join(lines))
    monkeypatch.setenv("FER_DATA", str(tmp_path / "fer2013.csv"))
    monkeypatch.setenv("FER_CACHE", str(tmp_path / "cache"))
    settings.cache_clear()


def test_record_is_reproduced_or_said_not_to_be(saved_models, small_fer2013) -> None:
    """Recorded, evaluated again, then tampered with."""
    assert "is not the data it was recorded on" in run("evaluate", "custom_cnn").stdout
    card = saved_models / "custom_cnn" / "card.md"
    card.write_text("Of another judgement.")
    assert "Recorded in" in run("evaluate", "custom_cnn", "--write").stdout
    assert card.read_text().startswith("# Custom CNN")
    saved = open_model("custom_cnn")
    assert saved.evaluation()["test"]["n"] == 80, "the manifest knows the new record"
    result = run("evaluate", "custom_cnn")
    assert result.exit_code == 0
    assert "reproduced; 0 of 80 faces are read otherwise" in result.stdout
    _turn_answers(saved)
    result = run("evaluate", "custom_cnn")
    assert result.exit_code == 1
    assert "not reproduced" in result.stdout


def _turn_answers(saved) -> None:
    from dataclasses import replace

    from fer_core.savedmodels import update_manifest, write_predictions

    predictions = saved.predictions()
    turned = replace(predictions.test, probabilities=predictions.test.probabilities[:, ::-1])
    write_predictions(saved.folder / "predictions.npz", replace(predictions, test=turned))
    update_manifest(saved.weights, saved.name)


def test_photographs_are_measured_recorded_and_kept(
    saved_models, small_fer2013, monkeypatch
) -> None:
    from fer_core.evaluation import photographs

    monkeypatch.setattr(
        photographs, "end_to_end_rows", lambda dataset, usage, _: dataset.rows(usage)[:2]
    )
    result = run("evaluate", "custom_cnn", "--photographs", "--write")
    assert "On photographs, 2 faces of PrivateTest:" in result.stdout
    assert "160 px, upright" in result.stdout and "finds 0.0 %" in result.stdout
    measured = open_model("custom_cnn").evaluation()["end_to_end"]
    assert [point["condition"] for point in measured["points"]] == list(photographs.RECORDED)
    run("evaluate", "custom_cnn", "--write")
    assert open_model("custom_cnn").evaluation()["end_to_end"] == measured


def test_photographs_are_of_fer2013(saved_models, own_faces) -> None:
    result = run("evaluate", "custom_cnn", "--data", str(own_faces), "--photographs")
    assert result.exit_code == 2 and "--photographs" in result.output


def test_damaged_network_is_not_run(saved_models, own_faces) -> None:
    (saved_models / "custom_cnn" / "model.tflite").write_bytes(b"oops")
    with pytest.raises(CorruptModel, match=r"custom_cnn/model\.tflite"):
        run("evaluate", "custom_cnn", "--data", str(own_faces))


def test_missing_data_says_what_to_do(saved_models, tmp_path) -> None:
    with pytest.raises(DatasetError, match="no dataset at"):
        run("evaluate", "custom_cnn", "--data", str(tmp_path / "nowhere"))


@pytest.mark.parametrize("folder", ["", "custom_cnn", "new/deep"])
def test_own_data_never_lands_among_the_saved_models(saved_models, own_faces, folder) -> None:
    before = {path: path.stat().st_mtime_ns for path in saved_models.rglob("*")}
    out = str(saved_models / folder)
    result = run("evaluate", "custom_cnn", "--data", str(own_faces), "--out", out)
    assert result.exit_code == 2
    assert "among the saved models" in result.output
    assert {path: path.stat().st_mtime_ns for path in saved_models.rglob("*")} == before


def test_own_data_never_lands_there_without_being_told_where(
    saved_models, own_faces, monkeypatch
) -> None:
    monkeypatch.chdir(saved_models)
    result = run("evaluate", "custom_cnn", "--data", str(own_faces))
    assert result.exit_code == 2
    assert not (saved_models / "evaluation").exists()


def test_write_and_own_data_do_not_go_together(saved_models, own_faces) -> None:
    result = run("evaluate", "custom_cnn", "--data", str(own_faces), "--write")
    assert result.exit_code == 2


def test_out_is_for_own_data(saved_models, tmp_path) -> None:
    result = run("evaluate", "custom_cnn", "--out", str(tmp_path / "there"))
    assert result.exit_code == 2 and "--out" in result.output


def test_stored_answers_are_judged_again_without_data_or_network(saved_models) -> None:
    saved = open_model("custom_cnn")
    path = saved.folder / "evaluation.json"
    run("evaluate", "custom_cnn", "--from-predictions", "--write")
    before = json.loads(path.read_text())
    lacking = json.loads(path.read_text())
    del lacking["test"]["metrics"]["macro_f1"], lacking["validation"]["metrics"]["macro_f1"]
    path.write_text(json.dumps(lacking))
    update_manifest(saved_models, "custom_cnn")
    result = run("evaluate", "custom_cnn", "--from-predictions")
    assert "custom_cnn on 300 faces of predictions.npz" in result.stdout
    assert "Macro-F1" in result.stdout
    assert json.loads(path.read_text()) == lacking, "only --write records"
    answers = (saved.folder / "predictions.npz").read_bytes()
    assert "Recorded in" in run("evaluate", "custom_cnn", "--from-predictions", "--write").stdout
    assert json.loads(path.read_text()) == before
    assert (saved.folder / "predictions.npz").read_bytes() == answers
    assert open_model("custom_cnn").evaluation() == before, "the manifest knows the new record"


@pytest.mark.parametrize("other", [["--robustness"], ["--data", "faces"]])
def test_stored_answers_are_judged_without_what_needs_the_network(saved_models, other) -> None:
    result = run("evaluate", "custom_cnn", "--from-predictions", *other)
    assert result.exit_code == 2 and "--from-predictions" in result.output


def test_own_data_is_recorded_by_name_on_demand(saved_models, own_faces, monkeypatch) -> None:
    from fer_core.faces import only_face

    class Nothing:
        def detect(self, rgb):
            return []

    monkeypatch.setattr(only_face, "detector", lambda name: Nothing())
    Image.fromarray(np.zeros((90, 90, 3), np.uint8)).save(own_faces / "train" / "angry" / "no.png")
    words = ("--data", str(own_faces), "--record-as", "photographs", "--source", "drawn by a test")
    result = run("evaluate", "custom_cnn", *words)
    assert "24 pictures of photographs correctly; a face was found in 23 of them" in result.stdout
    (kept,) = read_evaluation(open_model("custom_cnn")).elsewhere
    assert (kept.name, kept.source, kept.n, kept.found) == (
        "photographs",
        "drawn by a test",
        24,
        23,
    )
    assert kept.right.value == pytest.approx(23 / 24)
    said = run("compare", "custom_cnn").stdout
    assert "On other data (photographs, 24 pictures, a face found in 23): Custom CNN 95.8 %" in said


@pytest.mark.parametrize(
    "words",
    [("--record-as", "x"), ("--data", "y", "--out", "z", "--record-as", "x"), ("--source", "s")],
)
def test_recording_by_name_is_for_own_data_alone(saved_models, words) -> None:
    result = run("evaluate", "custom_cnn", *words)
    assert result.exit_code == 2 and "--record-as" in result.output
