"""What was read: the marked picture, the bars of a face, the table of all."""

import json
from collections.abc import Sequence
from functools import partial
from pathlib import PurePath
from typing import Any

import numpy as np
import streamlit as st

from fer_core.charts.heat import enlarged
from fer_core.common.numerals import percent
from fer_core.common.tables import as_csv
from fer_core.emotions import EMOTIONS
from fer_core.faces import DETECTORS
from fer_core.inference import FaceEmotion, as_table
from fer_core.inference.pipeline import NOT_SURE
from studio.bars import show_emotions
from studio.classify.faces_table import faces_table
from studio.markdown import plain, unbroken
from studio.pictures import Picture
from studio.reading import Reading, marked_png

_HIGHEST = 560
"""Height, px, that a picture is shown at most, so that picture and bars fit on one screen."""


def show_picture(picture: Picture, reading: Reading, threshold: float, key: str) -> None:
    """Draws the marked picture, its credit and its download."""
    height, width = reading.preview.shape[:2]
    answers = [f"{n} {_said(face, threshold)}" for n, face in enumerate(reading.faces, 1)]
    st.image(
        reading.marked(threshold),
        width=min(1100, round(width * _HIGHEST / height)),
        output_format="JPEG",
        alt=f"{picture.name}: {', '.join(answers) or 'no face found'}",
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(" · ".join(filter(None, [plain(picture.name), picture.credit])))
        if reading.faces:
            st.download_button(
                "Marked picture",
                partial(marked_png, picture, reading, threshold),
                file_name=f"{PurePath(picture.name).stem}-read.png",
                mime="image/png",
                icon=":material/download:",
                type="tertiary",
                on_click="ignore",
                key=f"png_{key}",
            )


def show_faces(reading: Reading, threshold: float, key: str) -> None:
    """Draws the bars of one face; with several faces, of the one chosen."""
    number = 0
    if len(reading.faces) > 1:
        number = st.pills(
            "Face",
            range(len(reading.faces)),
            default=0,
            required=True,
            format_func=lambda n: f"{n + 1} {_said(reading.faces[n], threshold)}",
            key=f"face_{key}_{len(reading.faces)}",
        )
    _show_face(reading.faces[number], reading.crops[number], threshold)


def _found_by(face: FaceEmotion) -> str:
    if face.box.detector not in DETECTORS:
        return ""
    return f" · found by {DETECTORS[face.box.detector].title}, score {face.box.score:.2f}"


def _said(face: FaceEmotion, threshold: float) -> str:
    return face.unreadable or face.answer(threshold)


def _show_face(face: FaceEmotion, crop: np.ndarray, threshold: float) -> None:
    with st.container(horizontal=True, vertical_alignment="center", wrap=False):
        st.image(
            enlarged(crop, 2), width=96, output_format="PNG", alt="The face as the model sees it"
        )
        answer = face.answer(threshold)
        best = f"best guess {face.label}, " if answer == NOT_SURE else ""
        if face.unreadable:
            best = f"{face.unreadable}; {best}"
        st.markdown(
            unbroken(
                f"## {answer}\n{best}{percent(face.confidence)}  \n"
                f":small[:gray[{face.box.width} × {face.box.height} px, 48 × 48 for the model"
                f"{_found_by(face)}]]"
            ),
            width="stretch",
        )
    show_emotions(face.classes, face.probabilities, threshold)


def show_table(records: Sequence[dict[str, Any]]) -> None:
    """Draws one row for each face, and its downloads as CSV and JSON."""
    table = as_table(records)
    emotions = [name for name in EMOTIONS if name in table]
    st.header("Every face", anchor=False)
    faces_table(table, emotions)
    with st.container(horizontal=True):
        _download("CSV", as_csv(table), "faces.csv", "text/csv")
        _download("JSON", json.dumps(records, indent=1), "faces.json", "application/json")


def _download(label: str, text: str, file: str, mime: str) -> None:
    st.download_button(
        label, text, file, mime, icon=":material/download:", on_click="ignore", key=file
    )
