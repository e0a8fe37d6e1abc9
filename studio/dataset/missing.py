"""What a section shows that needs the faces, where there are none."""

import streamlit as st

from studio.terminal import own


def needs_faces(what: str) -> None:
    """Says what would be here and how to get it.

    Args:
        what: A sentence on what the section shows.
    """
    with st.container(border=True):
        st.markdown(f"**{what} That needs the dataset.**")
        st.caption(
            own(
                "Add it at the top of the page, run `python -m fer_core data fetch`, or set "
                "`FER_DATA` to its path before starting the app.",
                "You can add it at the top of the page.",
            )
        )
