"""What a model looks at: occlusion maps and Grad-CAM, both from its LiteRT file."""

from collections.abc import Callable, Mapping
from pathlib import Path

import cv2
import numpy as np

from fer_core.evaluation.robustness import Predicts
from fer_core.images import FACE_SIZE
from fer_core.savedmodels.gradient import last_features

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


def grad_cam(
    networks: Mapping[Path, float], face: np.ndarray, label: int
) -> tuple[np.ndarray, list[str]]:
    """Returns where the last convolution sees evidence for a class.

    Selvaraju et al., "Grad-CAM: Visual Explanations from Deep Networks via Gradient-based
    Localization", ICCV 2017. Deviation: the gradient is that of log p, not of the score before
    the softmax; it also counts evidence against the others.

    Args:
        networks: The LiteRT files that answer, each with its weight in their mean, as
            `SavedModel.networks` gives them; their maps have the same weights in theirs.
        face: uint8 array of shape (48, 48).
        label: The class, an index into the outputs.

    Returns:
        Float array of shape (48, 48), 0..1, near 1 where the evidence is strongest (of several
        networks: where all agree on that); all 0 where there is none. And the size of each
        network's map before it was enlarged, such as "3 × 3".

    Raises:
        CorruptModel: If a file is no LiteRT network.
        EvaluationError: If a network has no convolution, or an unknown operator after it.
    """
    heat = np.zeros(face.shape, np.float32)
    sizes = []
    for path, weight in networks.items():
        features, gradient = last_features(path, face, label)
        evidence = np.maximum(features @ gradient.mean(axis=(0, 1)), 0)
        heat += weight * cv2.resize(_up_to_one(evidence), face.shape)
        sizes.append("{} × {}".format(*evidence.shape))
    return heat, sizes


def _up_to_one(evidence: np.ndarray) -> np.ndarray:
    """Returns a map of at least 0 with its strongest place at 1, or all 0."""
    strongest = float(evidence.max())
    return evidence / strongest if strongest > 0 else evidence
