"""The first call of every page: its settings, its look and the navigation."""

from pathlib import Path

import streamlit as st

from fer_core.common import isolated
from fer_core.common.memory import return_large_blocks
from fer_core.settings import ROOT, settings
from studio import compat, memory
from studio.markdown import unbroken

FAVICON = ROOT / "fer_core" / "assets" / "favicon.png"
"""Our own file: a Material icon as favicon would be fetched from Google by every visitor."""

_SCRIPTS = "".join(
    f"<script>{Path(__file__).with_name(name).read_text()}</script>"
    for name in ("announce.js", "touch.js")
)
"""Have a screen reader read the answer whenever it changes, and fingers scroll over charts."""


def begin(title: str, heading: str | None = None, charts: bool = False) -> None:
    """Sets the page's title and draws sidebar and heading; call it first in each page.

    Args:
        title: Name of the page in the browser's tab.
        heading: What stands at its top; the title unless it is given.
        charts: Whether the page opens with a chart: the browser is then told to fetch Plotly now,
            and not only when the first chart comes.
    """
    st.set_page_config(page_title=f"{title} · FER Studio", page_icon=FAVICON, layout="wide")
    _prepare_process()
    st.html(Path(__file__).with_name("page.css"))
    st.html(_SCRIPTS, unsafe_allow_javascript=True)
    st.logo(FAVICON, link=None)
    if charts:
        with st.sidebar:
            _fetch_plotly()
    st.title(heading or title, anchor=False)
    memory.visit()


def _fetch_plotly() -> None:
    """Has the browser load and compile Plotly, 5 MB, while the server prepares the first chart.

    It is the same module that Streamlit imports with the first chart. A Streamlit that names it
    otherwise imports it then, as before.
    """
    for script in compat.chart_scripts():
        st.html(
            f'<script type="module">import("{script}")</script>',
            unsafe_allow_javascript=True,
        )


@st.cache_resource(show_spinner=False)
def _prepare_process() -> None:
    """Once for the server: what all its pages profit from."""
    from fer_core.faces import prepare

    return_large_blocks()
    isolated.while_waiting = compat.stop_if_unwanted
    memory.watch()
    prepare()
    if settings().fetch:
        from studio import fetching

        fetching.begin()


def lead(sentence: str) -> None:
    """Draws the page's answer, a sentence of Markdown computed from the data, under its title."""
    with st.container(key="lead"):
        st.markdown(unbroken(sentence))
