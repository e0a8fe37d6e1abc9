"""How people write FER2013's columns, splits, labels and pixels: one table for every form."""

import re
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath

import numpy as np

from fer_core.dataset.faces import USAGES
from fer_core.emotions import EMOTIONS, canonical
from fer_core.errors import DatasetError
from fer_core.images import FACE_SIZE

PIXELS = FACE_SIZE * FACE_SIZE

_COLUMNS = {
    "emotion": "emotion emotions label labels class expression target",
    "pixels": "pixels pixel image images img data",
    "usage": "usage split subset partition set",
}
_SPLITS = {
    "Training": "train training",
    "PublicTest": "validation valid val dev publictest",
    "PrivateTest": "test testing privatetest",
}
_BY_WORD = {word: name for name, words in _SPLITS.items() for word in words.split()}
_FILLING = re.compile(r"(set|data|dataset|images?|faces?|split|samples?)$")
_SHORT = 60
"""Characters of a field that a message shows whole: a picture's name, say."""

_BETWEEN = str.maketrans(",;[]()", 6 * " ")


def columns_of(names: Sequence[str]) -> dict[str, str]:
    """Returns {"emotion", "pixels", "usage": column}, of those that are there.

    The first word of the table that a column bears decides. Case, spaces around it (Kaggle's
    `icml_face_data.csv` has them) and quotation marks do not count.
    """
    plain = {name.strip(" \t\"'").lower(): name for name in reversed(names)}
    found = {}
    for column, words in _COLUMNS.items():
        bearers = [plain[word] for word in words.split() if word in plain]
        if bearers:
            found[column] = bearers[0]
    return found


def pixel_columns(names: Sequence[str]) -> list[str]:
    """Returns the columns of a table that has one for each pixel, in their order; else none."""
    known = set(columns_of(names).values()) - {columns_of(names).get("pixels")}
    numbered = [name for name in names if name not in known and re.search(r"\d\s*[\"']?$", name)]
    return numbered if len(numbered) == PIXELS else []


def missing_columns(source: str, missing: Iterable[str], names: Sequence[str]) -> DatasetError:
    """Returns the error of a table without some of the columns."""
    first = ", ".join(name[:30] for name in names[:8])
    if len(names) > 1 and all(re.fullmatch(r"\d[\d .,]*", name) for name in names[:2]):
        return DatasetError(
            f"{source} begins with {first} instead of the names of its columns. Put a first line "
            "emotion,pixels,Usage before it."
        )
    return DatasetError(
        f"{source} has no column {' and no '.join(missing)}. FER2013 has the columns emotion, "
        f"pixels and Usage; here they are {first}."
    )


def usage_of(text: str) -> int:
    """Returns the index into `USAGES`; raises ValueError in words if it is none of them."""
    word = text.strip(" \t\"'")
    name = word if word in USAGES else _usage_word(word)
    if name is None:
        raise ValueError(f"usage {word[:20]!r} is none of {', '.join(USAGES)}")
    return USAGES.index(name)


def usage_in(path: str) -> str | None:
    """Returns the split that a file's or folder's name tells; None if it tells none, or two.

    Example:
        >>> usage_in("fer2013_train.csv"), usage_in("test_set"), usage_in("faces.csv")
        ('Training', 'PrivateTest', None)
    """
    name = PurePosixPath(path).name.partition(".")[0]
    if (whole := _usage_word(name)) is not None:
        return whole
    words = {_usage_word(part) for part in re.split(r"[^A-Za-z]+", name) if part} - {None}
    return words.pop() if len(words) == 1 else None


def told_by_name(source: str, usage: str | None) -> str:
    """Returns the note of a table without a column of splits."""
    if usage is None:
        return "It has no column Usage: every face counts as Training."
    return f"{source} has no column Usage: by its name every face counts as {usage}."


def _usage_word(text: str) -> str | None:
    word = re.sub(r"[^a-z]", "", text.lower())
    return _BY_WORD.get(word) or _BY_WORD.get(_FILLING.sub("", word))


def number_of(text: str) -> int | None:
    """Returns the whole number, 0 or more, that a text is; None if it is none.

    Example:
        >>> number_of("3"), number_of("3.0"), number_of("3,0")
        (3, 3, 3)
    """
    found = re.fullmatch(r"\+?0*(\d{1,9})(?:[.,]0*)?", text.strip(" \t\"'"))
    return int(found[1]) if found else None


def label_of(text: str, names: Sequence[str] = EMOTIONS) -> int:
    """Returns the label that a field, a number or a name, stands for.

    Args:
        text: The field.
        names: Which emotion each number is.

    Raises:
        ValueError: In words, if it is none.
    """
    number = number_of(text)
    if number is not None and number < len(names):
        text = names[number]
    if (name := canonical(text.strip(" \t\"'"))) is not None:
        return EMOTIONS.index(name)
    other = " nor one of their names" if re.search(r"[^\W\d]", text) else ""
    raise ValueError(f"emotion {text.strip()[:20]!r} is not 0..{len(EMOTIONS) - 1}{other}")


def pixels_of(text: str) -> np.ndarray:
    """Returns the 2,304 uint8 gray values written in a field.

    Between them may be spaces, commas or semicolons, around them brackets; "70.0" is 70.

    Raises:
        ValueError: In words, if they are not that many whole numbers 0..255.
    """
    plain = text.strip(" \t\"'").translate(_BETWEEN)
    try:
        values = np.fromstring(plain, np.float64 if "." in plain else np.int64, sep=" ")
    except ValueError as error:
        short = f": {text.strip()!r}" if len(text) <= _SHORT else ""
        raise ValueError(f"its pixels are not all numbers{short}") from error
    return face_of(values)


def face_of(values: np.ndarray) -> np.ndarray:
    """Returns 2,304 numbers as uint8 gray values.

    Raises:
        ValueError: In words, if they are not that many whole numbers 0..255.
    """
    if values.size != PIXELS:
        raise ValueError(f"{values.size} pixels instead of {PIXELS}")
    if not (values.min() >= 0 and values.max() <= 255):
        raise ValueError("a pixel is not in 0..255")
    if values.dtype.kind == "f" and (values != np.floor(values)).any():
        raise ValueError("a pixel is no whole number")
    return values.astype(np.uint8)
