"""Drawings in place of FER2013's faces, where a visitor has none."""

from collections.abc import Callable, Sequence

import streamlit as st

from fer_core.dataset.drawn import CAPTION, drawn_faces
from fer_core.emotions import EMOTIONS
from studio.face_grid import Face, face_grid


def show_drawings(
    key: str, classes: Sequence[str], note: Callable[[int], str] | None = None, after: str = ""
) -> None:
    """Draws them in the grid that the faces would have.

    Args:
        key: Key of the grid.
        classes: Emotions that count; those of others are left out.
        note: Returns what stands under the drawing of a number.
        after: A sentence on what is drawn, after that they are drawings.
    """
    pictures, labels = drawn_faces()
    numbers = [n for n, label in enumerate(labels) if EMOTIONS[label] in classes]
    face_grid(
        [
            Face(n, pictures[n], EMOTIONS[labels[n]], note(n) if note else "drawing")
            for n in numbers
        ],
        key=key,
        opens=False,
    )
    st.caption(f"{CAPTION} {after}".strip())
