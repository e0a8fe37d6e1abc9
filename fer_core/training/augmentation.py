"""The recipe's augmentation as Keras layers: what is shown is what is trained."""

import math

import keras
from keras import layers, ops

from fer_core.models.recipe import Augmentation
from fer_core.training.camera import camera_layers


class RandomAffine(layers.Layer):
    """Rotates, scales, shears and shifts each face at random, in one interpolation.

    Keras's own RandomRotation, RandomZoom and RandomTranslation interpolate one after another,
    which blurs a 48-pixel face three times.

    Args:
        augmentation: Its rotation, shift, shear and zoom are used.
        seed: Of the random numbers.
    """

    def __init__(self, augmentation: Augmentation, seed: int | None = None) -> None:
        super().__init__(dtype="float32")
        self.augmentation = augmentation
        self.generator = keras.random.SeedGenerator(seed)

    def call(self, faces: keras.KerasTensor, training: bool = False) -> keras.KerasTensor:
        """Maps faces (n, 48, 48, 1) to faces of the same shape; does nothing outside training."""
        if not training:
            return faces
        return ops.image.affine_transform(
            faces, self._transforms(faces), interpolation="bilinear", fill_mode="nearest"
        )

    def _transforms(self, faces: keras.KerasTensor) -> keras.KerasTensor:
        """One matrix per face, from output to input pixels about the centre: (n, 8)."""
        chosen = self.augmentation
        n = ops.shape(faces)[0]
        centre = (faces.shape[1] - 1) / 2

        def uniform(low: float, high: float) -> keras.KerasTensor:
            return keras.random.uniform((n,), low, high, seed=self.generator)

        angle = uniform(-math.radians(chosen.rotation), math.radians(chosen.rotation))
        shear = uniform(-chosen.shear, chosen.shear)
        scale = uniform(*chosen.zoom)
        cosine, sine = ops.cos(angle) / scale, ops.sin(angle) / scale
        a, b = cosine, cosine * shear - sine
        c, d = sine, sine * shear + cosine
        x = centre - (a + b) * centre + uniform(-chosen.shift, chosen.shift)
        y = centre - (c + d) * centre + uniform(-chosen.shift, chosen.shift)
        zero = ops.zeros_like(a)
        return ops.stack([a, b, x, c, d, y, zero, zero], axis=1)


def augmentation_layers(augmentation: Augmentation, seed: int | None = None) -> list[layers.Layer]:
    """Returns the layers that change float faces (n, 48, 48, 1), 0..255, during training only.

    Args:
        augmentation: What to change, and by how much; a change of size 0 gives no layer.
        seed: Of the random numbers.
    """
    chosen, found = augmentation, []
    if chosen.flip:
        found.append(layers.RandomFlip("horizontal", seed=seed))
    if chosen.rotation or chosen.shift or chosen.shear or chosen.zoom != (1.0, 1.0):
        found.append(RandomAffine(chosen, seed))
    if chosen.brightness:
        found.append(layers.RandomBrightness(chosen.brightness, value_range=(0, 255), seed=seed))
    if chosen.contrast:
        found.append(layers.RandomContrast(chosen.contrast, value_range=(0, 255), seed=seed))
    if chosen.erasing:
        probability = (chosen.erasing, chosen.erasing)
        found.append(layers.RandomErasing(probability, scale=(0.02, 0.25), seed=seed))
    return found + camera_layers(chosen, seed)
