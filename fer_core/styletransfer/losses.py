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

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from fer_core.models.backbones import IMAGENET_MEANS
from fer_core.styletransfer.network import CONTENT_LAYER, DEEP_STYLE_LAYER

DEEP_WEIGHT = 0.1
"""Weight of the deep style layer against 1 for the others: few of its channels are active in any
one picture, so two pictures differ by several times the painting's own Gram matrix, and at equal
weight it alone would decide (and loses the face)."""

_TINY = 1e-6
"""Keeps the division finite for a picture without features."""


def gram_matrix(features: Any) -> Any:
    """Returns the Gram matrix of activations: which channels are active together, wherever.

    Args:
        features: Tensor of shape (1, h, w, c).

    Returns:
        Tensor of shape (c, c): mean over the h * w places of the products of channels.
    """
    import tensorflow as tf

    channels = tf.shape(features)[-1]
    flat = tf.reshape(features, (-1, channels))
    return tf.matmul(flat, flat, transpose_a=True) / tf.cast(tf.shape(flat)[0], flat.dtype)


def with_gram_matrix(features: Any) -> tuple[Any, Any]:
    """Returns activations as they are, for the next layer, and their Gram matrix.

    The matrix's gradient is worked out when that of the next layer is there to be added to. Left
    to itself TensorFlow works out all layers' at once, each in two products of the activations'
    size, and keeps them: 120 MB more at 512 px.

    Args:
        features: Tensor of shape (1, h, w, c).
    """
    import tensorflow as tf

    @tf.custom_gradient
    def passed_on(features: Any) -> Any:
        def gradient(of_next: Any, of_gram: Any) -> Any:
            shape = tf.shape(features)
            with tf.control_dependencies([of_next]):
                flat = tf.reshape(features, (-1, shape[-1]))
                both = (of_gram + tf.transpose(of_gram)) / tf.cast(tf.shape(flat)[0], flat.dtype)
                return of_next + tf.reshape(tf.matmul(flat, both), shape)

        return (tf.identity(features), gram_matrix(features)), gradient

    result: tuple[Any, Any] = passed_on(features)
    return result


def preprocess(picture: Any) -> Any:
    """Returns what VGG expects: (1, h, w, 3) BGR less the ImageNet means, from RGB 0..1."""
    return (picture[..., ::-1] * 255.0 - IMAGENET_MEANS)[None]


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
        features: `keras.Model` from `Network.features`, with the content and style layers.
        style_weight: Weight of the style against the content's 1.
        variation_weight: Weight of the total variation.
    """

    def __init__(self, features: Any, style_weight: float, variation_weight: float) -> None:
        import tensorflow as tf

        self._features = tf.function(
            lambda picture: features(preprocess(picture)),
            input_signature=[tf.TensorSpec((None, None, 3), tf.float32)],  # one trace for all sizes
        )
        self._style_layers = tuple(name for name in features.output if name != CONTENT_LAYER)
        self._value_and_gradient = _compiled(
            features, self._style_layers, style_weight, variation_weight
        )
        self._content: Any = None
        self._place: Any = None
        self._styles: list[Any] = []

    def aim(
        self,
        photo: np.ndarray,
        paintings: list[np.ndarray],
        blend: tuple[float, ...],
        place: np.ndarray,
    ) -> None:
        """Sets what pictures are measured against from now on.

        Args:
            photo: float32 RGB (h, w, 3), 0..1.
            paintings: The same, each of its own size.
            blend: A weight for each painting, summing to 1: Gram matrices are averaged.
            place: Content weights, float32 of shape (h, w), of any size.
        """
        import cv2
        import tensorflow as tf

        self._content = self._features(tf.constant(photo))[CONTENT_LAYER]
        height, width = self._content.shape[1:3]
        place = cv2.resize(place, (width, height), interpolation=cv2.INTER_AREA)
        self._place = tf.constant(place[None, ..., None])
        self._styles = [tf.constant(0.0)] * len(self._style_layers)
        for painting, weight in zip(paintings, blend, strict=True):
            features = self._features(tf.constant(painting))
            self._styles = [
                total + weight * gram_matrix(features[name])
                for total, name in zip(self._styles, self._style_layers, strict=True)
            ]

    def __call__(self, picture: np.ndarray) -> tuple[Losses, np.ndarray]:
        """Returns the losses of a float32 RGB picture (h, w, 3), 0..1, and the total's gradient."""
        import tensorflow as tf

        parts, gradient = self._value_and_gradient(
            tf.constant(picture), self._content, self._place, self._styles
        )
        return Losses(*(float(part) for part in parts.numpy())), gradient.numpy()


def _compiled(
    features: Any, style_layers: tuple[str, ...], style_weight: float, variation_weight: float
) -> Callable[..., Any]:
    """Returns the loss and its gradient as one graph, traced once for all sizes."""
    import tensorflow as tf

    def of(*shape: int | None) -> Any:
        return tf.TensorSpec(shape, tf.float32)

    signature = (
        of(None, None, 3),
        of(1, None, None, None),
        of(1, None, None, 1),
        [of(None, None) for _ in style_layers],
    )

    weights = [DEEP_WEIGHT if name == DEEP_STYLE_LAYER else 1.0 for name in style_layers]
    shares = [weight / sum(weights) for weight in weights]

    @tf.function(input_signature=signature)
    def value_and_gradient(picture: Any, content: Any, place: Any, styles: list[Any]) -> Any:
        aims = dict(zip(style_layers, zip(shares, styles, strict=True), strict=True))
        with tf.GradientTape() as tape:
            tape.watch(picture)
            seen = preprocess(picture)
            content_loss = style_loss = tf.constant(0.0)
            for layer in features.layers[1:]:  # a chain, after its input
                seen = layer(seen)
                if layer.name in aims:
                    share, aim = aims[layer.name]
                    seen, gram = with_gram_matrix(seen)
                    style_loss += share * _distance(gram, aim)
                if layer.name == CONTENT_LAYER:
                    content_loss = _distance(seen, content, place)
            variation = tf.reduce_mean((picture[1:] - picture[:-1]) ** 2) + tf.reduce_mean(
                (picture[:, 1:] - picture[:, :-1]) ** 2
            )
            total = content_loss + style_weight * style_loss + variation_weight * variation
        parts = tf.stack([total, content_loss, style_loss, variation])
        return parts, tape.gradient(total, picture)

    compiled: Callable[..., Any] = value_and_gradient
    return compiled


def _distance(seen: Any, aim: Any, weight: Any = 1.0) -> Any:
    """Squared distance relative to the aim's own square."""
    import tensorflow as tf

    return tf.reduce_sum(weight * (seen - aim) ** 2) / (tf.reduce_sum(aim**2) + _TINY)
