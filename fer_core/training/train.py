"""From a name and a dataset to the whole folder `weights/<name>/`."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any
from zlib import crc32

import keras
import numpy as np

from fer_core.common.digest import sha256
from fer_core.common.locks import only_one
from fer_core.dataset import PROTOCOLS, FaceDataset
from fer_core.errors import TrainingError
from fer_core.evaluation.judge import library_versions
from fer_core.models import ModelSpec, find
from fer_core.models.recipe import Recipe
from fer_core.models.transfer import head_model
from fer_core.savedmodels import SavedModel, WholeRun
from fer_core.savedmodels.network import load_network
from fer_core.savedmodels.run import FaceCounts
from fer_core.settings import settings
from fer_core.training.augmentation import augmentation_layers
from fer_core.training.fit import Fitted, Labelled, fit
from fer_core.training.portable import read_fitted, write_fitted
from fer_core.training.progress import Budget
from fer_core.training.targets import soft_targets
from fer_core.training.warm_start import (
    added_up,
    is_better,
    restarted,
    starting_model,
    whole_history,
)


def train(
    name: str,
    dataset: FaceDataset,
    recipe: Recipe,
    *,
    weights: Path | None = None,
    warm_start: bool = False,
    fit_only: bool = False,
    budget: float | None = None,
    say: Callable[[str], None] = print,
) -> Path:
    """Trains a model, continuing where an earlier call was cut off, and saves its folder.

    Trains on the protocol's train split, selects the epoch on its validation split, and touches
    the test split once, at the end. What was fitted elsewhere with `fit_only`, by the same recipe
    on the same faces, is not fitted again: its state only needs to lie where this looks for it.

    Args:
        name: Registry name.
        dataset: FER2013.
        recipe: How to train it.
        weights: Folder of all saved models; the settings' if not given.
        warm_start: Starts from the saved model's weights, and replaces it only by one that is
            better on the validation split.
        fit_only: Leaves a portable state in place of a saved model; needs neither TensorFlow nor
            LiteRT nor test faces, so that it runs on any Keras backend; a frozen trunk needs
            TensorFlow, and teachers LiteRT where their answers are not in the state yet.
        budget: Minutes after which to stop, trunk features included, or None.
        say: Receives sentences about what is being done.

    Returns:
        The model's folder; with `fit_only`, the state's.

    Raises:
        BudgetSpent: When the budget is over; call again to continue.
        ModelNotFound: If there is no saved model to start from.
        DatasetError: If the protocol leaves one of the dataset's splits empty.
        TrainingError: If a warm start would learn from faces that the saved model was not to see,
            or another process is training this model.
    """
    spec, weights = find(name), weights or settings().weights_to_write
    with _alone(name):
        return _train(spec, dataset, recipe, weights, warm_start, fit_only, budget, say)


def _alone(name: str) -> AbstractContextManager[None]:
    """Keeps other processes from training this model, as two would spoil its state."""
    busy = TrainingError(f"Another process is training {name}. Wait until it has ended.")
    return only_one(settings().checkpoints.parent / "locks" / f"{name}.lock", busy)


def _train(
    spec: ModelSpec,
    dataset: FaceDataset,
    recipe: Recipe,
    weights: Path,
    warm_start: bool,
    fit_only: bool,
    budget: float | None,
    say: Callable[[str], None],
) -> Path:
    name = spec.name
    protocol = PROTOCOLS[recipe.protocol or spec.protocol]
    split = protocol.whole_split(dataset, "train", "validation", *([] if fit_only else ["test"]))
    start = starting_model(name, protocol.name, dataset, weights) if warm_start else None
    if start:
        recipe = restarted(recipe, start)
    train_part, validation_part = (
        Labelled(dataset.images[rows][..., None], protocol.labels(dataset, rows))
        for rows in (split.train, split.validation)
    )
    folder = state_folder(f"{name}-{protocol.name}", recipe, train_part, validation_part, start)
    soft = soft_targets(dataset, split.train, train_part.labels, protocol.classes, recipe, folder)
    train_part = replace(train_part, soft=soft)
    network = _new_network(spec, len(protocol.classes), recipe, start)
    fitted = _fitted(spec, network, train_part, validation_part, recipe, folder, say, budget)
    if fit_only:
        say(f"{name}: best epoch {fitted.best_epoch} of {len(fitted.history)}; fitted, not judged.")
        return folder
    if start and not is_better(fitted, start, recipe.monitor):
        say(f"{name}: no epoch was better on the validation faces; the saved model stays.")
        _clear(folder)
        return start.folder
    say(f"{name}: best epoch {fitted.best_epoch} of {len(fitted.history)}; saving and judging.")
    run = WholeRun(
        name=name,
        classes=protocol.classes,
        protocol=protocol.name,
        faces=FaceCounts(train=len(split.train), validation=len(split.validation)),
        **_facts_of(network),
        **_facts_of_run(fitted, recipe),
    )
    history = fitted.history
    if start:
        run, history = added_up(run, start), whole_history(start, fitted)
    from fer_core.training.record import save  # converts and judges, by TensorFlow and LiteRT

    saved = save(spec, network, history, run, dataset, validation_part, weights)
    _clear(folder)
    return saved


def _fitted(
    spec: ModelSpec,
    network: keras.Model,
    train_part: Labelled,
    validation_part: Labelled,
    recipe: Recipe,
    folder: Path,
    say: Callable[[str], None],
    budget: float | None,
) -> Fitted:
    """Fits a network in place, or the head of one on a frozen trunk, unless that is done."""
    learner = head_model(network) if spec.is_frozen else network
    if (earlier := read_fitted(folder, learner)) is not None:
        return earlier
    parts, limit = (train_part, validation_part), Budget(budget)
    if spec.is_frozen:
        parts = _features(network, *parts, recipe, folder, say, limit)
    layers = [] if spec.is_frozen else augmentation_layers(recipe.augmentation, recipe.seed)
    fitted = fit(learner, layers, *parts, recipe, folder, limit)
    write_fitted(folder, learner, fitted)
    return fitted


def _new_network(
    spec: ModelSpec, classes: int, recipe: Recipe, start: SavedModel | None
) -> keras.Model:
    """Returns the network as its training begins, in the recipe's precision."""
    keras.utils.set_random_seed(recipe.seed)
    keras.mixed_precision.set_global_policy(recipe.precision)
    if start is None:
        return spec.build(classes)
    network = spec.build_untrained(classes)
    network.set_weights(load_network(start).get_weights())
    return network


