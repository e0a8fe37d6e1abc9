"""Drawings that stand where FER2013's faces are not there; `tools/drawn_faces.py` makes them."""

from functools import cache

import numpy as np

from fer_core.settings import ROOT

DRAWN = ROOT / "fer_core" / "assets" / "drawn_faces.npz"

CAPTION = (
    "Drawings by this project, not photographs and not FER2013's faces: seven people who never "
    "were, with seven emotions each. They show what the dataset is like; no figure comes from them."
)


@cache
def drawn_faces() -> tuple[np.ndarray, np.ndarray]:
    """Returns the drawings, uint8 (49, 48, 48), and their labels, uint8 (49,), by emotion."""
    with np.load(DRAWN) as stored:
        return stored["images"], stored["labels"]
