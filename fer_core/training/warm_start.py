"""Training on from a saved model: weights that have learnt, and a schedule that starts again.

A cosine that starts again is a warm restart (Loshchilov and Hutter 2017, "SGDR").
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from fer_core.dataset import FaceDataset
from fer_core.dataset.fingerprint import fingerprint
from fer_core.errors import TrainingError
from fer_core.evaluation.record import read_evaluation
from fer_core.models.recipe import Recipe
from fer_core.savedmodels import SavedModel, open_model
from fer_core.training.fit import DECIMALS, Fitted

_COUNTED = ("best_epoch", "epochs_run", "minutes")
_OF_A_LEG = (*_COUNTED, "machine", "versions", "recipe", "warm_start")


def starting_model(name: str, protocol: str, dataset: FaceDataset, weights: Path) -> SavedModel:
    """Returns the saved model that a training may start from.

    Args:
        name: Registry name.
        protocol: Of the training.
        dataset: Of the training.
        weights: Folder of all saved models.

    Raises:
        ModelNotFound: If it is not saved.
        TrainingError: If it was trained by another protocol or on other faces, or if its recipe
            does not say for how long.
    """
    start = open_model(name, weights)
    recipe = start.recipe()
    if missing := [key for key in _COUNTED if key not in recipe]:
        raise TrainingError(f"{name}/recipe.json lacks {', '.join(missing)}: train it from new.")
    same_faces = read_evaluation(start).data.sha256 == fingerprint(dataset)
    if recipe["protocol"] != protocol or not same_faces:
        raise TrainingError(
            f"{name} is saved as trained by protocol {recipe['protocol']} on "
            f"{'these' if same_faces else 'other'} faces; a warm start by {protocol} on "
            f"{dataset.source} could test it on faces it has learnt."
        )
    return start


def restarted(recipe: Recipe, start: SavedModel) -> Recipe:
    """Returns the recipe with another seed: no order and no augmentation comes a second time."""
    return replace(recipe, seed=recipe.seed + start.recipe()["epochs_run"])


def is_better(fitted: Fitted, start: SavedModel, monitor: str) -> bool:
    """Returns whether the epoch kept is better on the validation split than the saved model."""
    before = start.history().set_index("epoch")[monitor][start.recipe()["best_epoch"]]
    after = round(fitted.history.set_index("epoch")[monitor][fitted.best_epoch], DECIMALS)
    return bool(after < before if monitor == "val_loss" else after > before)


def whole_history(start: SavedModel, fitted: Fitted) -> pd.DataFrame:
    """Returns one row for each epoch, those before the warm start first."""
    before, after = start.history(), fitted.history
    after = after.assign(epoch=after["epoch"] + before["epoch"].max())
    return pd.concat([before, after], ignore_index=True)


def added_up(facts: dict[str, Any], start: SavedModel) -> dict[str, Any]:
    """Returns the facts of a run with the epochs and minutes before its warm start counted in."""
    before = start.recipe()
    return {
        **facts,
        "best_epoch": before["epochs_run"] + facts["best_epoch"],
        "epochs_run": before["epochs_run"] + facts["epochs_run"],
        "minutes": round(before["minutes"] + facts["minutes"], 1),
        "warm_start": {key: before[key] for key in _OF_A_LEG if key in before},
    }
