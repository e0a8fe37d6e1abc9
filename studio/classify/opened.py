"""A picture of which only a row was seen, opened over the page with its faces marked."""

from collections.abc import Callable

import streamlit as st

from fer_core.errors import FerError
from studio.bars import show_emotions
from studio.failure import show_failure
from studio.markdown import plain
from studio.reading import Reading, analyse

_CLICKED = "clicked_row"


def note_click(table: str) -> Callable[[], None]:
    """Returns what a table calls when a cell of it is clicked: the row is noted.

    Args:
        table: Its key; it selects single cells.
    """

    def note() -> None:
        for row, _ in st.session_state[table].selection.cells:
            st.session_state[_CLICKED] = (table, row)

    return note


def clicked(table: str) -> int | None:
    """Returns the row of a table that was just clicked, once; else None."""
    at, row = st.session_state.get(_CLICKED, (None, None))
    if at != table:
        return None
    del st.session_state[_CLICKED]
    return int(row)


def open_picture(
    name: str,
    data: Callable[[], bytes],
    model: str,
    detector: str,
    threshold: float,
    number: int,
    whole: bool = False,
) -> None:
    """Shows a picture over the page, read again: nothing of it was kept.

    Args:
        name: Of the picture.
        data: Returns its file; may raise a `FerError`.
        model: Name of a saved model.
        detector: Key of `faces.DETECTORS`.
        threshold: Confidence below which the answer is "not sure".
        number: Of the face that was clicked, from 1; 0 where none was found.
        whole: Whether to take the picture as one face.
    """

    @st.dialog("One picture", width="large")
    def dialog() -> None:
        st.markdown(f"**{plain(name)}**")
        try:
            with st.spinner("Reading the picture"):
                reading = analyse(data(), model, detector, whole)
        except FerError as error:
            show_failure(error, ":material/broken_image:")
            return
        _show(reading, name, threshold, number)

    dialog()


def _show(reading: Reading, name: str, threshold: float, number: int) -> None:
    left, right = st.columns([3, 2], gap="medium")
    with left:
        st.image(
            reading.marked(threshold),
            output_format="JPEG",
            alt=f"{name}, its faces numbered from left to right",
        )
    with right:
        if not 0 < number <= len(reading.faces):
            st.caption("No face was found in it.")
            return
        face = reading.faces[number - 1]
        st.markdown(f"### Face {number}: {face.unreadable or face.answer(threshold)}")
        show_emotions(face.classes, face.probabilities, threshold)
