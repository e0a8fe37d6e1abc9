"""Which faces a model got wrong, and how sure it was of it."""

from collections.abc import Sequence

import numpy as np

from fer_core.emotions import is_one_of
from fer_core.evaluation.comparison import Contender


def select_faces(
    contender: Contender,
    *,
    wrong_only: bool,
    truth: Sequence[str] = (),
    predicted: Sequence[str] = (),
) -> np.ndarray:
    """Returns which test faces to look at, indices into the contender's split, ascending.

    Args:
        contender: The model.
        wrong_only: Whether to leave out the faces it read correctly.
        truth: Emotions to keep by truth; all if empty.
        predicted: Emotions to keep by answer; all if empty.
    """
    split = contender.split
    chosen = ~contender.right if wrong_only else np.ones(len(split), bool)
    for names, labels in ((truth, split.labels), (predicted, split.predicted)):
        if names:
            chosen &= is_one_of(labels, names, contender.classes)
    return np.flatnonzero(chosen)


def most_confident(contender: Contender, faces: np.ndarray) -> np.ndarray:
    """Returns the faces ordered by how sure the model is, surest first."""
    confidence = contender.calibrated[faces].max(axis=1)
    return faces[np.argsort(-confidence, kind="stable")]


def at_random(faces: np.ndarray, seed: int) -> np.ndarray:
    """Returns the faces in a random order that the seed decides."""
    return np.random.default_rng(seed).permutation(faces)
