"""How near Grad-CAM from the LiteRT files comes to Grad-CAM by Keras and TensorFlow.

    python benchmarks/explanation.py [NAME ...]

For each saved model, on 200 validation faces and the class that it answers: the mean absolute
difference of the maps (0..1), the share of faces whose strongest place is in the same cell of the
map, and the processor time of one map. Prints a table for `docs/figures.md`.
"""

import argparse
import time
from typing import Any

import cv2
import keras
import numpy as np
import tensorflow as tf
from keras import tree

from fer_core.dataset import find_protocol, load
from fer_core.errors import EvaluationError
from fer_core.evaluation.explanation import grad_cam
from fer_core.inference import Classifier
from fer_core.savedmodels import open_model, saved_names
from fer_core.savedmodels.network import load_network
from fer_core.settings import settings

_FACES = 200


def keras_grad_cam(network: Any, faces: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Returns Grad-CAM maps of a `keras.Model` by automatic differentiation.

    Args:
        network: Flat and functional: float faces (n, 48, 48, 1) to probabilities.
        faces: uint8 array of shape (n, 48, 48).
        labels: The class of each, an index into the outputs.

    Returns:
        Float array of shape (n, 48, 48), 0..1.

    Raises:
        EvaluationError: If the network has no convolution.
    """
    watched = keras_last_features(network)
    trunk = keras.Model(network.inputs, watched)
    head = keras.Model(watched, network.outputs[0])
    features = trunk([faces[..., None].astype(np.float32)], training=False)
    # No variable is watched: TensorFlow would work out the convolution's own gradient as well, and
    # its oneDNN crashes in that on some processors.
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(features)
        score = tf.math.log(tf.gather(head(features, training=False), labels, batch_dims=1))
    weights = tf.reduce_mean(tape.gradient(score, features), axis=(1, 2), keepdims=True)
    evidence = tf.nn.relu(tf.reduce_sum(weights * features, axis=-1)).numpy()
    return np.stack([cv2.resize(found / (found.max() or 1), faces.shape[1:]) for found in evidence])


_CONVOLUTIONS = ("Conv2D", "SeparableConv2D", "DepthwiseConv2D")
_OF_A_CONVOLUTION = ("BatchNormalization", "Add", "Activation", "ReLU", "LeakyReLU", "ELU")


def keras_last_features(network: Any) -> Any:
    """Returns what a network makes of its last convolution: normalised, added to, activated.

    Raises:
        EvaluationError: If the network has no convolution.
    """
    for number, layer in reversed(list(enumerate(network.layers))):
        if type(layer).__name__ in _CONVOLUTIONS and len(layer.output.shape) == 4:
            features = layer.output
            for follower in network.layers[number + 1 :]:
                if type(follower).__name__ in _OF_A_CONVOLUTION and any(
                    tensor is features for tensor in tree.flatten(follower.input)
                ):
                    features = follower.output
            return features
    raise EvaluationError("Grad-CAM needs a network with a convolution; this one has none.")


def _cell(heat: np.ndarray, size: str) -> tuple[int, ...]:
    """Returns the cell of the small map, rows × columns, that a map's strongest pixel is in."""
    place = np.unravel_index(heat.argmax(), heat.shape)
    cells = (int(cells) for cells in size.split(" × "))
    return tuple(int(at) * n // side for at, n, side in zip(place, cells, heat.shape, strict=True))


def measure(name: str) -> str:
    """Returns a row of the table."""
    dataset = load(settings().dataset)
    saved = open_model(name)
    rows = find_protocol(saved.run().protocol).split(dataset).validation
    rows = np.random.default_rng(0).choice(rows, _FACES, replace=False)
    faces, networks, classifier = dataset.images[rows], saved.networks(), Classifier.load(name)
    labels = np.array([classifier.predict(face[None]).argmax() for face in faces])
    started = time.process_time()
    answers = [grad_cam(networks, *pair) for pair in zip(faces, labels, strict=True)]
    taken = time.process_time() - started
    heats, size = np.stack([heat for heat, _ in answers]), answers[0][1][0]
    truths = keras_grad_cam(load_network(saved), faces, labels)
    differences = np.abs(heats - truths).mean(axis=(1, 2))
    kept = np.mean([_cell(h, size) == _cell(t, size) for h, t in zip(heats, truths, strict=True)])
    return (
        f"| {name} | {size} | {differences.mean():.4f} | {differences.max():.3f} | "
        f"{kept:.1%} | {1000 * taken / _FACES:.0f} ms |"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="saved models; all that are networks if none")
    names = parser.parse_args().names
    print("| model | map | mean difference | largest of a face | same strongest cell | processor |")
    print("|---|---|---|---|---|---|")
    for name in names or [name for name in saved_names() if not open_model(name).is_ensemble]:
        print(measure(name), flush=True)


if __name__ == "__main__":
    main()
