"""The answer of the page, in a sentence."""

from collections import Counter
from collections.abc import Sequence

from fer_core.common.numerals import percent
from fer_core.emotions import EMOTIONS
from fer_core.inference import FaceEmotion
from fer_core.inference.pipeline import NOT_SURE


def sentence(
    model: str,
    faces: Sequence[FaceEmotion],
    threshold: float | None,
    pictures: int = 1,
    without: int = 0,
    unread: int = 0,
) -> str:
    """Returns what a model read, as Markdown.

    Args:
        model: As people read its name.
        faces: Of all pictures.
        threshold: Confidence below which the answer is "not sure"; None takes the model's own.
        pictures: How many were looked at.
        without: How many of these show no face.
        unread: How many more could not be read.
    """
    if not pictures:
        return "No picture could be read."
    rest = []
    if without and faces:
        rest.append(f"{without} {'shows' if without == 1 else 'show'} no face")
    if unread:
        rest.append(f"{unread} more could not be read")
    said = _read(model, faces, threshold, pictures)
    return f"{said} {', '.join(rest)}." if rest else said


def _read(model: str, faces: Sequence[FaceEmotion], threshold: float | None, pictures: int) -> str:
    where = "this picture" if pictures == 1 else f"these {pictures} pictures"
    if not faces:
        return f"No face was found in {where}."
    if len(faces) > 1:
        return f"{model} reads {len(faces)} faces in {where}: {_counts(faces, threshold)}."
    face = faces[0]
    if face.unreadable:
        return f"One face was found in {where}: it is **{face.unreadable}**, so it is not read."
    if face.answer(threshold) == NOT_SURE:
        return (
            f"{model} is **not sure** about this face: its best guess, {face.label}, has "
            f"{_share(face)}."
        )
    return f"{model} reads this face as **{face.label}** ({_share(face)})."


def _share(face: FaceEmotion) -> str:
    return percent(face.confidence).replace(" ", "\N{NO-BREAK SPACE}")


def _counts(faces: Sequence[FaceEmotion], threshold: float | None) -> str:
    counted = Counter(face.unreadable or face.answer(threshold) for face in faces)
    ranked = sorted(counted, key=lambda name: (-counted[name], _rank(name)))
    return ", ".join(f"{counted[name]} {name}" for name in ranked)


def _rank(answer: str) -> int:
    return EMOTIONS.index(answer) if answer in EMOTIONS else len(EMOTIONS)
