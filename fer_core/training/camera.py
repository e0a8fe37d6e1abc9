"""What cameras do to a face, as Keras layers: blur, noise, bad light, compression, things in front.

Blur, low resolution and JPEG are matrix products with a face's rows and columns, so that a batch
in which each face has its own strength costs next to nothing on any backend.
"""

import math
from collections.abc import Callable

import keras
import numpy as np
from keras import layers, ops

from fer_core.models.recipe import Augmentation

Change = Callable[["CameraEffect", keras.KerasTensor], keras.KerasTensor]
"""From float faces (n, side, side), 0..255, to changed ones of the same shape."""


class CameraEffect(layers.Layer):
    """Applies one change to a random share of the faces, during training only.

    Args:
        change: What is done; draws its random numbers by `uniform`.
        share: Probability that a face is changed.
        seed: Of the random numbers.
    """

    def __init__(self, change: Change, share: float, seed: int | None = None) -> None:
        super().__init__(dtype="float32")
        self.change = change
        self.share = share
        self.generator = keras.random.SeedGenerator(seed)

    def call(self, faces: keras.KerasTensor, training: bool = False) -> keras.KerasTensor:
        """Maps faces (n, side, side, 1), 0..255, to faces of the same shape, in whole grays."""
        if not training:
            return faces
        flat = ops.squeeze(faces, -1)
        changed = ops.clip(ops.round(self.change(self, flat)), 0, 255)
        chosen = self.uniform(flat, 0, 1) < self.share
        return ops.expand_dims(ops.where(chosen, changed, flat), -1)

    def uniform(self, faces: keras.KerasTensor, low: float, high: float) -> keras.KerasTensor:
        """Returns one number a face, evenly from `low` to `high`: shape (n, 1, 1)."""
        return keras.random.uniform((ops.shape(faces)[0], 1, 1), low, high, seed=self.generator)

    def scale(self, faces: keras.KerasTensor, low: float, high: float) -> keras.KerasTensor:
        """Returns one factor a face, evenly on a logarithmic scale: shape (n, 1, 1)."""
        return ops.exp(self.uniform(faces, math.log(low), math.log(high)))


def cover(largest: float) -> Change:
    """A rectangle, each side up to `largest` of the face's, takes one gray: a hand, a mask."""

    def change(effect: CameraEffect, faces: keras.KerasTensor) -> keras.KerasTensor:
        side = faces.shape[1]
        place = ops.arange(side, dtype="float32")

        def inside(axis: int) -> keras.KerasTensor:
            half = effect.uniform(faces, 0.05, largest) * side / 2
            distance = ops.abs(ops.expand_dims(place, axis) - effect.uniform(faces, 0, side))
            return distance < half

        gray = ops.where(
            effect.uniform(faces, 0, 1) < 0.5,
            ops.mean(faces, axis=(1, 2), keepdims=True),
            effect.uniform(faces, 0, 255),
        )
        return ops.where(ops.logical_and(inside(0), inside(1)), gray, faces)

    return change


_BRIGHTEST = 2.0
"""Largest factor of light: beyond it most of a face is white."""


def exposure(gamma: float, gain: float) -> Change:
    """Gray values take an exponent of 1 / gamma to gamma, then a factor of gain to 1 / gain.

    The factor is at most 2.
    """

    def change(effect: CameraEffect, faces: keras.KerasTensor) -> keras.KerasTensor:
        power = effect.scale(faces, 1 / gamma, gamma)
        light = effect.scale(faces, gain, min(1 / gain, _BRIGHTEST))
        return 255 * ops.power(faces / 255, power) * light

    return change


def low_contrast(smallest: float) -> Change:
    """Gray values come nearer to the face's mean: `smallest` to all of their distance is left."""

    def change(effect: CameraEffect, faces: keras.KerasTensor) -> keras.KerasTensor:
        mean = ops.mean(faces, axis=(1, 2), keepdims=True)
        return mean + (faces - mean) * effect.scale(faces, smallest, 1)

    return change


def blur(largest: float) -> Change:
    """A Gaussian blur of a sigma of 0.3 pixels to `largest`."""

    def change(effect: CameraEffect, faces: keras.KerasTensor) -> keras.KerasTensor:
        place = ops.arange(faces.shape[1], dtype="float32")
        distance = ops.expand_dims(place, 0) - ops.expand_dims(place, 1)
        sigma = effect.uniform(faces, 0.3, largest)
        weights = ops.exp(-0.5 * ops.square(distance / sigma))
        return _along_both_axes(weights / ops.sum(weights, axis=-1, keepdims=True), faces)

    return change


