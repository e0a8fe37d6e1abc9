"""Training on from a saved model: weights that have learnt, and a schedule that begins anew.

A cosine that starts again is a warm restart (Loshchilov and Hutter 2017, "SGDR").
"""

from pathlib import Path
from typing import Any

import pandas as pd

from fer_core.errors import TrainingError
from fer_core.savedmodels import SavedModel, open_model
from fer_core.training.fit import Fitted

_OF_A_LEG = ("best_epoch", "epochs_run", "minutes", "machine", "versions", "recipe", "warm_start")


def starting_model(name: str, protocol: str, weights: Path) -> SavedModel:
    """Returns the saved model that a training by a protocol may start from.

    Raises:
        ModelNotFound: If it is not saved.
        TrainingError: If it was trained by another protocol, whose faces are split otherwise.
    """
    start = open_model(name, weights)
    if (learnt := start.recipe()["protocol"]) != protocol:
        raise TrainingError(
            f"{name} is saved as trained by protocol {learnt}; a warm start by {protocol} would "
            "judge it on faces it has seen."
        )
    return start


def is_better(fitted: Fitted, start: SavedModel, monitor: str) -> bool:
    """Returns whether the epoch kept is better on the validation split than the saved model."""
    before = start.history().set_index("epoch")[monitor][start.recipe()["best_epoch"]]
    after = fitted.history.set_index("epoch")[monitor][fitted.best_epoch]
    return bool(after < before if monitor == "val_loss" else after > before)


def whole_history(start: SavedModel, fitted: Fitted) -> pd.DataFrame:
    """Returns one row an epoch, those before the warm start first."""
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
