"""The seven emotions of FER2013, in the order of its labels, and the label sets of the reports."""

from dataclasses import dataclass


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

LABEL_SETS: dict[str, tuple[str, ...]] = {
    "fer2013": EMOTIONS,
    "r5": ("angry", "happy", "sad", "surprise", "neutral"),
    "r4": ("happy", "sad", "surprise", "neutral"),
    "r3": ("happy", "sad", "neutral"),
}
"""Classes of each protocol, in FER2013 order."""

_SPELLINGS = {
    "angry": "angry anger",
    "disgust": "disgust disgusted",
    "fear": "fear fearful afraid scared",
    "happy": "happy happiness joy",
    "sad": "sad sadness",
    "surprise": "surprise surprised",
    "neutral": "neutral neutrality",
}
_BY_SPELLING = {word: name for name, words in _SPELLINGS.items() for word in words.split()}


def canonical(word: str) -> str | None:
    """Returns the FER2013 name of a class however it is spelt, or None if it is none of the seven.

    Example:
        >>> canonical("Happiness")
        'happy'
    """
    return _BY_SPELLING.get(word.strip().lower())
