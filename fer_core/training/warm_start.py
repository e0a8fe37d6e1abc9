"""Training on from a saved model: weights that have learnt, and a schedule that starts again.

A cosine that starts again is a warm restart (Loshchilov and Hutter 2017, "SGDR").
"""

from dataclasses import replace
from pathlib import Path

import pandas as pd

from fer_core.dataset import FaceDataset
from fer_core.dataset.fingerprint import fingerprint
from fer_core.errors import TrainingError
from fer_core.evaluation.record import read_evaluation
from fer_core.models.recipe import Recipe
from fer_core.savedmodels import SavedModel, WholeRun, open_model
from fer_core.savedmodels.run import Leg
from fer_core.training.fit import DECIMALS, Fitted


def starting_model(name: str, protocol: str, dataset: FaceDataset, weights: Path) -> SavedModel:
    """Returns the saved model that a training may start from.

    Args:
        name: Registry name.
        protocol: Of the training.
        dataset: Of the training.
        weights: Folder of all saved models.

    Raises:
        ModelNotFound: If it is not saved.
        CorruptModel: If its `recipe.json` does not say for how long it was trained.
        TrainingError: If it was trained by another protocol or on other faces.
    """
    start = open_model(name, weights)
    run = start.run().whole()
    same_faces = read_evaluation(start).data.sha256 == fingerprint(dataset)
    if run.protocol != protocol or not same_faces:
        raise TrainingError(
            f"{name} is saved as trained by protocol {run.protocol} on "
            f"{'these' if same_faces else 'other'} faces; a warm start by {protocol} on "
            f"{dataset.source} could test it on faces it has learnt."
        )
    return start


def restarted(recipe: Recipe, start: SavedModel) -> Recipe:
    """Returns the recipe with another seed: no order and no augmentation comes a second time."""
    return replace(recipe, seed=recipe.seed + start.run().whole().epochs_run)


def is_better(fitted: Fitted, start: SavedModel, monitor: str) -> bool:
    """Returns whether the epoch kept is better on the validation split than the saved model."""
    before = start.history().set_index("epoch")[monitor][start.run().whole().best_epoch]
    after = round(fitted.history.set_index("epoch")[monitor][fitted.best_epoch], DECIMALS)
    return bool(after < before if monitor == "val_loss" else after > before)


def whole_history(start: SavedModel, fitted: Fitted) -> pd.DataFrame:
    """Returns one row for each epoch, those before the warm start first."""
    before, after = start.history(), fitted.history
    after = after.assign(epoch=after["epoch"] + before["epoch"].max())
    return pd.concat([before, after], ignore_index=True)


def added_up(run: WholeRun, start: SavedModel) -> WholeRun:
    """Returns a run with the epochs and minutes before its warm start counted in."""
    before = start.run().whole()
    counted = {
        "best_epoch": before.epochs_run + run.best_epoch,
        "epochs_run": before.epochs_run + run.epochs_run,
        "minutes": round(before.minutes + run.minutes, 1),
        "warm_start": Leg(**before.model_dump(include=set(Leg.model_fields), exclude_unset=True)),
    }
    return run.model_copy(update=counted)
