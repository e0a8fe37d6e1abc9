"""What a person sees while a model trains, and what stops it early."""

import time
from typing import Any, Self

import keras
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn


class ProgressBar(keras.callbacks.Callback):
    """One bar for the whole training with time left, and a line for each epoch."""

    def __init__(self, name: str, first_epoch: int) -> None:
        super().__init__()
        self.name = name
        self.first_epoch = first_epoch
        self.bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.percentage:3.0f} %"),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            console=Console(),
            speed_estimate_period=600,
        )

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Draws the bar."""
        steps = self.params["steps"]
        self.task = self.bar.add_task(self.name, total=steps * self.params["epochs"])
        self.bar.update(self.task, completed=steps * self.first_epoch)
        self.bar.start()

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Notes when it begins and at which rate, which ReduceLROnPlateau changes at its end."""
        self.began = time.monotonic()
        self.rate = float(self.model.optimizer.learning_rate)

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Moves the bar by one step."""
        self.bar.advance(self.task)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Prints the epoch's figures and adds its seconds and its first learning rate to them."""
        logs = logs if logs is not None else {}
        logs["seconds"] = time.monotonic() - self.began
        logs["learning_rate"] = self.rate
        self.bar.console.print(
            f"{self.name} epoch {epoch + 1:3d}/{self.params['epochs']}: "
            f"loss {logs['loss']:.4f}, accuracy {logs['accuracy']:.4f}; validation "
            f"loss {logs['val_loss']:.4f}, accuracy {logs['val_accuracy']:.4f}; "
            f"{logs['seconds']:.0f} s",
            soft_wrap=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        """Takes the bar away, however the training ended: it hides the terminal's cursor."""
        self.bar.stop()


class Budget(keras.callbacks.Callback):
    """Stops after the epoch in which the time is up; the training can be continued later.

    Args:
        minutes: Time from now; None is no limit.
    """

    def __init__(self, minutes: float | None) -> None:
        super().__init__()
        self.end = None if minutes is None else time.monotonic() + 60 * minutes

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Stops before an epoch that would begin too late."""
        self.check()

    def check(self) -> None:
        """Raises BudgetSpent when the time is up."""
        if self.end is not None and time.monotonic() > self.end:
            raise BudgetSpent


class BudgetSpent(Exception):
    """The time given to a training is over; its state is saved."""
