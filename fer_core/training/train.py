"""From a name and a dataset to the whole folder `weights/<name>/`."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zlib import crc32

import keras
import numpy as np
import pandas as pd

from fer_core.common.digest import sha256
from fer_core.dataset import PROTOCOLS, FaceDataset
from fer_core.dataset.fingerprint import fingerprint
from fer_core.evaluation.cost import machine
from fer_core.evaluation.evaluate import evaluate_and_write
from fer_core.evaluation.judge import library_versions
from fer_core.models import ModelSpec, find
from fer_core.models.transfer import head_model
from fer_core.savedmodels import SavedModel, update_manifest
from fer_core.savedmodels.convert import Quantisation, convert_litert, halve, save_keras
from fer_core.savedmodels.network import load_network
from fer_core.settings import settings
from fer_core.training.augmentation import augmentation_layers
from fer_core.training.card import model_card
from fer_core.training.features import trunk_features
from fer_core.training.fit import DECIMALS, Fitted, Labelled, fit
from fer_core.training.progress import Budget
from fer_core.training.recipe import Recipe
from fer_core.training.warm_start import (
    added_up,
    is_better,
    restarted,
    starting_model,
    whole_history,
)

LARGE = 10_000_000
"""Parameters from which a trunk's LiteRT weights are stored as int8 rather than float16."""


def train(
    name: str,
    dataset: FaceDataset,
    recipe: Recipe,
    *,
    weights: Path | None = None,
    warm_start: bool = False,
    budget: float | None = None,
    say: Callable[[str], None] = print,
) -> Path:
    """Trains a model, continuing where an earlier call was cut off, and saves its folder.

    Trains on the protocol's train split, selects the epoch on its validation split, and touches
    the test split once, at the end.

    Args:
        name: Registry name.
        dataset: FER2013.
        recipe: How to train it.
        weights: Folder of all saved models; the settings' if not given.
        warm_start: Starts from the saved model's weights, and replaces it only by one that is
            better on the validation split.
        budget: Minutes after which to stop, trunk features included, or None.
        say: Receives sentences about what is being done.

    Returns:
        The model's folder.

    Raises:
        BudgetSpent: When the budget is over; call again to continue.
        ModelNotFound: If there is no saved model to start from.
        DatasetError: If the protocol leaves one of the dataset's splits empty.
        TrainingError: If a warm start would learn from faces that the saved model was not to see.
    """
    spec, weights = find(name), weights or settings().weights_to_write
    protocol = PROTOCOLS[recipe.protocol or spec.protocol]
    split = protocol.whole_split(dataset)
    start = starting_model(name, protocol.name, dataset, weights) if warm_start else None
    if start:
        recipe = restarted(recipe, start)
    train_part, validation_part = (
        Labelled(dataset.images[rows][..., None], protocol.labels(dataset, rows))
        for rows in (split.train, split.validation)
    )
    folder = state_folder(f"{name}-{protocol.name}", recipe, dataset, start)
    limit = Budget(budget)
    keras.utils.set_random_seed(recipe.seed)
    keras.mixed_precision.set_global_policy(recipe.precision)
    network = spec.build(len(protocol.classes), **(_untrained(spec) if start else {}))
    if start:
        network.set_weights(load_network(start).get_weights())
    learner, layers = network, augmentation_layers(recipe.augmentation, recipe.seed)
    if spec.is_frozen:
        file = folder / "train.npy"
        train_part = _features(network, train_part, recipe, recipe.views, file, say, limit)
        file = folder / "validation.npy"
        validation_part = _features(network, validation_part, recipe, 1, file, say, limit)
        learner, layers = head_model(network), []
    fitted = fit(learner, layers, train_part, validation_part, recipe, folder, limit)
    if start and not is_better(fitted, start, recipe.monitor):
        say(f"{name}: no epoch was better on the validation faces; the saved model stays.")
        _clear(folder)
        return start.folder
    say(f"{name}: best epoch {fitted.best_epoch} of {len(fitted.history)}; saving and judging.")
    facts = {
        "name": name,
        "classes": protocol.classes,
        "protocol": protocol.name,
        "faces": {"train": len(split.train), "validation": len(split.validation)},
        **_facts_of(network),
        **_facts_of_run(fitted, recipe),
    }
    history = fitted.history
    if start:
        facts, history = added_up(facts, start), whole_history(start, fitted)
    saved = save(spec, network, history, facts, dataset, weights)
    _clear(folder)
    return saved


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
        "machine": f"{machine()}, {os.cpu_count()} cores",
        "versions": library_versions(),
        "recipe": recipe.as_dict(),
    }


