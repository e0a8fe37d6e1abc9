import json
from dataclasses import replace

import numpy as np
import pytest
from fabricated import fabricate

from fer_core.dataset import PROTOCOLS
from fer_core.emotions import EMOTIONS
from fer_core.errors import EvaluationError
from fer_core.evaluation.comparison import common_view, group_title, groups_of, read_field
from fer_core.savedmodels import update_manifest


@pytest.fixture(scope="module")
def field(made_up_five):
    return read_field(made_up_five)


def by_name(contenders):
    return {contender.name: contender for contender in contenders}


def test_every_saved_model_is_read_in_the_registry_order(field) -> None:
    names = [contender.name for contender in field.contenders]
    assert names == ["slim_vgg", "custom_cnn", "vgg16_finetuned", "dcnn_elu", "bolarinwa_cnn1"]
    assert not field.unreadable
    assert "bolarinwa_resnet101" in [spec.name for spec in field.untrained]
    assert list(groups_of(field.contenders)) == ["fer2013", "r3", "r4"]


def test_kept_epoch_and_end_of_schedule_are_the_recipes(tmp_path) -> None:
    fabricate(tmp_path, "custom_cnn", faces=200)
    path = tmp_path / "custom_cnn" / "recipe.json"
    recipe = json.loads(path.read_text())
    for changes, expected in (
        ({"best_epoch": 7}, (7, False)),
        ({"best_epoch": None}, (None, False)),
        ({"epochs_run": 40, "recipe": {"schedule": "cosine", "epochs": 40}}, (25, True)),
        ({"epochs_run": 31, "recipe": {"schedule": "cosine", "epochs": 40}}, (25, False)),
        (
            {
                "epochs_run": 48,
                "recipe": {"schedule": "cosine", "epochs": 40},
                "warm_start": {"epochs_run": 8},
            },
            (25, True),
        ),
    ):
        path.write_text(json.dumps(recipe | changes))
        update_manifest(tmp_path, "custom_cnn")
        (contender,) = read_field(tmp_path).contenders
        assert (contender.best_epoch, contender.schedule_ended) == expected


def test_recorded_figures_are_those_of_the_predictions(field) -> None:
    for contender in field.contenders:
        assert contender.accuracy.value == pytest.approx(contender.right.mean())
        assert contender.accuracy.low < contender.accuracy.value < contender.accuracy.high


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (lambda folder: (folder / "predictions.npz").unlink(), "predictions.npz is missing"),
        (lambda folder: (folder / "model.tflite").unlink(), "model.tflite is missing"),
        (
            lambda folder: (folder / "history.csv").write_text("epoch"),
            "history.csv is not the file that was saved",
        ),
    ],
)
def test_damaged_folder_is_left_out_with_the_reason(tmp_path, damage, reason) -> None:
    for name in ("custom_cnn", "mini_xception"):
        fabricate(tmp_path, name, faces=200)
    damage(tmp_path / "custom_cnn")
    field = read_field(tmp_path)
    assert [contender.name for contender in field.contenders] == ["mini_xception"]
    assert reason in field.unreadable["custom_cnn"]
    assert "custom_cnn" not in [spec.name for spec in field.untrained]


def _stale(folder) -> None:
    record = json.loads((folder / "evaluation.json").read_text())
    (folder / "evaluation.json").write_text(json.dumps(record | {"schema": 0}))


def _incomplete(folder) -> None:
    record = json.loads((folder / "evaluation.json").read_text())
    del record["cost"]
    (folder / "evaluation.json").write_text(json.dumps(record))


def _truncated(folder) -> None:
    data = (folder / "predictions.npz").read_bytes()
    (folder / "predictions.npz").write_bytes(data[: len(data) // 2])


def _text(file: str, text: str):
    return lambda folder: (folder / file).write_text(text)


def _record(**changes):
    """Changes fields of evaluation.json; a function is given what the field holds."""

    def damage(folder) -> None:
        record = json.loads((folder / "evaluation.json").read_text())
        for field, value in changes.items():
            record[field] = value(record[field]) if callable(value) else value
        (folder / "evaluation.json").write_text(json.dumps(record))

    return damage


def _arrays(**changes):
    """Changes arrays of predictions.npz, each by a function of what it holds."""

    def damage(folder) -> None:
        with np.load(folder / "predictions.npz") as file:
            arrays = {key: file[key] for key in file.files}
        for key, change in changes.items():
            arrays[key] = change(arrays[key])
        np.savez_compressed(folder / "predictions.npz", **arrays)

    return damage


def _single_array(folder) -> None:
    np.save(folder / "predictions.npy", np.zeros((200, 7)))
    (folder / "predictions.npy").replace(folder / "predictions.npz")


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (_stale, "schema 0"),
        (_incomplete, "cost"),
        (_truncated, "cannot be read"),
        (_text("history.csv", ""), "history.csv cannot be read"),
        (_text("history.csv", "epoch,loss\n1,2\n1,2,3,4\n"), "history.csv cannot be read"),
        (_text("history.csv", "epoch,loss\n1,2\n"), "lacks accuracy, val_loss"),
        (
            _text("history.csv", "epoch,loss,accuracy,val_loss,val_accuracy,learning_rate\n"),
            "lacks figures",
        ),
        (
            _text(
                "history.csv",
                "epoch,loss,accuracy,val_loss,val_accuracy,learning_rate\n1,2,.5,much,.5,.1\n",
            ),
            "lacks figures",
        ),
        (_text("evaluation.json", "[]"), "no JSON object"),
        (_text("recipe.json", "[]"), "no JSON object"),
        (_text("recipe.json", "{}"), "lacks the list `classes`"),
        (_record(test=lambda test: test | {"n": 199}), "does not judge predictions.npz"),
        (_record(classes=list(EMOTIONS[::-1])), "per_class"),
        (_record(classes=["bored", *EMOTIONS[1:]]), "must be emotions"),
        (_record(protocol="own"), "no known protocol"),
        (_record(model_sha256="another"), "another network"),
        (_text("model.tflite", "replaced"), "another network"),
        (_single_array, "single array"),
        (_arrays(classes=lambda names: names[::-1]), "different classes"),
        (_arrays(test_probabilities=np.zeros_like), "not all 0 in a row"),
        (_arrays(test_probabilities=lambda p: p[:, ::-1]), "does not judge predictions.npz"),
        (_arrays(test_labels=lambda labels: labels[0]), "Shapes do not fit"),
        (_arrays(test_rows=np.zeros_like), "occurs twice"),
        (lambda folder: (folder / "recipe.json").unlink(), "recipe.json is missing"),
        (lambda folder: (folder / "card.md").unlink(), "card.md is missing"),
    ],
)
def test_bad_file_on_record_is_left_out_too(tmp_path, damage, reason) -> None:
    """Written so from the start: the manifest knows the very file that is bad."""
    for name in ("custom_cnn", "mini_xception"):
        fabricate(tmp_path, name, faces=200)
    damage(tmp_path / "custom_cnn")
    update_manifest(tmp_path, "custom_cnn")
    field = read_field(tmp_path)
    assert reason in field.unreadable["custom_cnn"]
    assert [contender.name for contender in field.contenders] == ["mini_xception"]


