"""Features of a frozen trunk, computed once for several augmented views of each face."""

from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from fer_core.common.files import write_text
from fer_core.models.recipe import Recipe
from fer_core.models.transfer import trunk_model
from fer_core.training.augmentation import augmentation_layers

_BATCH = 128


def trunk_features(
    network: keras.Model,
    faces: np.ndarray,
    recipe: Recipe,
    views: int,
    file: Path,
    on_progress: Callable[[float], None],
) -> np.ndarray:
    """Returns the trunk's output on views of the faces, one view after another.

    Args:
        network: A network of `models.transfer` over a frozen trunk.
        faces: uint8 array of shape (n, 48, 48, 1).
        recipe: Its augmentation and seed make every view but the first, which is unchanged.
        views: Number of views.
        file: Where the features are kept; a whole view that is there is not computed again.
        on_progress: Called with the share done, 0..1.

    Returns:
        float16 array of shape (views * n, ...), read from the file as it is needed.
    """
    trunk = trunk_model(network)
    shape = (views * len(faces), *trunk.output_shape[1:])
    done = file.with_suffix(".views")
    finished = int(done.read_text() or 0) if file.exists() and done.exists() else 0
    features = np.lib.format.open_memmap(
        file, mode="r+" if finished else "w+", dtype=np.float16, shape=shape
    )
    for view in range(finished, views):
        layers = augmentation_layers(recipe.augmentation, recipe.seed + view) if view else []
        run = _compiled(trunk, layers)
        for start in range(0, len(faces), _BATCH):
            batch = faces[start : start + _BATCH].astype(np.float32)
            first = view * len(faces) + start
            features[first : first + len(batch)] = run(batch).numpy()
            on_progress((first + len(batch)) / len(features))
        features.flush()
        write_text(done, str(view + 1))
    return features


_Run = Callable[[tf.Tensor], tf.Tensor]


def _compiled(trunk: keras.Model, layers: list[keras.layers.Layer]) -> _Run:
    @tf.function(reduce_retracing=True)
    def run(faces: tf.Tensor) -> tf.Tensor:
        for layer in layers:
            faces = layer(faces, training=True)
        return tf.cast(trunk(faces, training=False), tf.float16)

    compiled: _Run = run
    return compiled
