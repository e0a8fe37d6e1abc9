"""The Style transfer page."""

from pathlib import Path

import streamlit as st

from fer_core.errors import FerError
from fer_core.images import shrunk
from studio.failure import show_failure
from studio.markdown import plain
from studio.page import lead
from studio.pictures import choose
from studio.style import painted, work
from studio.style.easel import show_emotion_change, show_making, show_painting, show_strip
from studio.style.options import choose_options
from studio.style.paintings import choose_paintings
from studio.style.photo import read

_PREVIEW = 400


def show_page() -> None:
    """Draws the easel, what to paint and how, and this session's paintings."""
    st.html(Path(__file__).with_name("style.css"))
    answer = st.empty()
    left, right = st.columns([3, 2], gap="medium")
    is_painting = work.current_job() is not None
    with right, st.container(border=True):
        try:
            _choose_and_paint(is_painting)
        except FerError as error:
            show_failure(error)
        if is_painting:
            work.follow()
        else:
            work.report()
    with left:
        try:
            sentence = _show_easel()
        except FerError as error:
            show_failure(error)
            sentence = "A photo and a painting become one picture."
    if is_painting:
        sentence = "Your picture is being painted. Stay on this page and watch it grow."
    show_strip()
    with answer:
        lead(sentence)


def _show_easel() -> str:
    """Draws the painting that is shown; returns the answer in a sentence."""
    painting = painted.shown()
    with st.container(key="style_easel"):
        show_painting(painting)
    work.bring_new_into_view("style_easel")
    sentence = show_emotion_change(painting)
    show_making(painting)
    return sentence


def _choose_and_paint(is_painting: bool) -> None:
    """Draws photo, painting, options and the button; while it paints, no more than the options.

    The picture under way then takes the button's place, where whoever pressed it is looking.
    """
    pictures = choose("style")
    paintings = choose_paintings()
    options = choose_options(paintings)
    if is_painting:
        return
    if not pictures:
        st.caption("Choose a photo to paint.")
        return
    try:
        photo, faces = read(pictures[0].data)
    except FerError as error:
        show_failure(error, ":material/broken_image:", of=pictures[0].name)
        return
    with st.container(horizontal=True, wrap=False, gap="small"):
        for title, picture in (("Photo", photo), (paintings[0].title, paintings[0].picture)):
            with st.container():
                st.image(
                    shrunk(picture, _PREVIEW)[0],
                    width="stretch",
                    output_format="JPEG",
                    caption=plain(title),
                    alt=title,
                )
    work.offer_to_paint(pictures[0].name, photo, faces, paintings, options)
