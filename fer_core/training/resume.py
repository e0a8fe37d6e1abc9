"""State of a training under way, so that it can be killed at any moment and continued."""

from pathlib import Path
from typing import Any

import keras
import numpy as np

from fer_core.common.files import replacing
from fer_core.training.shards import read_shards, write_shards

KEPT_CHECKPOINTS = 3
_COUNTERS = ("wait", "best", "best_epoch", "stopped_epoch", "cooldown_counter")


class ResumableState(keras.callbacks.Callback):
    """Saves weights, optimiser, random states, callback counters and best weights each epoch.

    Keras's BackupAndRestore leaves out the counters and best weights of EarlyStopping and
    ReduceLROnPlateau, so a training resumed with it is another training. This callback comes last
    in the list: an epoch is saved when the next one begins, after every other callback has
    finished with it, and restored at the start of training, after every other has reset itself.

    Args:
        folder: Where `state.json` and the checkpoints of this training are.
        callbacks: Those whose counters are kept, by name.
    """

    def __init__(self, folder: Path, callbacks: dict[str, keras.callbacks.Callback]) -> None:
        super().__init__()
        self.path = folder / "state.json"
        self.callbacks = callbacks
        self.history: list[dict[str, float]] = []
        self.lowest_loss = float("inf")
        self._stored = read_shards(self.path)

    @property
    def initial_epoch(self) -> int:
        """Number of epochs already done."""
        return len(self._stored[0]["history"]) if self._stored else 0

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Restores what was saved, if anything."""
        if self._stored is None:
            return
        facts, arrays = self._stored
        self.history = facts["history"]
        self.lowest_loss = min(row["val_loss"] for row in self.history)
        self.model.set_weights(_group(arrays, "weights"))
        optimizer = self.model.optimizer
        optimizer.build(self.model.trainable_variables)
        for group, variables in (
            ("optimizer", optimizer.variables),
            ("random", _random_states(self.model)),
        ):
            for variable, value in zip(variables, _group(arrays, group), strict=True):
                variable.assign(value)
        for name, callback in self.callbacks.items():
            for counter, value in facts["counters"].get(name, {}).items():
                setattr(callback, counter, value)
            if best := _group(arrays, f"best.{name}"):
                callback.best_weights = best
        self._stored = None

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Saves the epoch that has just ended."""
        if self.history and epoch == len(self.history):
            self._save()

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Notes the epoch's figures, and keeps a checkpoint when validation loss has fallen."""
        row = {key: float(value) for key, value in (logs or {}).items()}
        self.history.append({"epoch": epoch + 1, **row})
        if row["val_loss"] < self.lowest_loss:
            self.lowest_loss = row["val_loss"]
            name = f"{self.path.parent.name}.{epoch + 1:03d}-{row['val_accuracy']:.2f}"
            with replacing(self.path.parent / f"{name}.keras") as part:
                self.model.layers[-1].save(part)
            kept = sorted(self.path.parent.glob("*.keras"), key=lambda p: p.stat().st_mtime_ns)
            for path in kept[:-KEPT_CHECKPOINTS]:
                path.unlink()

    def _save(self) -> None:
        arrays: dict[str, Any] = _numbered("weights", self.model.get_weights())
        arrays |= _numbered("optimizer", [np.array(v) for v in self.model.optimizer.variables])
        arrays |= _numbered("random", [np.array(v) for v in _random_states(self.model)])
        counters = {}
        for name, callback in self.callbacks.items():
            counters[name] = {
                key: _plain(getattr(callback, key)) for key in _COUNTERS if hasattr(callback, key)
            }
            arrays |= _numbered(f"best.{name}", getattr(callback, "best_weights", None) or [])
        facts = {"history": self.history, "counters": counters}
        write_shards(self.path, facts, arrays)


def _random_states(model: keras.Model) -> list[keras.Variable]:
    """States of the dropout's and the augmentation's random numbers; no weights, so kept apart."""
    return [variable for variable in model.variables if variable.name == "seed_generator_state"]


def _numbered(group: str, values: list[np.ndarray]) -> dict[str, np.ndarray]:
    return {f"{group}/{number}": value for number, value in enumerate(values)}


def _group(arrays: dict[str, np.ndarray], group: str) -> list[np.ndarray]:
    found: list[np.ndarray] = []
    while (key := f"{group}/{len(found)}") in arrays:
        found.append(arrays[key])
    return found


def _plain(value: Any) -> float | int | None:
    return value if value is None or isinstance(value, int) else float(value)
