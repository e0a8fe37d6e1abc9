"""Which faces a model got wrong, and how sure it was of it."""

from collections.abc import Sequence

import numpy as np

from fer_core.dataset import FaceDataset
from fer_core.emotions import EMOTIONS
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
        wrong_only: Whether to leave out the faces it read rightly.
        truth: Emotions to keep by truth; all if empty.
        predicted: Emotions to keep by answer; all if empty.
    """
    split = contender.split
    kept = ~contender.right if wrong_only else np.ones(len(split), bool)
    for names, labels in ((truth, split.labels), (predicted, split.predicted)):
        if names:
            kept &= np.isin(labels, [contender.classes.index(name) for name in names])
    return np.flatnonzero(kept)


def most_confident(contender: Contender, faces: np.ndarray) -> np.ndarray:
    """Returns the faces ordered by how sure the model is, surest first."""
    confidence = contender.calibrated[faces].max(axis=1)
    return faces[np.argsort(-confidence, kind="stable")]


def at_random(faces: np.ndarray, seed: int) -> np.ndarray:
    """Returns the faces in a random order that the seed decides."""
    return np.random.default_rng(seed).permutation(faces)


def is_same_data(contender: Contender, dataset: FaceDataset) -> bool:
    """Returns whether a dataset holds the contender's test faces: at its rows, with its labels.

    Pixels are not compared: FER2013 is about in re-encodings that look the same.
    """
    split = contender.split
    if len(split) == 0 or int(split.rows.max()) >= len(dataset):
        return False
    names = np.array([EMOTIONS.index(name) for name in contender.classes])
    return bool((dataset.labels[split.rows] == names[split.labels]).all())
