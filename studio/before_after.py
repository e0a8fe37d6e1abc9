"""Two pictures on one another, with a divider to pull across them.

A native range input carries the position: arrow keys move it by 1 %, Page Up and Page Down by
10 %, Home and End to the sides; a mouse or a finger pulls it anywhere on the picture.
"""

from pathlib import Path
from typing import TypedDict

import numpy as np
import streamlit as st

from fer_core.images import shrunk
from studio.data_url import data_url

LONGEST_SIDE = 1200
"""Longest side sent to the browser, pixels: the width of a page."""
EXACT_SIDE = 256
"""Up to this side a picture is sent without loss and enlarged without smoothing."""
NARROWEST, WIDEST = 0.25, 4.0
"""Limits of the frame's width over its height, so that a strip can still be pulled across."""

_HERE = Path(__file__).parent
_mount = st.components.v2.component(
    "fer_before_after",
    html=(_HERE / "before_after.html").read_text(),
    css=(_HERE / "before_after.css").read_text(),
    js=(_HERE / "before_after.js").read_text(),
)


class _Side(TypedDict):
    source: str
    label: str
    pixelated: bool


def before_after(
    before: np.ndarray,
    after: np.ndarray,
    labels: tuple[str, str] = ("Before", "After"),
    key: str | None = None,
    start: int = 50,
) -> None:
    """Draws a before/after slider as wide as its column and at most 70 % of the window high.

    Args:
        before: Picture on the left, uint8 RGB of shape (h, w, 3) or gray of shape (h, w).
        after: Picture on the right, likewise. Where its proportions differ from those of
            `before`, each is fitted whole into the frame of `before`.
        labels: Words on the left and the right picture; they are read aloud too.
        key: Key of the element, needed where a page has more than one.
        start: Where the divider stands at first, percent of the width.
    """
    height, width = before.shape[:2]
    data = {
        "before": _side(before, labels[0]),
        "after": _side(after, labels[1]),
        "ratio": min(max(width / height, NARROWEST), WIDEST),
        "start": start,
    }
    _mount(data=data, key=key)


def _side(picture: np.ndarray, label: str) -> _Side:
    small = max(picture.shape[:2]) <= EXACT_SIDE
    return {
        "source": data_url(shrunk(picture, LONGEST_SIDE)[0], exact=small),
        "label": label,
        "pixelated": small,
    }
