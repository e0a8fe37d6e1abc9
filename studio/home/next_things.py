"""The data found, and where to go from here."""

import streamlit as st

from fer_core.settings import ROOT, settings

_NEXT = (
    (
        "pages/4_Classify.py",
        "Read faces",
        ":material/face:",
        "Your pictures, or the camera. Every face gets a bar for each emotion.",
    ),
    (
        "pages/3_Model_comparison.py",
        "Compare the models",
        ":material/leaderboard:",
        "Accuracy with intervals, confusion, calibration, cost.",
    ),
    (
        "pages/1_Dataset.py",
        "Look at the data",
        ":material/grid_view:",
        "",
    ),
    (
        "pages/5_Style_transfer.py",
        "Paint a face",
        ":material/brush:",
        "Neural style transfer: a photo in the style of a painting.",
    ),
)


def show_next_things() -> None:
    """Draws a card for each of the next things to do, and what data is found."""
    cards = [card for card in _NEXT if (ROOT / card[0]).exists()]
    for column, (page, label, icon, text) in zip(st.columns(len(cards)), cards, strict=True):
        with column, st.container(border=True, height="stretch"):
            st.page_link(page, label=f"**{label}**", icon=icon)
            st.caption(text or data_found())


def data_found() -> str:
    """Returns which dataset there is, or how to get one; no path on a public server."""
    path = settings().dataset
    if path is None:
        return (
            "FER2013 is not on this machine: the page shows its statistics and says how to add it."
        )
    if not path.exists():
        return "FER_DATA names a file that is not there: the page shows FER2013's statistics."
    return "FER2013 is on this machine: how many faces of each, how they look, which are doubtful."