def save(
    spec: ModelSpec,
    network: keras.Model,
    history: pd.DataFrame,
    facts: dict[str, Any],
    dataset: FaceDataset,
    weights: Path,
) -> Path:
    """Writes the whole folder of a trained network, judges it, and records its files.

    Args:
        spec: The architecture.
        network: Trained, in whatever precision.
        history: One row for each epoch.
        facts: What `recipe.json` holds.
        dataset: FER2013, to judge it on.
        weights: Folder of all saved models.
    """
    plain = rebuild(spec, network)
    staging = weights / f".{spec.name}"  # what is saved stays whole until the new folder is
    folder = staging / spec.name
    shutil.rmtree(staging, ignore_errors=True)
    folder.mkdir(parents=True)
    if spec.is_frozen:
        head_model(plain).save_weights(folder / "head.weights.h5")
        halve(folder / "head.weights.h5")
    else:
        save_keras(plain, folder / "model.keras")
    quantisation: Quantisation = "int8" if plain.count_params() > LARGE else "float16"
    (folder / "model.tflite").write_bytes(convert_litert(plain, quantisation))
    _rounded(history).to_csv(folder / "history.csv", index=False)
    (folder / "recipe.json").write_text(json.dumps(facts, indent=1) + "\n")
    record = evaluate_and_write(spec.name, dataset, staging)
    card = model_card(spec, facts, record)
    (folder / "card.md").write_text(card)
    saved = weights / spec.name
    shutil.rmtree(saved, ignore_errors=True)
    folder.rename(saved)
    staging.rmdir()
    update_manifest(weights, spec.name)
    return saved


def _rounded(history: pd.DataFrame) -> pd.DataFrame:
    """Few decimals, except the rate, which may be smaller than that: four digits."""
    rates = history["learning_rate"].map(lambda rate: float(f"{rate:.4g}"))
    return history.round(DECIMALS).assign(learning_rate=rates)


def rebuild(spec: ModelSpec, network: keras.Model) -> keras.Model:
    """Returns the same network in float32, with the same weights (mixed ones do not convert)."""
    keras.mixed_precision.set_global_policy("float32")
    plain = spec.build(network.output_shape[-1], **_untrained(spec))
    plain.set_weights(network.get_weights())
    return plain


def _untrained(spec: ModelSpec) -> dict[str, bool]:
    return {"pretrained": False} if spec.trunk else {}


def state_folder(
    name: str, recipe: Recipe, dataset: FaceDataset, start: SavedModel | None = None
) -> Path:
    """Returns where a training's state is kept: it continues only with its recipe, faces, start."""
    folder = settings().checkpoints / f"{name}-{_digest(recipe, dataset, start)}"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _digest(recipe: Recipe, dataset: FaceDataset, start: SavedModel | None) -> str:
    """Returns the same eight characters for equal recipes, faces, starts, on every machine."""
    decisive = {key: value for key, value in recipe.as_dict().items() if key != "note"}
    decisive["faces"] = fingerprint(dataset)
    if start:
        decisive["start"] = sha256(start.file("model.tflite"))
    return f"{crc32(json.dumps(decisive, sort_keys=True).encode()):08x}"


def _features(
    network: keras.Model,
    part: Labelled,
    recipe: Recipe,
    views: int,
    file: Path,
    say: Callable[[str], None],
    limit: Budget,
) -> Labelled:
    """Returns what a frozen trunk makes of the faces: all that its head ever sees."""
    say(f"{network.name}: trunk features of {len(part.labels):,} faces, views of each: {views}.")
    features = trunk_features(network, part.inputs, recipe, views, file, _tenths(say, limit))
    return Labelled(features, part.labels)


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
