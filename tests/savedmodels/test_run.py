import json
from pathlib import Path

import pytest

from fer_core.errors import CorruptModel
from fer_core.models.recipe import Recipe
from fer_core.savedmodels.run import Leg, RunRecord, read_run
from fer_core.settings import ROOT

COMMITTED = sorted(
    path.with_name("recipe.json") for path in (ROOT / "weights").glob("*/history.csv")
)
"""Of those that were trained: an ensemble is not."""


def written(folder: Path, **found: object) -> Path:
    path = folder / "some_model" / "recipe.json"
    path.parent.mkdir()
    path.write_text(json.dumps({"classes": ["happy", "sad"], **found}))
    return path


@pytest.mark.parametrize("path", COMMITTED, ids=lambda path: path.parent.name)
def test_committed_files_lack_nothing_and_are_written_as_they_were_read(path):
    run = read_run(path)
    assert run.as_json() == json.loads(path.read_text())
    assert run.whole().as_json() == run.as_json()
    assert list(run.as_json())[:3] == ["name", "classes", "protocol"]


def test_it_is_read_for_what_it_holds(tmp_path):
    run = read_run(written(tmp_path, epochs_run=4, best_epoch="third", minutes=None, unheard=[1]))
    assert (run.name, run.classes) == ("some_model", ("happy", "sad"))
    assert (run.epochs_run, run.best_epoch, run.minutes, run.faces) == (4, None, None, None)
    assert run.as_json()["unheard"] == [1]
    with pytest.raises(CorruptModel) as error:
        run.whole()
    assert str(error.value) == (
        "some_model/recipe.json lacks best_epoch, minutes, machine, recipe, protocol, faces, "
        "parameters, trainable: `python -m fer_core train some_model` trains it again."
    )


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ({"classes": "happy"}, "lacks the list `classes`"),
        ({"classes": []}, "lacks the list `classes`"),
        ({"classes": [1, 2]}, "lacks the list `classes`"),
        ({"name": 3}, "lacks the text `name`"),
    ],
)
def test_what_it_cannot_do_without_is_named(tmp_path, found, said):
    with pytest.raises(CorruptModel, match=rf"^some_model/recipe\.json {said}"):
        read_run(written(tmp_path, **found))


@pytest.mark.parametrize(
    ("text", "said"), [("[]", "no JSON object"), ("{", "is not readable JSON")]
)
def test_what_is_no_object_is_named(tmp_path, text, said):
    path = written(tmp_path)
    path.write_text(text)
    with pytest.raises(CorruptModel, match=said):
        read_run(path)


@pytest.mark.parametrize(
    ("plan", "before", "epochs", "ended"),
    [
        ({"schedule": "cosine", "epochs": 5}, None, 5, True),
        ({"schedule": "cosine", "epochs": 5}, None, 4, False),
        ({"schedule": "cosine", "epochs": 5}, Leg(epochs_run=3), 8, True),
        ({"schedule": "cosine", "epochs": 5}, Leg(epochs_run=3), 5, False),
        ({"schedule": "plateau", "epochs": 5}, None, 5, False),
        (None, None, 5, False),
    ],
)
def test_schedule_has_ended(plan, before, epochs, ended):
    run = RunRecord(name="m", classes=("a",), recipe=plan, warm_start=before, epochs_run=epochs)
    assert run.schedule_ended is ended


def test_recipe_is_a_recipe_and_what_this_version_does_not_know_of_it_is_kept(tmp_path):
    fields = {"epochs": 5, "optimizer": "sgd", "unheard": [1]}
    run = read_run(written(tmp_path, recipe=fields, warm_start={"recipe": fields}))
    assert run.recipe == Recipe(epochs=5, optimizer="sgd")
    assert run.warm_start and run.warm_start.recipe == run.recipe
    assert (run.as_json()["recipe"], run.as_json()["warm_start"]["recipe"]) == (fields, fields)


@pytest.mark.parametrize("found", ["fast", {}, {"epochs": "many"}, {"epochs": 0}])
def test_what_is_no_recipe_is_not_there(tmp_path, found):
    run = read_run(written(tmp_path, recipe=found))
    assert run.recipe is None
    assert not run.schedule_ended
    with pytest.raises(CorruptModel, match=r"lacks .*\brecipe\b"):
        run.whole()
