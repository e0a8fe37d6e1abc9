"""Batches of a training split, in an order that depends on seed and epoch alone."""

import math
from typing import Any

import keras
import numpy as np


class Batches(keras.utils.PyDataset):
    """Shuffled batches; after a resume the order continues as if nothing had happened.

    On Keras's JAX backend the inputs lie on the device from the start and batches are taken there;
    the last, smaller one of an epoch is left out, as each shape is compiled by itself.

    Args:
        inputs: Array of shape (n, ...): uint8 faces or features of a trunk.
        targets: float32 array of shape (m, classes), rows sum to 1; where n is a multiple of m, the
            inputs are views of the same m faces one after another, and an epoch sees all of them.
        batch_size: Faces per batch.
        seed: Of the order, and of what is mixed.
        epoch: Number of the first epoch that will be drawn.
        mixup: Parameter of the Beta distribution by which two faces of a batch and their targets
            are mixed (Zhang et al. 2018); 0 mixes none.
        mixed_epochs: Number of the first epoch that mixes no more.
    """

    def __init__(
        self,
        inputs: np.ndarray,
        targets: np.ndarray,
        batch_size: int,
        *,
        seed: int,
        epoch: int = 0,
        mixup: float = 0.0,
        mixed_epochs: int = 0,
    ) -> None:
        super().__init__()
        on_device = keras.backend.backend() == "jax" and not isinstance(inputs, np.memmap)
        self.whole_only = on_device and len(inputs) >= batch_size
        self.inputs = keras.ops.convert_to_tensor(inputs) if on_device else inputs
        self.targets = targets
        self.batch_size = batch_size
        self.seed = seed
        self.epoch = epoch
        self.mixup = mixup
        self.mixed_epochs = mixed_epochs
        self._shuffle()

    def _shuffle(self) -> None:
        random = np.random.default_rng((self.seed, self.epoch))
        self.order = random.permutation(len(self.inputs))

    def __len__(self) -> int:
        batches = len(self.inputs) / self.batch_size
        return math.floor(batches) if self.whole_only else math.ceil(batches)

    def __getitem__(self, index: int) -> tuple[Any, np.ndarray]:
        chosen = self.order[index * self.batch_size : (index + 1) * self.batch_size]
        targets = self.targets[chosen % len(self.targets)]
        inputs = self.inputs[chosen].astype("float32")
        if not self.mixup or self.epoch >= self.mixed_epochs:
            return inputs, targets
        random = np.random.default_rng((self.seed, self.epoch, index))
        share = random.beta(self.mixup, self.mixup, len(chosen)).astype(np.float32)
        faces = share.reshape(-1, *[1] * (inputs.ndim - 1))
        mixed = faces * inputs + (1 - faces) * inputs[::-1]
        return mixed, share[:, None] * targets + (1 - share[:, None]) * targets[::-1]

    def on_epoch_end(self) -> None:
        """Draws the next epoch's order."""
        self.epoch += 1
        self._shuffle()