def low_resolution(largest: float) -> Change:
    """One to `largest` pixels along each axis become one, and are scaled up again bilinearly."""

    def change(effect: CameraEffect, faces: keras.KerasTensor) -> keras.KerasTensor:
        side = faces.shape[1]
        place = ops.arange(side, dtype="float32")
        factor = effect.uniform(faces, 1, largest)
        cells = ops.ceil(side / factor)
        left = ops.expand_dims(place, 1) * factor
        pixel = ops.expand_dims(place, 0)
        overlap = ops.minimum(pixel + 1, left + factor) - ops.maximum(pixel, left)
        shrink = ops.maximum(overlap, 0)
        shrink = shrink / ops.maximum(ops.sum(shrink, axis=-1, keepdims=True), 1e-6)
        source = ops.clip((ops.expand_dims(place, 1) + 0.5) / factor - 0.5, 0, cells - 1)
        enlarge = ops.maximum(1 - ops.abs(source - pixel), 0)
        return _along_both_axes(ops.matmul(enlarge, shrink), faces)

    return change


def noise(largest: float) -> Change:
    """Independent normal noise of a sigma of 0 to `largest` gray levels."""

    def change(effect: CameraEffect, faces: keras.KerasTensor) -> keras.KerasTensor:
        grain = keras.random.normal(ops.shape(faces), seed=effect.generator)
        return faces + grain * effect.uniform(faces, 0, largest)

    return change


_LUMINANCE = np.array(
    [
        [16, 11, 10, 16, 24, 40, 51, 61],
        [12, 12, 14, 19, 26, 58, 60, 55],
        [14, 13, 16, 24, 40, 57, 69, 56],
        [14, 17, 22, 29, 51, 87, 80, 62],
        [18, 22, 37, 56, 68, 109, 103, 77],
        [24, 35, 55, 64, 81, 104, 113, 92],
        [49, 64, 78, 87, 103, 121, 120, 101],
        [72, 92, 95, 98, 112, 100, 103, 99],
    ],
    np.float32,
)
"""Quantisation of luminance in ITU-T T.81 (JPEG), table K.1."""


def jpeg(lowest: int) -> Change:
    """JPEG's rounding of 8 x 8 blocks in the cosine domain, at a quality of `lowest` to 95."""
    row, column = np.mgrid[:8, :8]
    cosines = np.cos(math.pi * (2 * column + 1) * row / 16) * np.where(row == 0, 0.125, 0.25) ** 0.5

    def change(effect: CameraEffect, faces: keras.KerasTensor) -> keras.KerasTensor:
        blocks = faces.shape[1] // 8
        transform = ops.convert_to_tensor(np.kron(np.eye(blocks), cosines).astype(np.float32))
        table = ops.convert_to_tensor(np.tile(_LUMINANCE, (blocks, blocks)))
        quality = effect.uniform(faces, lowest, 95)
        percent = ops.where(quality < 50, 5000 / quality, 200 - 2 * quality)
        steps = ops.clip(ops.floor((table * percent + 50) / 100), 1, 255)
        spectrum = _along_both_axes(transform, faces - 128)
        rounded = ops.round(spectrum / steps) * steps
        return _along_both_axes(ops.transpose(transform), rounded) + 128

    return change


def _along_both_axes(matrix: keras.KerasTensor, faces: keras.KerasTensor) -> keras.KerasTensor:
    """Returns M F M^T for each face F; M is one matrix, or one a face."""
    return ops.matmul(ops.matmul(matrix, faces), ops.swapaxes(matrix, -1, -2))


def camera_layers(augmentation: Augmentation, seed: int | None = None) -> list[layers.Layer]:
    """Returns the layers of what a camera does, in the order of light, lens, sensor and file.

    Args:
        augmentation: How strong each is; one that changes nothing gives no layer.
        seed: Of the random numbers.
    """
    chosen = augmentation
    changes: list[Change] = []
    if chosen.covered:
        changes.append(cover(chosen.covered))
    if chosen.gamma != 1 or chosen.gain != 1:
        changes.append(exposure(chosen.gamma, chosen.gain))
    if chosen.low_contrast != 1:
        changes.append(low_contrast(chosen.low_contrast))
    if chosen.blur:
        changes.append(blur(chosen.blur))
    if chosen.resolution != 1:
        changes.append(low_resolution(chosen.resolution))
    if chosen.noise:
        changes.append(noise(chosen.noise))
    if chosen.jpeg < 100:
        changes.append(jpeg(chosen.jpeg))
    return [
        CameraEffect(change, chosen.camera, None if seed is None else seed + 1 + place)
        for place, change in enumerate(changes)
    ]
