"""The Image operations page."""

from pathlib import Path

import streamlit as st

from fer_core.errors import FerError
from studio.failure import show_failure
from studio.imageops.sources import choose_pictures
from studio.page import lead

_VIEWS = (
    ":material/tune: Pipeline",
    ":material/compare: Three libraries",
    ":material/face_retouching_natural: Face finder",
)


def show_page() -> None:
    """Draws the pictures and the view that is open, or why they cannot be used."""
    st.html(Path(__file__).with_name("imageops.css"))
    try:
        _show_all()
    except FerError as error:
        show_failure(error)


def _show_all() -> None:
    """Draws the choice of pictures, the three views of which one is open, and the answer."""
    answer = st.empty()
    pictures, preview = choose_pictures()
    if preview is None:
        with answer:
            lead("What does an operation do to a picture? Choose one, or go back to the samples.")
        return
    pipeline, libraries, finder = st.tabs(_VIEWS, on_change="rerun", key="ops_view")
    sentence = ""
    if pipeline.open:
        from studio.imageops.workbench import work

        with pipeline:
            sentence = work(pictures, preview)
    if libraries.open:
        from studio.imageops.libraries import compare_libraries

        with libraries:
            sentence = compare_libraries(preview)
    if finder.open:
        from studio.imageops.finder import find

        with finder:
            sentence = find(preview)
    with answer:
        lead(sentence)
