"""A grid of faces to look at, open and mark.

Each face is a button, each mark a checkbox: both work from the keyboard and are read aloud. The
browser enlarges the 48 pixels without smoothing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import streamlit as st

from fer_core.emotions import COLOURS
from fer_core.images import FACE_SIZE
from studio.data_url import data_url
from studio.markdown import unbroken

_HERE = Path(__file__).parent
_mount = st.components.v2.component(
    "fer_face_grid",
    html=(_HERE / "face_grid.html").read_text(),
    css=(_HERE / "face_grid.css").read_text(),
    js=(_HERE / "face_grid.js").read_text(),
)


@dataclass(frozen=True)
class Face:
    """One face of a grid.

    Attributes:
        row: Its row in the dataset; what opening and marking name.
        picture: uint8 gray of shape (48, 48).
        label: Emotion name, with its colour; other words stand without.
        note: A second line, may be empty.
    """

    row: int
    picture: np.ndarray
    label: str
    note: str = ""


def face_grid(
    faces: Sequence[Face],
    key: str,
    mark: str = "",
    marked: frozenset[int] = frozenset(),
    on_toggle: Callable[[int], None] | None = None,
    scale: int = 2,
    opens: bool = True,
) -> int | None:
    """Draws the faces; returns the row of the one just opened, else None.

    Args:
        faces: In reading order.
        key: Key of the element.
        mark: Words beside each face's checkbox; none are drawn if empty.
        marked: Rows whose box is ticked.
        on_toggle: Called with the row of a box that was ticked or cleared.
        scale: Each of the 48 pixels is drawn as `scale` x `scale`.
        opens: Whether a face is a button.
    """
    data = {
        "side": scale * FACE_SIZE,
        "opens": opens,
        "mark": mark,
        "faces": [
            {
                "row": face.row,
                "source": data_url(face.picture),
                "label": face.label,
                "note": unbroken(face.note),
                "colour": COLOURS.get(face.label, ""),
                "marked": face.row in marked,
            }
            for face in faces
        ],
    }

    def toggled() -> None:
        state = st.session_state.get(key)
        row = state.toggled if state is not None else None
        if on_toggle and row is not None:
            on_toggle(int(row))

    result = _mount(data=data, key=key, on_opened_change=lambda: None, on_toggled_change=toggled)
    return None if result.opened is None else int(result.opened)
