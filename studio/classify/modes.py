"""What Classify reads: pictures, the webcam, a video, many pictures at once."""

import streamlit as st

PICTURES, WEBCAM, VIDEO, BATCH = "Pictures", "Webcam", "Video", "Batch"

MODE = "classify_mode"
"""Key of the choice; part of the page's address too."""

STREAM = "live_webcam"
"""Key of the webcam's stream, once there was one."""


def choose_mode() -> str:
    """Draws the choice, at first pictures."""
    return st.segmented_control(
        "What to read",
        (PICTURES, WEBCAM, VIDEO, BATCH),
        default=PICTURES,
        required=True,
        key=MODE,
        bind="query-params",
        label_visibility="collapsed",
    )
