"""Reading the folders `weights/<name>/`, each file verified before it is used."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from fer_core.common.files import put_folder
from fer_core.common.locks import only_one
from fer_core.errors import CorruptModel, FileError, ModelNotFound, unknown
from fer_core.savedmodels.ensemble import (
    ENSEMBLE,
    NETWORK,
    answering,
    is_ensemble,
    networks_of,
)
from fer_core.savedmodels.manifest import read_manifest, update_manifest, verify
from fer_core.savedmodels.predictions import Predictions, read_predictions
from fer_core.savedmodels.run import RunRecord, read_object, read_run
from fer_core.savedmodels.temperature import apply_temperature
from fer_core.savedmodels.threshold import default_threshold
from fer_core.settings import settings

if TYPE_CHECKING:
    import pandas as pd

EVALUATION_SCHEMA = 1

HISTORY = ("epoch", "loss", "accuracy", "val_loss", "val_accuracy", "learning_rate")
"""Columns that every `history.csv` has."""


@dataclass(frozen=True)
class SavedModel:
    """One trained model on disk. Files are read, and their sha256 checked, when asked for.

    Attributes:
        name: Folder and registry name.
        weights: The folder that holds all saved models and `manifest.json`.
    """

    name: str
    weights: Path

    @property
    def folder(self) -> Path:
        """The model's own folder."""
        return self.weights / self.name

    def file(self, file: str) -> Path:
        """Returns the verified path of one of its files; raises CorruptModel if it is not right."""
        return verify(self.weights, self.name, file)

    @property
    def is_ensemble(self) -> bool:
        """Whether it is a mean of other saved models rather than a network of its own."""
        return is_ensemble(self.folder)

    def networks(self) -> dict[Path, float]:
        """Returns the verified LiteRT files that answer, each with its weight in their mean.

        Raises:
            CorruptModel: If one, or the list of an ensemble's members, is missing or changed.
        """
        self.file(answering(self.folder).name)
        return networks_of(self.folder)

    def run(self) -> RunRecord:
        """Everything needed to train it again, and the library versions that did.

        Raises:
            CorruptModel: If the file is not the one saved, or names no classes.
        """
        return read_run(self.file("recipe.json"))

    def evaluation(self) -> dict[str, Any]:
        """The recorded judgement; raises CorruptModel for a schema this version cannot read."""
        record = read_object(self.file("evaluation.json"))
        if record.get("schema") != EVALUATION_SCHEMA:
            raise CorruptModel(
                f"{self.name}/evaluation.json has schema {record.get('schema')!r}, not "
                f"{EVALUATION_SCHEMA}: run `python -m fer_core evaluate {self.name} --write`."
            )
        return record

    def predictions(self) -> Predictions:
        """Uncalibrated probabilities on the validation and test faces."""
        return read_predictions(self.file("predictions.npz"))

    def history(self) -> "pd.DataFrame":
        """Columns epoch, loss, accuracy, val_loss, val_accuracy, learning_rate, seconds.

        Raises:
            CorruptModel: If it cannot be read, or misses an epoch's figure.
        """
        import pandas as pd

        path = self.file("history.csv")
        try:
            history = pd.read_csv(path)
        except ValueError as error:
            raise CorruptModel(f"{self.name}/history.csv cannot be read: {error}") from error
        missing = [column for column in HISTORY if column not in history]
        if missing:
            raise CorruptModel(f"{self.name}/history.csv lacks {', '.join(missing)}.")
        figures = history[list(HISTORY)].apply(pd.to_numeric, errors="coerce")
        if figures.empty or not np.isfinite(figures.to_numpy(float)).all():
            raise CorruptModel(f"{self.name}/history.csv lacks figures of some epoch.")
        return history

    @property
    def classes(self) -> tuple[str, ...]:
        """Emotion names in the order of its outputs."""
        return self.run().classes

    @property
    def temperature(self) -> float:
        """Temperature fitted on validation; probabilities shown are softmax(log p / T)."""
        try:
            return float(self.evaluation()["calibration"]["temperature"])
        except (KeyError, TypeError, ValueError) as error:
            raise CorruptModel(
                f"{self.name}/evaluation.json holds no temperature: run "
                f"`python -m fer_core evaluate {self.name} --write`."
            ) from error

    @cached_property
    def threshold(self) -> float:
        """Confidence below which its answer is "not sure": recorded, or else of its predictions."""
        recorded = self.evaluation().get("default_threshold")
        if isinstance(recorded, int | float):
            return float(recorded)
        faces = self.predictions().validation
        if not len(faces):
            return 0.0
        probabilities = apply_temperature(faces.probabilities, self.temperature)
        return default_threshold(probabilities.max(axis=1), faces.predicted == faces.labels)


def saved_names(weights: Path | None = None) -> list[str]:
    """Returns the names of the saved models, sorted: folders with a network or an ensemble."""
    weights = weights or settings().weights
    files = (path for file in (NETWORK, ENSEMBLE) for path in weights.glob(f"[!.]*/{file}"))
    return sorted({path.parent.name for path in files})


def open_model(name: str, weights: Path | None = None) -> SavedModel:
    """Returns a saved model by name.

    Raises:
        ModelNotFound: If there is none; the message suggests the nearest name, or says where a
            model is that the manifest lists but no folder holds.
    """
    weights = weights or settings().weights
    names = saved_names(weights)
    if name in names:
        return SavedModel(name, weights)
    if any(file.startswith(f"{name}/") for file in read_manifest(weights)):
        raise ModelNotFound(
            f"The saved model {name!r} is not among the files in {weights}: an installed package "
            f"holds only networks under 5 MB. It is in `weights/{name}` of a checkout of the "
            "project: set FER_WEIGHTS to that folder `weights`. Here are: "
            f"{', '.join(names) or 'none'}."
        )
    raise ModelNotFound(unknown(name, names, "saved model"))


@contextmanager
def alone_with(name: str, weights: Path) -> Iterator[None]:
    """Keeps other processes from training or recording a model for the length of a `with` block.

    Raises:
        FileError: If another does so already.
    """
    refusal = FileError(
        f"Another process is training or recording {name} in {weights}. Wait until it has ended."
    )
    with only_one(weights / f".{name}.lock", refusal):
        yield


@contextmanager
def new_folder(name: str, weights: Path) -> Iterator[Path]:
    """Lends an empty folder that takes the place of a saved model's, and is recorded, at the end.

    What is saved stays whole until the block ends, and for good if it ends by an error.

    Raises:
        FileError: If another process is training or recording the model.
    """
    with alone_with(name, weights):
        beside = weights / f".{name}"
        shutil.rmtree(beside, ignore_errors=True)
        folder = beside / name
        folder.mkdir(parents=True)
        yield folder
        put_folder(folder, weights / name)
        beside.rmdir()
        update_manifest(weights, name)
