"""A fitted network between two machines: the one that trains, the one that converts and judges."""

from pathlib import Path

import keras
import pandas as pd

from fer_core.errors import TrainingError
from fer_core.training.fit import Fitted
from fer_core.training.shards import read_shards, write_shards

_FILE = "fitted.json"


def write_fitted(folder: Path, network: keras.Model, fitted: Fitted) -> None:
    """Writes a network's weights and how they came about; any Keras backend reads them."""
    facts = {
        "history": fitted.history.to_dict("records"),
        "best_epoch": fitted.best_epoch,
        "machine": fitted.machine,
        "versions": fitted.versions,
    }
    arrays = {f"{number:04d}": value for number, value in enumerate(network.get_weights())}
    write_shards(folder / _FILE, facts, arrays)


def read_fitted(folder: Path, network: keras.Model) -> Fitted | None:
    """Gives a network the weights written for it, and returns how they came about; None if none.

    Raises:
        TrainingError: If the files are damaged or hold another network.
    """
    found = read_shards(folder / _FILE)
    if found is None:
        return None
    facts, arrays = found
    try:
        network.set_weights([arrays[name] for name in sorted(arrays)])
    except ValueError as error:
        raise TrainingError(
            f"{folder / _FILE} holds another network than {network.name}: delete it."
        ) from error
    return Fitted(pd.DataFrame(facts.pop("history")), **facts)
