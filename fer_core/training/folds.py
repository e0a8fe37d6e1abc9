"""Cross-validation over Training: an answer on each of its faces by a network that never saw it."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np

from fer_core.audit.duplicates import Duplicates, remembered_duplicates
from fer_core.audit.held_out import HeldOut
from fer_core.common.files import write_arrays
from fer_core.dataset import PROTOCOLS, FaceDataset
from fer_core.evaluation.calibration import fit_temperature
from fer_core.models import find
from fer_core.models.recipe import Recipe
from fer_core.savedmodels import PredictedSplit
from fer_core.training.augmentation import augmentation_layers
from fer_core.training.fit import Labelled, fit
from fer_core.training.progress import Budget
from fer_core.training.recipes import OURS
from fer_core.training.train import state_folder

NAME = "custom_cnn"
FOLDS = 5
RECIPE = replace(
    OURS[NAME],
    epochs=15,
    batch_size=128,
    learning_rate=2e-3,
    schedule="cosine",
    warmup_epochs=1,
    patience=None,
    ema=0.998,
    note="A short schedule: five networks are trained, and none of them is kept.",
)


def answer_training(
    dataset: FaceDataset,
    recipe: Recipe = RECIPE,
    *,
    budget: float | None = None,
    say: Callable[[str], None] = print,
) -> HeldOut:
    """Trains `custom_cnn` once a fold, on the others, and has it answer on the one left out.

    PublicTest selects each network's epoch. Copies of a photograph lie in one fold, so that no
    network answers on a picture that it learnt. Continues where an earlier call was cut off.

    Args:
        dataset: FER2013.
        recipe: How each network is trained.
        budget: Minutes after which to stop, or None.
        say: Receives sentences about what is being done.

    Raises:
        BudgetSpent: When the budget is over; call again to continue.
    """
    protocol = PROTOCOLS["fer2013"]
    split, limit = protocol.split(dataset), Budget(budget)
    rows, labels = split.train, protocol.labels(dataset, split.train)
    fold = assign_folds(labels, remembered_duplicates(dataset.images), rows)
    validation = _faces(dataset, split.validation)
    probabilities = np.zeros((len(rows), len(protocol.classes)), np.float32)
    folders = []
    for number in range(FOLDS):
        say(f"Fold {number + 1} of {FOLDS}: {(fold == number).sum():,} faces are left out.")
        learnt, left_out = (
            _faces(dataset, rows[part]) for part in (fold != number, fold == number)
        )
        folder = state_folder(f"{NAME}-fold-{number + 1}", recipe, learnt, validation)
        probabilities[fold == number] = _answers(
            learnt, validation, left_out.inputs, recipe, folder, limit
        )
        folders.append(folder)
    faces = PredictedSplit(probabilities.astype(np.float64), labels, rows)
    temperature = fit_temperature(faces.probabilities, faces.labels)
    for folder in folders:
        shutil.rmtree(folder)
    return HeldOut(protocol.classes, faces, FOLDS, temperature)


def assign_folds(labels: np.ndarray, duplicates: Duplicates, rows: np.ndarray) -> np.ndarray:
    """Returns the fold of each face, 0 to 4, int64 of shape (n,): classes alike, copies together.

    Args:
        labels: Class indices, shape (n,).
        duplicates: Found among all faces of the dataset.
        rows: Row numbers of the n faces in the dataset.
    """
    from sklearn.model_selection import StratifiedGroupKFold

    group = duplicates.groups()
    group = np.where(group < 0, np.arange(duplicates.n) + duplicates.n, group)[rows]
    fold = np.zeros(len(rows), np.int64)
    folds = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=0)
    for number, (_, left_out) in enumerate(folds.split(rows, labels, group)):
        fold[left_out] = number
    return fold


def _faces(dataset: FaceDataset, rows: np.ndarray) -> Labelled:
    return Labelled(dataset.images[rows][..., None], dataset.labels[rows])


def _answers(
    learnt: Labelled,
    validation: Labelled,
    left_out: np.ndarray,
    recipe: Recipe,
    folder: Path,
    limit: Budget,
) -> np.ndarray:
    """Returns one network's probabilities on the faces left out, as kept or newly trained."""
    kept = folder / "answers.npz"
    if not kept.exists():
        keras.utils.set_random_seed(recipe.seed)
        keras.mixed_precision.set_global_policy(recipe.precision)
        network = find(NAME).build(len(PROTOCOLS["fer2013"].classes))
        layers = augmentation_layers(recipe.augmentation, recipe.seed)
        fit(network, layers, learnt, validation, recipe, folder, limit)
        write_arrays(kept, answers=network.predict(left_out, batch_size=256, verbose=0))
    with np.load(kept) as file:
        result: np.ndarray = file["answers"]
        return result
