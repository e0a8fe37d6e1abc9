"""What was read of a picture, as rows: for tables, CSV and JSON."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from fer_core.emotions import EMOTIONS
from fer_core.inference.pipeline import FaceEmotion

if TYPE_CHECKING:
    import pandas as pd


def as_records(
    faces: Sequence[FaceEmotion], picture: str, threshold: float | None = None
) -> list[dict[str, Any]]:
    """Returns one record per face: picture, number, box (px), answer, label, confidence, classes.

    `landmarks` are those of `FaceBox`, px, if its detector knows any. `detector` found it, with
    `score`; `unreadable` says why it shows too little, or is empty.

    Args:
        faces: As `Pipeline.analyze` orders them; numbered from 1.
        picture: Name of the picture they are in.
        threshold: Confidence below which the answer is "not sure"; None takes the model's own.
    """
    return [
        {
            "picture": picture,
            "face": number,
            "left": face.box.left,
            "top": face.box.top,
            "width": face.box.width,
            "height": face.box.height,
            "landmarks": [[round(x, 1), round(y, 1)] for x, y in face.box.landmarks],
            "detector": face.box.detector,
            "score": round(face.box.score, 4),
            "unreadable": face.unreadable,
            "answer": face.answer(threshold),
            "label": face.label,
            "confidence": round(face.confidence, 4),
            "probabilities": {
                name: round(float(p), 4)
                for name, p in zip(face.classes, face.probabilities, strict=True)
            },
        }
        for number, face in enumerate(faces, 1)
    ]


def as_table(records: Sequence[dict[str, Any]]) -> "pd.DataFrame":
    """Returns the records as a table with one column for each emotion, in FER2013 order."""
    import pandas as pd

    flat = [{**record, **record["probabilities"]} for record in records]
    known = [name for name in EMOTIONS if any(name in row for row in flat)]
    first = ["picture", "face", "left", "top", "width", "height", "detector", "score"]
    first += ["unreadable", "answer", "label", "confidence"]
    return pd.DataFrame(flat, columns=first + known)