def _clear(folder: Path) -> None:
    """Deletes the state and features of a training that has ended; its newest checkpoints stay."""
    for file in folder.iterdir():
        if file.suffix != ".keras":
            file.unlink()


def _facts_of(network: keras.Model) -> dict[str, Any]:
    trainable = sum(int(np.prod(weight.shape)) for weight in network.trainable_weights)
    return {"parameters": network.count_params(), "trainable": trainable}


def _facts_of_run(fitted: Fitted, recipe: Recipe) -> dict[str, Any]:
    return {
        "seed": recipe.seed,
        "best_epoch": fitted.best_epoch,
        "epochs_run": len(fitted.history),
        "minutes": round(fitted.history["seconds"].sum() / 60, 1),
        "machine": fitted.machine,
        "versions": library_versions() | fitted.versions,
        "recipe": recipe.as_dict(),
    }


def state_folder(
    name: str,
    recipe: Recipe,
    train_part: Labelled,
    validation_part: Labelled,
    start: SavedModel | None = None,
) -> Path:
    """Returns where a training's state is kept: it continues only with its recipe, faces, start."""
    digest = _digest(recipe, train_part, validation_part, start)
    folder = settings().checkpoints / f"{name}-{digest}"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _digest(
    recipe: Recipe, train_part: Labelled, validation_part: Labelled, start: SavedModel | None
) -> str:
    """Returns the same eight characters for equal recipes, faces, starts, on every machine."""
    decisive = {key: value for key, value in recipe.as_dict().items() if key != "note"}
    for use, part in (("train", train_part), ("validation", validation_part)):
        decisive[use] = [crc32(part.inputs.tobytes()), crc32(part.labels.tobytes())]
    if start:
        decisive["start"] = sha256(start.file("model.tflite"))
    return f"{crc32(json.dumps(decisive, sort_keys=True).encode()):08x}"


def _features(
    network: keras.Model,
    train_part: Labelled,
    validation_part: Labelled,
    recipe: Recipe,
    folder: Path,
    say: Callable[[str], None],
    limit: Budget,
) -> tuple[Labelled, Labelled]:
    """Returns what a frozen trunk makes of the faces: all that its head ever sees.

    Raises:
        TrainingError: On another Keras backend than TensorFlow.
    """
    if keras.backend.backend() != "tensorflow":
        raise TrainingError(
            f"{network.name} has a frozen trunk, whose features only TensorFlow computes here: "
            "train it with KERAS_BACKEND=tensorflow. It takes minutes on a CPU."
        )
    from fer_core.training.features import trunk_features

    found = []
    for use, part, views in (
        ("train", train_part, recipe.views),
        ("validation", validation_part, 1),
    ):
        say(
            f"{network.name}: trunk features of {len(part.labels):,} faces, views of each: {views}."
        )
        file, told = folder / f"{use}.npy", _tenths(say, limit)
        features = trunk_features(network, part.inputs, recipe, views, file, told)
        found.append(replace(part, inputs=features))
    return found[0], found[1]


def _tenths(say: Callable[[str], None], limit: Budget) -> Callable[[float], None]:
    """Returns a progress function that speaks at every tenth, and stops when the time is up."""
    said = 0

    def progress(share: float) -> None:
        nonlocal said
        limit.check()
        if int(share * 10) > said:
            said = int(share * 10)
            say(f"  {said * 10} %")

    return progress
