"""One network, one recipe, two splits: from initial weights to the best epoch's."""

import os
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
import pandas as pd

from fer_core.common.memory import keep_blocks
from fer_core.evaluation.cost import machine
from fer_core.evaluation.judge import library_versions
from fer_core.models.recipe import Recipe
from fer_core.training.batches import Batches
from fer_core.training.progress import Budget, ProgressBar
from fer_core.training.resume import ResumableState

DECIMALS = 6
"""Of the figures that a saved history keeps."""


@dataclass(frozen=True)
class Fitted:
    """What comes of a training.

    Attributes:
        history: One row per epoch: epoch, loss, accuracy, val_loss, val_accuracy, learning_rate,
            seconds.
        best_epoch: Number of the best epoch, from 1.
        machine: Processor, or accelerator, that it ran on.
        versions: Of the libraries that ran it.
    """

    history: pd.DataFrame
    best_epoch: int
    machine: str
    versions: dict[str, str]


@dataclass(frozen=True)
class Labelled:
    """Inputs of shape (n, ...) and class indices of shape (m,), n a multiple of m (views).

    Attributes:
        inputs: uint8 faces or features of a trunk.
        labels: Class indices.
        soft: What is learned in place of the labels, float32 of shape (m, classes), or None.
    """

    inputs: np.ndarray
    labels: np.ndarray
    soft: np.ndarray | None = None

    def targets(self, classes: int) -> np.ndarray:
        """Returns float32 targets of shape (m, classes), rows sum to 1."""
        return np.eye(classes, dtype=np.float32)[self.labels] if self.soft is None else self.soft


def fit(
    network: keras.Model,
    augmentation: list[keras.layers.Layer],
    train: Labelled,
    validation: Labelled,
    recipe: Recipe,
    folder: Path,
    budget: Budget | None = None,
) -> Fitted:
    """Trains `network` in place and leaves it with its best epoch's weights.

    Continues from where an earlier call was cut off, if `folder` holds its state.

    Args:
        network: From inputs to probabilities (n, classes).
        augmentation: Layers that change the inputs during training only.
        train: What is learned from.
        validation: What selects the best epoch.
        recipe: Epochs, optimiser and the rest.
        folder: Where the state of this training is kept.
        budget: Stops before the epoch that would begin too late, or None.

    Raises:
        BudgetSpent: When the budget is over; call again to continue.
    """
    keep_blocks()
    early = _early_stopping(recipe)
    counted = {"early_stopping": early} | _plateau(recipe)
    state = ResumableState(folder, counted)
    classes, first = network.output_shape[-1], state.initial_epoch
    batches = Batches(
        train.inputs,
        train.targets(classes),
        recipe.batch_size,
        seed=recipe.seed,
        epoch=first,
        mixup=recipe.mixup,
        mixed_epochs=round(recipe.epochs * recipe.mixup_share),
    )
    trainer = _compiled(network, augmentation, train, recipe, len(batches))
    averages = [keras.callbacks.SwapEMAWeights(swap_on_epoch=True)] if recipe.ema else []
    with ProgressBar(folder.name, first) as progress:
        trainer.fit(
            batches,
            validation_data=(
                validation.inputs.astype(np.float32),
                validation.targets(classes),
            ),
            validation_batch_size=256,
            shuffle=False,  # Batches does, by seed and epoch; Keras would by process
            epochs=recipe.epochs,
            initial_epoch=first,
            callbacks=[*averages, *counted.values(), progress, state, budget or Budget(None)],
            verbose=0,
        )
    trainer.set_weights(early.best_weights)
    history = pd.DataFrame(state.history)
    return Fitted(history, early.best_epoch + 1, _machine(), library_versions())


def _machine() -> str:
    """Returns what Keras's backend computes on."""
    if keras.backend.backend() == "jax":
        import jax

        if (device := jax.devices()[0]).platform != "cpu":
            return str(device.device_kind)
    return f"{machine()}, {os.cpu_count()} cores"


def _compiled(
    network: keras.Model,
    augmentation: list[keras.layers.Layer],
    train: Labelled,
    recipe: Recipe,
    steps: int,
) -> keras.Model:
    """Returns the network behind its augmentation, ready to be fitted for `steps` an epoch."""
    trainer = keras.Sequential([*augmentation, network])
    trainer.compile(
        optimizer=_optimizer(recipe, steps),
        loss=keras.losses.CategoricalCrossentropy(label_smoothing=recipe.label_smoothing),
        metrics=["accuracy"],
        # TensorFlow's XLA is slower to start on a CPU and no faster; JAX is nothing without it.
        jit_compile=keras.backend.backend() == "jax",
    )
    trainer.build((None, *train.inputs.shape[1:]))
    trainer.optimizer.build(trainer.trainable_variables)  # or TensorFlow traces the step twice
    return trainer


def _early_stopping(recipe: Recipe) -> keras.callbacks.EarlyStopping:
    return keras.callbacks.EarlyStopping(
        recipe.monitor,
        min_delta=recipe.min_delta,
        patience=recipe.patience or recipe.epochs,
        restore_best_weights=True,
    )


def _optimizer(recipe: Recipe, steps: int) -> keras.optimizers.Optimizer:
    rate: float | keras.optimizers.schedules.LearningRateSchedule = recipe.learning_rate
    if recipe.schedule == "cosine":
        warmup = recipe.warmup_epochs * steps
        rate = keras.optimizers.schedules.CosineDecay(
            initial_learning_rate=recipe.learning_rate / 100,
            decay_steps=recipe.epochs * steps - warmup,
            warmup_target=recipe.learning_rate,
            warmup_steps=warmup,
        )
    average = {"use_ema": True, "ema_momentum": recipe.ema} if recipe.ema else {}
    if recipe.optimizer == "sgd":
        optimizer = keras.optimizers.SGD(
            rate, momentum=0.9, nesterov=True, weight_decay=recipe.weight_decay, **average
        )
    elif recipe.weight_decay:
        optimizer = keras.optimizers.AdamW(rate, weight_decay=recipe.weight_decay, **average)
    else:
        optimizer = keras.optimizers.Adam(rate, **average)
    if recipe.weight_decay:
        optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    return optimizer


def _plateau(recipe: Recipe) -> dict[str, keras.callbacks.Callback]:
    if recipe.schedule != "plateau":
        return {}
    reduce = keras.callbacks.ReduceLROnPlateau(
        recipe.monitor,
        factor=recipe.plateau_factor,
        patience=recipe.plateau_patience,
        min_delta=recipe.min_delta,
        min_lr=recipe.min_learning_rate,
    )
    return {"reduce_on_plateau": reduce}
