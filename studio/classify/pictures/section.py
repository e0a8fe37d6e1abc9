"""Pictures: choose some, and see what a model reads in each face."""

import streamlit as st

from fer_core.errors import FerError
from fer_core.inference import as_records
from studio.classify.controls import Controls, choose_controls
from studio.classify.pictures.results import show_faces, show_picture, show_table
from studio.failure import show_failure
from studio.loaders import fingerprint, title
from studio.page import lead
from studio.pictures import Picture, choose
from studio.reading import Reading, forget_all_but, read
from studio.sentence import sentence


def read_pictures() -> None:
    """Draws controls, pictures, table and, at the top, the answer."""
    answer = st.empty()
    left, right = st.columns([3, 2], gap="medium")
    with right:
        controls = choose_controls()
    with left:
        pictures = choose("classify")
    forget_all_but({picture.digest for picture in pictures})
    if not pictures:
        with answer:
            lead("Which expression does a face show? Choose a picture with one.")
        return
    readings = [_read_picture(picture, controls, key) for picture, key in _keyed(pictures)]
    found = [(p, r) for p, r in zip(pictures, readings, strict=True) if r is not None]
    faces = [face for _, reading in found for face in reading.faces]
    with answer:
        without = sum(not reading.faces for _, reading in found)
        unread = len(pictures) - len(found)
        said = (title(controls.model), faces, controls.threshold, len(found), without, unread)
        lead(sentence(*said))
    records = []
    for picture, reading in found:
        records += as_records(reading.faces, picture.name, controls.threshold)
    if records:
        show_table(records)


def _read_picture(picture: Picture, controls: Controls, key: str) -> Reading | None:
    """Reads one picture and draws what was found, or why it cannot be read."""
    whole = st.session_state.get(f"whole_{key}", False)
    version = fingerprint(controls.model)
    try:
        reading = read(picture, picture.digest, controls.model, version, controls.detector, whole)
    except FerError as error:
        show_failure(error, ":material/broken_image:", of=picture.name)
        if whole:
            _offer_whole(key, whole)
        return None
    with st.container(border=True):
        left, right = st.columns([3, 2], gap="medium")
        with left:
            show_picture(picture, reading, controls.threshold, key)
        with right:
            if whole or not reading.faces:
                _offer_whole(key, whole)
            if reading.faces:
                show_faces(reading, controls.threshold, key)
    return reading


def _keyed(pictures: list[Picture]) -> list[tuple[Picture, str]]:
    """Returns each picture with a key of its content, so that its widgets stay with it."""
    digests = [picture.digest[:12] for picture in pictures]
    return [
        (picture, f"{digest}_{digests[:n].count(digest)}")
        for n, (picture, digest) in enumerate(zip(pictures, digests, strict=True))
    ]


def _offer_whole(key: str, whole: bool) -> None:
    """Offers to take the picture as one face where the detector sees none."""
    if not whole:
        st.markdown("## No face found")
        st.caption(
            "The face may be turned away, very small or half hidden. If the picture is a face "
            "and little else, take it as one; or try another face detector."
        )
    st.toggle("Take the whole picture as one face", key=f"whole_{key}")
