"""Content, style and total variation, each without a unit, and their sum with its gradient.

Gatys, Ecker & Bethge (2016), "Image Style Transfer Using Convolutional Neural Networks", CVPR.
Deviations, each with its reason:

- Content and style are divided by what they are measured against (the photo's features, the
  painting's Gram matrices), so that 1 means "as far off as a blank": a weight then means the same
  at any size, and no layer drowns another. The paper divides by numbers of positions and channels.
- Content can be weighted by place, so that a face is held more firmly than the background. The
  weights are not divided out again: a blank is then further off than 1, by their mean over the
  photo's features, and the background keeps the weight it has without a face.
- Keras's VGG is taken as it was trained. The paper rescales its weights so that each filter's mean
  activation is 1; the division above already takes the layers' scales out.
- Total variation is added (as Johnson et al. 2016): without it the finest scale fills with speckle.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from fer_core.models.backbones import IMAGENET_MEANS
from fer_core.styletransfer.network import CONTENT_LAYER, DEEP_STYLE_LAYER, Network
from fer_core.styletransfer.options import Pooling
from fer_core.styletransfer.passes import Aim, distances_and_gradient, features

_MEANS = np.array(IMAGENET_MEANS, np.float32)

DEEP_WEIGHT = 0.1
"""Weight of the deep style layer against 1 for the others: few of its channels are active in any
one picture, so two pictures differ by several times the painting's own Gram matrix, and at equal
weight it alone would decide (and loses the face)."""

_TINY = 1e-6
"""Keeps the division finite for a picture without features."""


def preprocess(picture: np.ndarray) -> np.ndarray:
    """Returns what VGG expects: (1, h, w, 3) BGR less the ImageNet means, from RGB 0..1."""
    return (picture[None, ..., ::-1] * np.float32(255) - _MEANS).astype(np.float32)


@dataclass(frozen=True)
class Losses:
    """The loss of one picture and its parts, each relative (1: as far off as a blank).

    Attributes:
        total: The weighted sum, which is what falls.
        content: Distance to the photo; more than that where a place is weighted above 1.
        style: Distance to the painting.
        variation: Mean squared difference of neighbouring pixels.
    """

    total: float
    content: float
    style: float
    variation: float


class Objective:
    """Measures pictures against a photo and paintings at one size after the other.

    Args:
        network: What looks.
        style_layers: Names of the layers whose Gram matrices are the style.
        pooling: As `passes.features` has it.
        style_weight: Weight of the style against the content's 1.
        variation_weight: Weight of the total variation.
    """

    def __init__(
        self,
        network: Network,
        style_layers: Sequence[str],
        pooling: Pooling,
        style_weight: float,
        variation_weight: float,
    ) -> None:
        self._network = network
        self._pooling: Pooling = pooling
        self._style_weight = style_weight
        self._variation_weight = variation_weight
        weights = {name: DEEP_WEIGHT if name == DEEP_STYLE_LAYER else 1.0 for name in style_layers}
        self._shares = {name: weight / sum(weights.values()) for name, weight in weights.items()}

    def aim(
        self,
        photo: np.ndarray,
        paintings: list[np.ndarray],
        blend: tuple[float, ...],
        place: np.ndarray,
    ) -> None:
        """Sets what pictures are measured against from now on.

        Args:
            photo: float32 RGB (h, w, 3), 0..1; pictures are of its size.
            paintings: The same, each of its own size.
            blend: A weight for each painting, summing to 1: Gram matrices are averaged.
            place: Content weights, float32 of shape (h, w), of any size.
        """
        self._measure = None  # its memory is free before more is taken
        content = self._features(photo, [CONTENT_LAYER])[CONTENT_LAYER]
        height, width = content.shape[1:3]
        place = cv2.resize(place, (width, height), interpolation=cv2.INTER_AREA)
        self._content = place[..., None] / _square(content)
        self._styles = {}
        grams = [self._features(painting, list(self._shares)) for painting in paintings]
        aims = {CONTENT_LAYER: Aim(content, 2 * self._content)}
        for name, share in self._shares.items():
            wanted = np.average([each[name] for each in grams], axis=0, weights=blend)
            wanted = wanted.astype(np.float32)
            self._styles[name] = share / _square(wanted)
            slope = np.full((1, 1, 1, 1), 2 * self._style_weight * self._styles[name], np.float32)
            aims[name] = Aim(wanted, slope)
        shape = (1, *photo.shape)
        self._measure = distances_and_gradient(self._network, shape, aims, self._pooling)

    def __call__(self, picture: np.ndarray) -> tuple[Losses, np.ndarray]:
        """Returns the losses of a float32 RGB picture (h, w, 3), 0..1, and the total's gradient."""
        assert self._measure is not None, "aim first"
        distances, gradient = self._measure(preprocess(picture))
        squares = {name: distance**2 for name, distance in distances.items()}
        content = float(np.sum(self._content * squares.pop(CONTENT_LAYER)))
        style = sum(weight * float(squares[name].sum()) for name, weight in self._styles.items())
        variation, its_gradient = _variation(picture)
        total = content + self._style_weight * style + self._variation_weight * variation
        slope = 255 * gradient[0, ..., ::-1] + self._variation_weight * its_gradient
        return Losses(total, content, style, variation), slope

    def _features(self, picture: np.ndarray, layers: Sequence[str]) -> dict[str, np.ndarray]:
        return features(self._network, preprocess(picture), layers, self._pooling)


def _square(aim: np.ndarray) -> float:
    """Returns by what squared distances are divided to be relative to the aim's own square."""
    return float(np.sum(aim**2)) + _TINY


def _variation(picture: np.ndarray) -> tuple[float, np.ndarray]:
    """Returns the mean squared difference of neighbours, down and across, and its gradient."""
    total, gradient = 0.0, np.zeros_like(picture)
    for axis in (0, 1):
        step = np.diff(picture, axis=axis)
        total += float(np.mean(step**2))
        gradient -= np.diff(step, axis=axis, prepend=0, append=0) * (2 / step.size)
    return total, gradient
