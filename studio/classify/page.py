"""The Classify page."""

import streamlit as st

from fer_core.errors import FerError
from fer_core.savedmodels import saved_names
from studio.classify.modes import BATCH, PICTURES, STREAM, VIDEO, WEBCAM, choose_mode
from studio.failure import show_failure
from studio.no_model import no_model
from studio.notice import understood
from studio.page import lead


def show_page() -> None:
    """Draws what is to be read and what was read in it."""
    if not saved_names():
        lead("Which expression does a face show? A trained model is needed to say.")
        no_model()
        return
    try:
        _read_chosen()
    except FerError as error:
        show_failure(error)


def _read_chosen() -> None:
    """Draws what is to be read; the live parts load only where they are used."""
    mode = choose_mode()
    if mode != WEBCAM and STREAM in st.session_state:
        from studio.classify.webcam.section import leave_webcam

        leave_webcam()
    if mode != PICTURES and not understood():
        return
    if mode == WEBCAM:
        from studio.classify.webcam.section import read_webcam

        read_webcam()
    elif mode == VIDEO:
        from studio.classify.video.section import read_video

        read_video()
    elif mode == BATCH:
        from studio.classify.batch.section import read_batch

        read_batch()
    else:
        from studio.classify.pictures.section import read_pictures

        read_pictures()
