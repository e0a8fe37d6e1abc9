"""How every error reaches the visitor: as text, whatever it quotes."""

import streamlit as st

from studio.markdown import plain


def show_failure(error: object, icon: str = ":material/error:", of: str = "") -> None:
    """Draws what went wrong; Markdown in it, such as a file's name, does nothing.

    Args:
        error: An error, or a sentence.
        icon: A Material icon.
        of: What it was about, such as a picture's name.
    """
    st.error(plain(f"{of}: {error}" if of else str(error)), icon=icon)
