"""The seven emotions of FER2013, in the order of its labels, and the label sets of the reports."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fer_core.errors import DatasetError


@dataclass(frozen=True)
class Emotion:
    """One emotion as the whole product shows it.

    Attributes:
        name: FER2013's name, lower case.
        colour: Okabe-Ito colour (colour-blind safe), `#RRGGBB`.
    """

    name: str
    colour: str


_ALL = (
    Emotion("angry", "#D55E00"),
    Emotion("disgust", "#009E73"),
    Emotion("fear", "#CC79A7"),
    Emotion("happy", "#E69F00"),
    Emotion("sad", "#0072B2"),
    Emotion("surprise", "#56B4E9"),
    Emotion("neutral", "#8A8F98"),
)

EMOTIONS: tuple[str, ...] = tuple(emotion.name for emotion in _ALL)
"""Names in label order: `EMOTIONS[label]` is the name of a FER2013 label 0..6."""

COLOURS: dict[str, str] = {emotion.name: emotion.colour for emotion in _ALL}

_SPELLINGS = {
    "angry": "angry anger angery anrgy",
    "disgust": "disgust disgusted disgusting digust disqust",
    "fear": "fear fearful afraid scared",
    "happy": "happy happiness joy joyful hapiness happyness",
    "sad": "sad sadness",
    "surprise": "surprise surprised suprise suprised surprize",
    "neutral": "neutral neutrality netural nuetral",
}
_BY_SPELLING = {word: name for name, words in _SPELLINGS.items() for word in words.split()}


def canonical(word: str) -> str | None:
    """Returns the FER2013 name of a class however it is spelt, or None if it is none of the seven.

    A number before or behind the name does not count: the name does.

    Example:
        >>> canonical("Happiness"), canonical("0 - Angry"), canonical("suprise")
        ('happy', 'angry', 'surprise')
    """
    return _BY_SPELLING.get(word.strip(" \t\r\n0123456789-_.:()[]").lower())


def is_one_of(
    labels: np.ndarray, names: Sequence[str], classes: Sequence[str] = EMOTIONS
) -> np.ndarray:
    """Returns which labels stand for one of some emotions, bool of the same shape.

    Args:
        labels: Indices into `classes`.
        names: Emotion names, each one of `classes`.
        classes: Emotion names.
    """
    return np.isin(labels, [classes.index(name) for name in names])


def reindexed(labels: np.ndarray, classes: Sequence[str], into: Sequence[str]) -> np.ndarray:
    """Returns labels as indices into other classes, uint8 of the same shape.

    Args:
        labels: Indices into `classes`.
        classes: Emotion names.
        into: Emotion names, in another order or fewer.

    Raises:
        DatasetError: If a label's emotion is none of `into`.
    """
    places = np.array([into.index(name) if name in into else -1 for name in classes])
    found = places[labels]
    if (found < 0).any():
        missing = [classes[label] for label in np.unique(np.asarray(labels)[found < 0])]
        raise DatasetError(
            f"Some faces show {' or '.join(missing)}, which is none of {', '.join(into)}."
        )
    indices: np.ndarray = found.astype(np.uint8)
    return indices
