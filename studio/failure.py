"""How every error reaches the visitor: as text, whatever it quotes, without commands if hosted."""

import streamlit as st

from studio.markdown import plain
from studio.terminal import without_commands


def show_failure(error: object, icon: str = ":material/error:", of: str = "") -> None:
    """Draws what went wrong; Markdown in it, such as a file's name, does nothing.

    Args:
        error: An error, or a sentence.
        icon: A Material icon.
        of: What it was about, such as a picture's name.
    """
    told = without_commands(str(error)) or str(error)
    st.error(plain(f"{of}: {told}" if of else told), icon=icon)