def test_manifest_entry_without_a_digest_leaves_its_model_out(tmp_path) -> None:
    for name in ("custom_cnn", "mini_xception"):
        fabricate(tmp_path, name, faces=200)
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    manifest["files"]["custom_cnn/history.csv"] = {"licence": "MIT"}
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    field = read_field(tmp_path)
    assert "history.csv is not recorded" in field.unreadable["custom_cnn"]
    assert [contender.name for contender in field.contenders] == ["mini_xception"]


def test_manifest_that_lists_nothing_by_name_is_named(tmp_path) -> None:
    fabricate(tmp_path, "custom_cnn", faces=200)
    (tmp_path / "manifest.json").write_text('{"files": []}')
    assert "manifest.json is not a readable" in read_field(tmp_path).unreadable["custom_cnn"]


@pytest.mark.parametrize("change", ["rows", "data"])
def test_models_of_one_protocol_on_other_faces_are_set_apart(field, tmp_path, change) -> None:
    first, second = field.contenders[:2]
    if change == "rows":
        fabricate(tmp_path, "custom_cnn", faces=300)
        second = read_field(tmp_path).contenders[0]
    else:
        second = replace(second, data="a re-encoded data set")
    groups = groups_of([first, second, field.contenders[2]])
    apart = f"fer2013~{second.faces[:8]}"
    assert {key: [c.name for c in group] for key, group in groups.items()} == {
        "fer2013": ["slim_vgg", "vgg16_finetuned"],
        apart: ["custom_cnn"],
    }
    assert group_title(apart) == f"FER2013, 7 emotions, other faces {second.faces[:8]}"


def test_common_view_keeps_only_rows_that_tested_every_model(field) -> None:
    models = by_name(field.contenders)
    chosen = (models["slim_vgg"], models["dcnn_elu"], models["bolarinwa_cnn1"])
    common = common_view(chosen)
    rows = set.intersection(*(set(c.split.rows.tolist()) for c in chosen))
    for before, after in zip(chosen, common, strict=True):
        assert after.classes == PROTOCOLS["r3"].classes
        assert set(after.split.rows.tolist()) == rows
        assert after.split.probabilities.sum(axis=1) == pytest.approx(np.ones(len(rows)))
        place = {row: i for i, row in enumerate(before.split.rows.tolist())}
        for index in (0, 57, len(rows) - 1):
            old = place[int(after.split.rows[index])]
            columns = [before.classes.index(name) for name in after.classes]
            kept = before.split.probabilities[old, columns]
            assert after.split.probabilities[index] == pytest.approx(kept / kept.sum())
            truth = before.classes[before.split.labels[old]]
            assert after.classes[after.split.labels[index]] == truth
        assert after.accuracy.value == pytest.approx(after.right.mean())
        assert after.judged.n == len(rows)


def test_common_view_of_one_protocol_drops_nothing(field) -> None:
    models = by_name(field.contenders)
    (slim, custom) = common_view((models["slim_vgg"], models["custom_cnn"]))
    assert slim.classes == EMOTIONS
    assert slim.accuracy.value == pytest.approx(models["slim_vgg"].accuracy.value)
    assert (slim.split.labels == custom.split.labels).all()


def test_common_view_refuses_fewer_than_200_faces(tmp_path) -> None:
    for name in ("custom_cnn", "dcnn_elu"):
        fabricate(tmp_path, name, faces=500)
    with pytest.raises(EvaluationError, match=r"Only \d+ faces .* needs 200"):
        common_view(read_field(tmp_path).contenders)


def test_common_view_refuses_other_data(field) -> None:
    other = replace(field.contenders[0], data="another data set")
    with pytest.raises(EvaluationError, match="different data"):
        common_view((other, field.contenders[1]))
