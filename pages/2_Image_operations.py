"""Image operations: a pipeline to try, the same in three libraries, Haar cascades."""

import streamlit as st

from fer_core.errors import FerError
from fer_core.settings import ROOT
from fer_core.ui.imageops.sources import choose_pictures
from fer_core.ui.page import begin, lead
from fer_core.ui.words import plain

VIEWS = (
    ":material/tune: Pipeline",
    ":material/compare: Three libraries",
    ":material/face_retouching_natural: Face finder",
)


def show_all() -> None:
    """Draws the choice of pictures, the three views of which one is open, and the answer."""
    answer = st.empty()
    pictures, preview = choose_pictures()
    if preview is None:
        with answer:
            lead("What does an operation do to a picture? Choose one, or go back to the samples.")
        return
    pipeline, libraries, finder = st.tabs(VIEWS, on_change="rerun", key="ops_view")
    sentence = ""
    if pipeline.open:
        from fer_core.ui.imageops.workbench import work

        with pipeline:
            sentence = work(pictures, preview)
    if libraries.open:
        from fer_core.ui.imageops.libraries import compare_libraries

        with libraries:
            sentence = compare_libraries(preview)
    if finder.open:
        from fer_core.ui.imageops.finder import find

        with finder:
            sentence = find(preview)
    with answer:
        lead(sentence)


begin("Image operations")
st.html(ROOT / "fer_core" / "ui" / "imageops" / "imageops.css")
st.title("Image operations", anchor=False)
try:
    show_all()
except FerError as error:
    st.error(plain(str(error)), icon=":material/error:")
