import json

import numpy as np
import pytest

from fer_core.errors import CorruptModel, FileError, ModelNotFound
from fer_core.savedmodels import (
    PredictedSplit,
    Predictions,
    alone_with,
    new_folder,
    open_model,
    read_predictions,
    saved_names,
    write_predictions,
)


def test_saved_models_are_listed_and_read(saved_models):
    assert saved_names() == ["custom_cnn", "dcnn_elu"]
    saved = open_model("dcnn_elu")
    assert saved.classes == ("happy", "sad", "neutral")
    assert saved.temperature > 0
    assert len(saved.predictions().test) > 0
    assert {"epoch", "loss", "val_loss"} <= set(saved.history().columns)


def test_an_unknown_name_suggests_the_nearest(saved_models):
    with pytest.raises(ModelNotFound, match="'custom_cnn'"):
        open_model("custom_cn")


def test_a_changed_file_is_refused_by_name(saved_models):
    path = saved_models / "custom_cnn" / "model.tflite"
    path.write_bytes(path.read_bytes()[:-1] + b"\0")
    with pytest.raises(CorruptModel, match=r"custom_cnn/model\.tflite .* sha256 differs"):
        open_model("custom_cnn").file("model.tflite")


def test_a_missing_file_is_refused_by_name(saved_models):
    (saved_models / "custom_cnn" / "predictions.npz").unlink()
    with pytest.raises(CorruptModel, match=r"custom_cnn/predictions\.npz is missing"):
        open_model("custom_cnn").predictions()


def test_a_file_that_was_never_recorded_is_refused(saved_models):
    (saved_models / "custom_cnn" / "extra.txt").write_text("x")
    with pytest.raises(CorruptModel, match="not recorded"):
        open_model("custom_cnn").file("extra.txt")


@pytest.mark.parametrize("text", ["{", "[]", '{"files": []}'])
def test_an_unreadable_manifest_is_named(saved_models, text):
    (saved_models / "manifest.json").write_text(text)
    with pytest.raises(CorruptModel, match=r"manifest\.json is not a readable manifest: ."):
        open_model("custom_cnn").file("model.tflite")


def test_another_schema_says_which_command_mends_it(saved_models, monkeypatch):
    from fer_core.savedmodels import folder, update_manifest

    path = saved_models / "custom_cnn" / "evaluation.json"
    record = json.loads(path.read_text())
    path.write_text(json.dumps(record | {"schema": folder.EVALUATION_SCHEMA + 1}))
    update_manifest(saved_models, "custom_cnn")
    with pytest.raises(CorruptModel, match="python -m fer_core evaluate custom_cnn --write"):
        open_model("custom_cnn").evaluation()


def test_predictions_come_back_as_written_to_float16(tmp_path):
    random = np.random.default_rng(0)
    values = random.dirichlet(np.ones(3), 20)
    split = PredictedSplit(values, np.arange(20) % 3, np.arange(20))
    write_predictions(tmp_path / "p.npz", Predictions(("a", "b", "c"), split, split))
    stored = np.load(tmp_path / "p.npz")
    types = {"probabilities": np.float16, "labels": np.uint8, "rows": np.int32}
    assert {key: stored[f"test_{key}"].dtype for key in types} == types
    back = read_predictions(tmp_path / "p.npz")
    assert back.classes == ("a", "b", "c")
    np.testing.assert_allclose(back.test.probabilities, values, atol=6e-4)
    np.testing.assert_allclose(back.test.probabilities.sum(axis=1), 1)
    np.testing.assert_array_equal(back.test.predicted, values.argmax(axis=1))


def test_truncated_predictions_are_refused(tmp_path):
    split = PredictedSplit(np.full((5, 2), 0.5), np.zeros(5, np.uint8), np.arange(5))
    path = tmp_path / "p.npz"
    write_predictions(path, Predictions(("a", "b"), split, split))
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(CorruptModel, match=r"p\.npz"):
        read_predictions(path)


def test_new_folder_takes_the_place_of_the_old_and_is_recorded(saved_models):
    with new_folder("custom_cnn", saved_models) as folder:
        assert folder.name == "custom_cnn" and list(folder.iterdir()) == []
        (folder / "model.tflite").write_bytes(b"another")
        assert open_model("custom_cnn").file("model.tflite").read_bytes() != b"another"
    saved = open_model("custom_cnn")
    assert [path.name for path in saved.folder.iterdir()] == ["model.tflite"]
    assert saved.file("model.tflite").read_bytes() == b"another"
    assert saved_names() == ["custom_cnn", "dcnn_elu"]


def test_new_folder_that_is_not_finished_changes_nothing(saved_models):
    def half_done():
        with new_folder("custom_cnn", saved_models) as folder:
            (folder / "model.tflite").write_bytes(b"half")
            raise KeyboardInterrupt

    before = {path.name: path.read_bytes() for path in (saved_models / "custom_cnn").iterdir()}
    with pytest.raises(KeyboardInterrupt):
        half_done()
    saved = open_model("custom_cnn")
    assert {path.name: saved.file(path.name).read_bytes() for path in saved.folder.iterdir()} == (
        before
    )
    with new_folder("custom_cnn", saved_models) as folder:
        assert list(folder.iterdir()) == [], "what was half done is gone"


def test_new_folder_is_refused_while_another_records_the_model(saved_models):
    with (
        alone_with("custom_cnn", saved_models),
        pytest.raises(FileError, match="training or recording custom_cnn"),
        new_folder("custom_cnn", saved_models),
    ):
        raise AssertionError("both are in")
