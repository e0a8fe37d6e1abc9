import json
from dataclasses import replace

import keras
import numpy as np
import pytest
import tiny_network

from fer_core.common.locks import only_one
from fer_core.dataset import PROTOCOLS, FaceDataset
from fer_core.errors import DatasetError, TrainingError
from fer_core.inference.classifier import Classifier
from fer_core.models.recipe import Recipe
from fer_core.savedmodels import open_model
from fer_core.savedmodels.network import load_network
from fer_core.training.fit import Labelled
from fer_core.training.record import convert_again
from fer_core.training.train import state_folder, train

FILES = {
    "card.md",
    "evaluation.json",
    "history.csv",
    "model.keras",
    "model.tflite",
    "predictions.npz",
    "recipe.json",
}


def test_a_training_writes_the_whole_folder(stripes, tiny, checkpoints, tmp_path):
    recipe = Recipe(epochs=2, batch_size=32, note="A test.")
    folder = train(tiny, stripes, recipe, weights=tmp_path / "weights")
    assert {path.name for path in folder.iterdir()} == FILES
    saved = open_model(tiny, tmp_path / "weights")
    for file in FILES:
        saved.file(file)
    assert saved.history()["epoch"].tolist() == [1, 2]
    facts = saved.run().as_json()
    assert (facts["parameters"], facts["recipe"]["epochs"]) == (tiny_network.PARAMETERS, 2)
    assert "A test." in (folder / "card.md").read_text()
    (state,) = checkpoints.iterdir()
    kept = list(state.iterdir())
    assert kept and all(path.suffix == ".keras" for path in kept)
    assert keras.saving.load_model(kept[0]).output_shape == (None, 7)

    predictions = saved.predictions()
    assert predictions.test.rows.tolist() == list(range(140, 210))
    faces = stripes.images[140:210]
    keras_answers = load_network(saved)(faces[..., None]).numpy()
    np.testing.assert_allclose(predictions.test.probabilities, keras_answers, atol=2e-3)
    accuracy = (predictions.test.predicted == predictions.test.labels).mean()
    recorded = json.loads((folder / "evaluation.json").read_text())["test"]["metrics"]["accuracy"]
    assert recorded["value"] == pytest.approx(accuracy)


def _few_faces(fer2013: FaceDataset, shuffled: bool) -> FaceDataset:
    """Happy, sad and neutral, alike in number: 2,400 train, 90 select, 300 test."""
    random = np.random.default_rng(0)
    split = PROTOCOLS["r3"].split(fer2013)
    rows = []
    for part, each in ((split.train, 800), (split.validation, 30), (split.test, 100)):
        for label in (3, 4, 6):
            rows.append(random.permutation(part[fer2013.labels[part] == label])[:each])
    sizes = (2400, 90, 300)
    chosen = np.concatenate(rows)
    labels = fer2013.labels[chosen].copy()
    if shuffled:
        labels[:2490] = random.permutation(labels[:2490])
    usage = np.repeat(np.array([0, 1, 2], np.uint8), sizes)
    return FaceDataset(fer2013.images[chosen], labels, usage)


@pytest.mark.fer2013
@pytest.mark.parametrize(
    "shuffled",
    [False, pytest.param(True, marks=pytest.mark.long)],
    ids=["labels", "shuffled labels"],
)
def test_a_few_faces_teach_more_than_chance_and_shuffled_ones_do_not(
    shuffled, fer2013, tiny, checkpoints, tmp_path
):
    few = _few_faces(fer2013, shuffled)
    recipe = Recipe(epochs=5, batch_size=32)
    train(tiny, few, recipe, weights=tmp_path)
    answers = Classifier(tmp_path / tiny / "model.tflite", PROTOCOLS["fer2013"].classes)
    test = few.rows("PrivateTest")
    accuracy = (answers.predict(few.images[test]).argmax(axis=1) == few.labels[test]).mean()
    # Chance is 1/3 with a standard error of 2.7 points on 300 faces.
    assert accuracy < 0.43 if shuffled else accuracy > 0.45


def test_a_training_goes_on_only_with_its_own_recipe_and_faces(stripes, tiny, checkpoints):
    recipe = Recipe(epochs=2)
    train_part, validation = (
        Labelled(stripes.images[rows], stripes.labels[rows])
        for rows in (stripes.rows("Training"), stripes.rows("PublicTest"))
    )
    folder = state_folder(tiny, recipe, train_part, validation)
    noted = replace(recipe, note="Other words.")
    assert state_folder(tiny, noted, train_part, validation) == folder
    others = replace(train_part, inputs=255 - train_part.inputs)
    assert state_folder(tiny, recipe, others, validation) != folder
    assert state_folder(tiny, replace(recipe, epochs=3), train_part, validation) != folder


def test_faces_without_a_validation_split_are_refused(stripes, tiny, checkpoints):
    alone = replace(stripes, usage=np.zeros(len(stripes), np.uint8))
    with pytest.raises(DatasetError, match="no faces to select by and none to test on"):
        train(tiny, alone, Recipe(epochs=1))


def test_what_was_fitted_elsewhere_is_only_converted_and_judged(
    stripes, tiny, checkpoints, tmp_path, monkeypatch
):
    recipe, weights = Recipe(epochs=2, batch_size=32), tmp_path / "weights"
    without_test = FaceDataset(stripes.images[:140], stripes.labels[:140], stripes.usage[:140])
    state = train(tiny, without_test, recipe, weights=weights, fit_only=True)
    assert state.parent == checkpoints and not weights.exists()
    assert max(path.stat().st_size for path in state.glob("fitted*")) <= 16_100_000

    def refuse(*_):
        raise AssertionError("It was fitted a second time.")

    monkeypatch.setattr("fer_core.training.train.fit", refuse)
    train(tiny, stripes, recipe, weights=weights)
    assert open_model(tiny, weights).history()["epoch"].tolist() == [1, 2]
    assert not list(state.glob("fitted*"))


def test_saved_weights_are_converted_and_judged_again(stripes, tiny, checkpoints, tmp_path):
    weights = tmp_path / "weights"
    train(tiny, stripes, Recipe(epochs=1, batch_size=32), weights=weights)
    before = open_model(tiny, weights)
    answers, facts = before.predictions().test.probabilities, before.run()
    convert_again(tiny, stripes, weights)
    after = open_model(tiny, weights)
    assert after.run() == facts
    np.testing.assert_allclose(after.predictions().test.probabilities, answers, atol=2e-3)


def test_a_model_that_another_process_trains_is_left_alone(stripes, tiny, checkpoints, tmp_path):
    with (
        only_one(checkpoints.parent / "locks" / f"{tiny}.lock"),
        pytest.raises(TrainingError, match="Another process is training tiny"),
    ):
        train(tiny, stripes, Recipe(epochs=1), weights=tmp_path)
    assert not checkpoints.exists()
