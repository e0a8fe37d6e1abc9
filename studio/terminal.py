"""Commands for who runs the app on a machine of their own; visitors of a public server see none."""

import streamlit as st

from fer_core.settings import settings


def offer(command: str, before: str) -> None:
    """Draws a command to copy, under what it does; nothing on a public server.

    Args:
        command: A line for a shell.
        before: A sentence, Markdown allowed.
    """
    if settings().hosted:
        return
    st.caption(before)
    st.code(command, language=None, wrap_lines=True)


def own(sentence: str, hosted: str = "") -> str:
    """Returns a sentence that names a command, or what stands instead of it on a public server."""
    return hosted if settings().hosted else sentence
