"""The sections of a page: tabs where there is room, a list to choose from on a phone."""

from collections.abc import Sequence

import streamlit as st
from streamlit.elements.lib.mutable_tab_container import TabContainer

KEY = "section"
"""Key of the open section; part of the page's address too."""

_LIST = "section_list"


def sections(names: list[str]) -> Sequence[TabContainer]:
    """Draws the choice, which stays in view; returns a place for each section.

    Only the one that is `open` is to be drawn. The browser shows the tabs or the list, by its
    width (page.css); both choose the same.

    Args:
        names: In their order, the first one open at first.
    """
    with st.container(key="sections"):
        asked = st.session_state.get(KEY, st.query_params.get(KEY))
        st.session_state[_LIST] = asked if asked in names else names[0]
        st.selectbox("Section", names, key=_LIST, on_change=_open)
        return st.tabs(names, key=KEY, bind="query-params")


def section_is_chosen(names: Sequence[str]) -> bool:
    """Returns whether the reader has opened another of the sections than the first."""
    return st.session_state.get(KEY, st.query_params.get(KEY)) in names[1:]


def _open() -> None:
    st.session_state[KEY] = st.session_state[_LIST]
