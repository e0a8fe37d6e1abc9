import os
from dataclasses import replace

import keras
import numpy as np
import pytest

from fer_core.errors import TrainingError
from fer_core.models.recipe import Augmentation, Recipe
from fer_core.training.augmentation import augmentation_layers
from fer_core.training.fit import Fitted, Labelled, fit
from fer_core.training.progress import Budget, BudgetSpent
from fer_core.training.resume import KEPT_CHECKPOINTS

RECIPE = Recipe(
    epochs=5,
    batch_size=16,
    learning_rate=3e-3,
    schedule="plateau",
    plateau_patience=1,
    patience=4,
    ema=0.9,
    augmentation=Augmentation(rotation=5, shift=1, flip=True),
)


class Killed(Exception):
    pass


class KillDuring(keras.callbacks.Callback):
    """Dies in the middle of an epoch, as a killed process would."""

    def __init__(self, epoch: int) -> None:
        super().__init__()
        self.epoch = epoch

    def on_epoch_begin(self, epoch, logs=None):
        self.current = epoch

    def on_train_batch_end(self, batch, logs=None):
        if self.current == self.epoch and batch == 2:
            raise Killed


def _network() -> keras.Model:
    keras.utils.set_random_seed(0)
    inputs = keras.Input((48, 48, 1))
    x = keras.layers.Rescaling(1 / 255)(inputs)
    x = keras.layers.Conv2D(4, 5, strides=4)(x)
    x = keras.layers.BatchNormalization()(x)
    x = keras.layers.Flatten()(x)
    x = keras.layers.Dropout(0.2)(x)
    return keras.Model(inputs, keras.layers.Dense(3, activation="softmax")(x))


@pytest.fixture(scope="module")
def parts() -> tuple[Labelled, Labelled]:
    random = np.random.default_rng(0)
    labels = random.integers(0, 3, 160).astype(np.uint8)
    faces = random.integers(0, 120, (160, 48, 48, 1), np.uint8)
    faces += (labels[:, None, None, None] * 20).astype(np.uint8)
    return Labelled(faces[:120], labels[:120]), Labelled(faces[120:], labels[120:])


def _fit(parts, folder, recipe=RECIPE, **options):
    folder.mkdir(exist_ok=True)
    network = _network()
    layers = augmentation_layers(recipe.augmentation, recipe.seed)
    return fit(network, layers, *parts, recipe, folder, **options), network


@pytest.fixture(scope="module")
def undisturbed(parts, tmp_path_factory) -> tuple[Fitted, keras.Model]:
    """What a training gives that nothing interrupts."""
    return _fit(parts, tmp_path_factory.mktemp("whole") / "run")


@pytest.mark.parametrize("epoch", [1, pytest.param(3, marks=pytest.mark.long), 4])
def test_a_killed_training_resumes_to_what_a_whole_one_gives(parts, undisturbed, tmp_path, epoch):
    whole, network = undisturbed
    with pytest.raises(Killed):
        _fit(parts, tmp_path / "killed", budget=KillDuring(epoch))
    resumed, again = _fit(parts, tmp_path / "killed")

    assert resumed.history["epoch"].tolist() == [1, 2, 3, 4, 5]
    for column in ("loss", "val_loss", "learning_rate"):
        np.testing.assert_allclose(resumed.history[column], whole.history[column], rtol=1e-3)
    assert resumed.best_epoch == whole.best_epoch
    for a, b in zip(network.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-3, atol=1e-4)


def test_the_rate_on_record_is_the_one_that_was_trained_with(parts, tmp_path):
    recipe = replace(RECIPE, monitor="val_loss", min_delta=9.0, plateau_patience=2, patience=5)
    fitted, _ = _fit(parts, tmp_path / "run", recipe)
    rates = fitted.history["learning_rate"]
    np.testing.assert_allclose(rates, [3e-3, 3e-3, 3e-3, 1.5e-3, 1.5e-3], rtol=1e-6)


def test_a_spent_budget_stops_before_the_next_epoch_and_is_gone_on_with(parts, tmp_path):
    with pytest.raises(BudgetSpent):
        _fit(parts, tmp_path / "run", budget=Budget(0))
    fitted, _ = _fit(parts, tmp_path / "run", budget=Budget(60))
    assert len(fitted.history) == 5


def test_the_best_epochs_averaged_weights_are_what_is_left(parts, undisturbed):
    fitted, network = undisturbed
    faces, labels = parts[1].inputs, parts[1].labels
    accuracy = (network(faces).numpy().argmax(axis=1) == labels).mean()
    best = fitted.history.set_index("epoch").loc[fitted.best_epoch, "val_accuracy"]
    assert accuracy == pytest.approx(best, abs=1e-6)
    assert best == fitted.history["val_accuracy"].max()


def test_only_the_newest_checkpoints_stay_named_by_epoch_and_accuracy(parts, tmp_path):
    fitted, _ = _fit(parts, tmp_path / "net", Recipe(epochs=6, batch_size=16))
    losses = fitted.history["val_loss"]
    falls = [
        int(e)
        for e, loss in zip(fitted.history["epoch"], losses, strict=True)
        if loss < losses[: int(e) - 1].min() or e == 1
    ]
    names = sorted(path.name for path in (tmp_path / "net").glob("*.keras"))
    accuracy = fitted.history.set_index("epoch")["val_accuracy"]
    expected = [f"net.{e:03d}-{accuracy[e]:.2f}.keras" for e in falls][-KEPT_CHECKPOINTS:]
    assert names == expected


def test_an_earlier_trainings_checkpoints_make_way_for_new_ones(parts, tmp_path):
    (tmp_path / "net").mkdir()
    for epoch in (64, 70, 81):
        path = tmp_path / "net" / f"net.{epoch:03d}-0.90.keras"
        path.touch()
        os.utime(path, (epoch, epoch))
    fitted, _ = _fit(parts, tmp_path / "net", Recipe(epochs=1, batch_size=16))
    kept = sorted(path.name for path in (tmp_path / "net").glob("*.keras"))
    accuracy = fitted.history["val_accuracy"][0]
    assert kept == [f"net.001-{accuracy:.2f}.keras", "net.070-0.90.keras", "net.081-0.90.keras"]


def test_early_stopping_ends_a_training_that_no_longer_improves(parts, tmp_path):
    recipe = Recipe(epochs=30, batch_size=16, learning_rate=1e-9, patience=2)
    fitted, _ = _fit(parts, tmp_path / "run", recipe)
    assert len(fitted.history) < 10


def test_views_share_the_labels_of_their_faces(parts, tmp_path):
    train, validation = parts
    views = Labelled(np.concatenate([train.inputs, train.inputs]), train.labels)
    fitted, _ = _fit((views, validation), tmp_path / "run", Recipe(epochs=4, batch_size=16))
    assert fitted.history["accuracy"].iloc[-1] > 0.6


def test_a_damaged_state_says_what_to_delete(parts, tmp_path):
    with pytest.raises(Killed):
        _fit(parts, tmp_path / "run", budget=KillDuring(3))
    state = tmp_path / "run" / "state.json"
    state.write_bytes(state.read_bytes()[:100])
    with pytest.raises(TrainingError, match=r"damaged: delete .*state\.json"):
        _fit(parts, tmp_path / "run")


def test_the_bar_goes_however_a_training_ends(parts, tmp_path, monkeypatch):
    stopped = []
    monkeypatch.setattr("rich.progress.Progress.stop", lambda bar: stopped.append(bar))
    with pytest.raises(BudgetSpent):
        _fit(parts, tmp_path / "run", budget=Budget(0))
    assert len(stopped) == 1
