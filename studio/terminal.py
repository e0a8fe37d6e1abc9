"""Commands for who runs the app on a machine of their own; visitors of a public server see none."""

import re
from itertools import pairwise

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


_COMMAND = re.compile(r"python\s+-m|fer-studio\s|pip install")


def without_commands(text: str) -> str:
    """Returns a text, on a public server without the sentences in it that name a command."""
    if not settings().hosted:
        return text
    parts = [*re.split(r"(?<=[.;])(?=\s)", text), ""]
    return "".join(
        f"{part[:-1]}." if part.endswith(";") and _COMMAND.search(after) else part
        for part, after in pairwise(parts)
        if not _COMMAND.search(part)
    ).strip()
