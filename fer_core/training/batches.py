"""Batches of a training split, in an order that depends on seed and epoch alone."""

import math

import keras
import numpy as np


class Batches(keras.utils.PyDataset):
    """Shuffled batches; after a resume the order continues as if nothing had happened.

    Args:
        inputs: Array of shape (n, ...): uint8 faces or features of a trunk.
        labels: Class indices, shape (m,); where n is a multiple of m, the inputs are views of the
            same m faces one after another, and an epoch sees all of them.
        classes: Number of classes.
        batch_size: Faces per batch; the last, smaller one of an epoch is kept.
        seed: Of the order.
        epoch: Number of the first epoch that will be drawn.
    """

    def __init__(
        self,
        inputs: np.ndarray,
        labels: np.ndarray,
        classes: int,
        batch_size: int,
        *,
        seed: int,
        epoch: int = 0,
    ) -> None:
        super().__init__()
        self.inputs = inputs
        self.targets = np.eye(classes, dtype=np.float32)[labels]
        self.batch_size = batch_size
        self.seed = seed
        self.epoch = epoch
        self._shuffle()

    def _shuffle(self) -> None:
        random = np.random.default_rng((self.seed, self.epoch))
        self.order = random.permutation(len(self.inputs))

    def __len__(self) -> int:
        return math.ceil(len(self.inputs) / self.batch_size)

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        chosen = self.order[index * self.batch_size : (index + 1) * self.batch_size]
        faces = chosen % len(self.targets)
        return self.inputs[chosen].astype(np.float32), self.targets[faces]

    def on_epoch_end(self) -> None:
        """Draws the next epoch's order."""
        self.epoch += 1
        self._shuffle()
