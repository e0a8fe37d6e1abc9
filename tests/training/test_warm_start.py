import shutil
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from fer_core.errors import CorruptModel, ModelNotFound, TrainingError
from fer_core.models import backbones
from fer_core.models.recipe import Recipe
from fer_core.savedmodels import open_model
from fer_core.savedmodels.network import load_network
from fer_core.savedmodels.run import Leg
from fer_core.training.fit import Fitted, Labelled
from fer_core.training.train import state_folder, train
from fer_core.training.warm_start import added_up, is_better, restarted, starting_model


@pytest.fixture(scope="module")
def once(stripes, tiny, tmp_path_factory):
    """A folder with a tiny network that three epochs have taught a little."""
    from fer_core.settings import settings

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FER_CHECKPOINTS", str(tmp_path_factory.mktemp("checkpoints")))
        settings.cache_clear()
        weights = tmp_path_factory.mktemp("weights")
        train("tiny", stripes, Recipe(epochs=3, batch_size=16), weights=weights)
    settings.cache_clear()
    return weights


@pytest.fixture
def weights(once, tmp_path):
    shutil.copytree(once, tmp_path / "weights")
    return tmp_path / "weights"


def test_it_goes_on_from_the_saved_weights(stripes, checkpoints, weights):
    cold = open_model("tiny", weights)
    faces = stripes.images[:70][..., None].astype(np.float32)
    answers = load_network(cold)(faces).numpy()
    recipe = Recipe(epochs=2, batch_size=70, optimizer="sgd", learning_rate=1e-12)
    before, learnt = cold.history(), []

    def fit(network, augmentation, *parts):
        learnt.append(network(faces, training=False).numpy())
        return Fitted(before.iloc[:2].assign(val_accuracy=[0.9, 0.95]), 2, "a machine", {})

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("fer_core.training.train.fit", fit)
        train("tiny", stripes, recipe, weights=weights, warm_start=True)
    np.testing.assert_allclose(learnt[0], answers, atol=1e-5)
    saved = open_model("tiny", weights)
    history, facts = saved.history(), saved.run().as_json()
    assert history["epoch"].tolist() == [1, 2, 3, 4, 5]
    assert (facts["best_epoch"], facts["epochs_run"], facts["recipe"]["epochs"]) == (5, 5, 2)
    assert facts["minutes"] == pytest.approx(history["seconds"].sum() / 60, abs=0.11)
    assert facts["warm_start"]["epochs_run"] == 3
    assert facts["seed"] == facts["recipe"]["seed"] == 3


def test_it_learns_more_and_clears_its_state(stripes, checkpoints, weights):
    recipe = Recipe(epochs=3, batch_size=16, monitor="val_loss")
    train("tiny", stripes, recipe, weights=weights, warm_start=True)
    saved = open_model("tiny", weights)
    assert saved.history()["epoch"].tolist() == [1, 2, 3, 4, 5, 6]
    assert saved.run().best_epoch > 3
    (state,) = checkpoints.iterdir()
    assert list(state.iterdir()) and not list(state.glob("*.npz"))


def test_one_that_gets_no_better_leaves_the_saved_model(stripes, checkpoints, weights):
    before = open_model("tiny", weights).file("model.keras").read_bytes()
    said = []
    recipe = Recipe(epochs=1, optimizer="sgd", learning_rate=1e4)
    train("tiny", stripes, recipe, weights=weights, warm_start=True, say=said.append)
    assert said == ["tiny: no epoch was better on the validation faces; the saved model stays."]
    assert open_model("tiny", weights).file("model.keras").read_bytes() == before
    (state,) = checkpoints.iterdir()
    assert not list(state.glob("*.npz"))


def test_a_tie_is_not_better(once):
    start = open_model("tiny", once)
    best = start.run().best_epoch
    for column, sign in (("val_accuracy", 1), ("val_loss", -1)):
        before = start.history().set_index("epoch")[column][best]
        for change, expected in ((4e-7, False), (-1e-3, False), (1e-3, True)):
            history = pd.DataFrame({"epoch": [1], column: [before + sign * change]})
            assert is_better(Fitted(history, 1, "a machine", {}), start, column) == expected


def test_faces_that_the_saved_model_may_have_learnt_are_refused(stripes, once):
    with pytest.raises(TrainingError, match="by protocol fer2013 on these faces"):
        starting_model("tiny", "r4", stripes, once)
    order = np.roll(np.arange(len(stripes)), 70)
    turned = replace(stripes, images=stripes.images[order], labels=stripes.labels[order])
    with pytest.raises(TrainingError, match="on other faces"):
        starting_model("tiny", "fer2013", turned, once)
    with pytest.raises(ModelNotFound):
        starting_model("slim_vgg", "fer2013", stripes, once)


def test_a_recipe_that_does_not_say_for_how_long_is_refused(stripes, once, monkeypatch):
    bare = open_model("tiny", once).run().model_copy(update={"minutes": None})
    monkeypatch.setattr("fer_core.savedmodels.SavedModel.run", lambda self: bare)
    with pytest.raises(CorruptModel, match="lacks minutes"):
        starting_model("tiny", "fer2013", stripes, once)


def test_nothing_is_drawn_a_second_time(once):
    start = open_model("tiny", once)
    assert restarted(Recipe(epochs=2, seed=4), start) == Recipe(epochs=2, seed=7)


def test_no_trunk_is_fetched_for_weights_that_are_saved_whole(
    stripes, checkpoints, weights, monkeypatch
):
    def fetch(*arguments):
        raise AssertionError("the saved file holds every weight")

    built = []
    monkeypatch.setattr(backbones, "weights_file", fetch)
    monkeypatch.setattr(
        "fer_core.training.train.starting_model", lambda *a: open_model("tiny", weights)
    )
    monkeypatch.setattr("fer_core.training.train.load_network", lambda start: built.pop())
    from fer_core.models import find

    built.append(find("vgg16_finetuned").build(7, pretrained=False))
    monkeypatch.setattr(
        "fer_core.training.train.fit", lambda *a: (_ for _ in ()).throw(InterruptedError)
    )
    with pytest.raises(InterruptedError):
        train("vgg16_finetuned", stripes, Recipe(epochs=1), weights=weights, warm_start=True)


def test_epochs_and_minutes_are_counted_from_the_first(once):
    start = open_model("tiny", once)
    changed = {"best_epoch": 2, "epochs_run": 4, "minutes": 1.0}
    counted = added_up(start.run().whole().model_copy(update=changed), start)
    assert (counted.best_epoch, counted.epochs_run) == (5, 7)
    assert counted.minutes == pytest.approx(1.0 + start.run().minutes)
    assert counted.name == "tiny"
    assert counted.warm_start.epochs_run == 3
    assert counted.as_json()["warm_start"]["recipe"] == start.run().recipe_fields


def test_every_leg_is_kept(once, monkeypatch):
    run = open_model("tiny", once).run().whole()
    twice = run.model_copy(update={"warm_start": Leg(epochs_run=1)})
    monkeypatch.setattr("fer_core.savedmodels.SavedModel.run", lambda self: twice)
    counted = added_up(run, open_model("tiny", once))
    assert counted.as_json()["warm_start"]["warm_start"] == {"epochs_run": 1}


def test_it_shares_no_state_with_a_cold_start(stripes, checkpoints, once):
    start = open_model("tiny", once)
    part = Labelled(stripes.images, stripes.labels)
    folders = {state_folder("tiny", Recipe(epochs=2), part, part, begin) for begin in (None, start)}
    assert len(folders) == 2
