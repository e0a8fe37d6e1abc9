"""What a model looks at: occlusion maps on LiteRT, Grad-CAM on Keras."""

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np

from fer_core.errors import EvaluationError
from fer_core.evaluation.robustness import Predicts
from fer_core.images import FACE_SIZE

PATCH = 8
"""Side of the covering square, px."""

STRIDE = 4
"""Distance between neighbouring squares, px."""


def occlusion_map(
    classifier: Predicts,
    face: np.ndarray,
    label: int,
    progress: Callable[[float], object] = lambda share: None,
) -> np.ndarray:
    """Returns how much each pixel matters: what covering it takes from a class's probability.

    Zeiler & Fergus, "Visualizing and Understanding Convolutional Networks", ECCV 2014. A square
    of the face's mean gray is moved over it; each pixel gets the mean over the squares on it.

    Args:
        classifier: Answers uint8 faces.
        face: uint8 array of shape (48, 48).
        label: The class, an index into the classifier's classes.
        progress: Called with the share of squares done, 0..1.

    Returns:
        float array of shape (48, 48), in probability; negative where covering helps the class.
    """
    whole = classifier.predict(face[None])[0, label]
    gray = round(float(face.mean()))
    starts = range(0, FACE_SIZE - PATCH + 1, STRIDE)
    lost = np.zeros(face.shape)
    times = np.zeros(face.shape)
    for done, top in enumerate(starts, start=1):
        covered = np.repeat(face[None], len(starts), axis=0)
        for number, left in enumerate(starts):
            covered[number, top : top + PATCH, left : left + PATCH] = gray
        for left, p in zip(starts, classifier.predict(covered)[:, label], strict=True):
            lost[top : top + PATCH, left : left + PATCH] += whole - p
            times[top : top + PATCH, left : left + PATCH] += 1
        progress(done / len(starts))
    return lost / times


def grad_cam(network: Any, face: np.ndarray, label: int) -> np.ndarray:
    """Returns where the last convolution sees evidence for a class.

    Selvaraju et al., "Grad-CAM: Visual Explanations from Deep Networks via Gradient-based
    Localization", ICCV 2017. Deviation: the gradient is that of log p, not of the score before
    the softmax, which networks here do not expose; it also counts evidence against the others.

    Args:
        network: A flat functional `keras.Model`: float faces (n, 48, 48, 1) to probabilities.
        face: uint8 array of shape (48, 48).
        label: The class, an index into the outputs.

    Returns:
        float array of shape (48, 48), 0..1, 1 where the evidence is strongest; all 0 where none.

    Raises:
        EvaluationError: If the network has no convolution.
    """
    import keras
    import tensorflow as tf

    watched = last_features(network)
    trunk = keras.Model(network.inputs, watched)
    head = keras.Model(watched, network.outputs[0])
    features = trunk([face[None, :, :, None].astype(np.float32)], training=False)
    # No variable is watched: TensorFlow would work out the convolution's own gradient as well, and
    # its oneDNN crashes in that on some processors.
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(features)
        probability = tf.cast(head(features, training=False)[0, label], tf.float32)
        score = tf.math.log(tf.maximum(probability, 1e-7))
    gradient = tape.gradient(score, features)
    weights = tf.reduce_mean(gradient, axis=(1, 2), keepdims=True)
    evidence = tf.nn.relu(tf.reduce_sum(weights * features, axis=-1))[0].numpy()
    strongest = float(evidence.max())
    if strongest > 0:
        evidence = evidence / strongest
    result: np.ndarray = cv2.resize(
        evidence.astype(np.float32), face.shape, interpolation=cv2.INTER_LINEAR
    )
    return result


_CONVOLUTIONS = ("Conv2D", "SeparableConv2D", "DepthwiseConv2D")
_OF_A_CONVOLUTION = ("BatchNormalization", "Add", "Activation", "ReLU", "LeakyReLU", "ELU")


def last_features(network: Any) -> Any:
    """Returns what a network makes of its last convolution: normalised, added to, activated.

    Raises:
        EvaluationError: If the network has no convolution.
    """
    from keras import tree

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
