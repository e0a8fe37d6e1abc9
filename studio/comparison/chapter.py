"""How a chapter of the comparison is drawn on the page."""

from itertools import groupby

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from fer_core.review.chapters import Chapter
from studio.figure import show_exhibit

_MOST = 4
"""Sentences that are read at a glance; the others are folded."""


def show_chapter(chapter: Chapter, top: DeltaGenerator | None = None) -> None:
    """Draws the question, the answer in words, and the exhibits; small ones two in a row.

    Args:
        chapter: What to draw.
        top: Where question and answer stand, if above the controls that the chapter hangs on.
    """
    with top or st.container():
        st.subheader(chapter.question, anchor=False)
        _list(chapter.sentences[:_MOST])
        if chapter.sentences[_MOST:]:
            with st.expander(f"{len(chapter.sentences) - _MOST} more"):
                _list(chapter.sentences[_MOST:])
    for is_half, run in groupby(chapter.exhibits, lambda exhibit: exhibit.half):
        exhibits = list(run)
        in_a_row = 2 if is_half and len(exhibits) > 1 else 1
        for first in range(0, len(exhibits), in_a_row):
            row = exhibits[first : first + in_a_row]
            columns = st.columns(in_a_row, gap="large")
            for column, exhibit in zip(columns, row, strict=False):
                with column:
                    st.markdown(f"#### {exhibit.title}")
                    show_exhibit(exhibit)
    if chapter.missing:
        st.info(chapter.missing)


def _list(sentences: tuple[str, ...]) -> None:
    if sentences:
        st.markdown("\n".join(f"- {sentence}" for sentence in sentences))
