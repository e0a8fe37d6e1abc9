"""What Classify reads: pictures, the webcam, a video, many pictures at once."""

import streamlit as st

PICTURES, WEBCAM, VIDEO, BATCH = "Pictures", "Webcam", "Video", "Batch"

MODE = "classify_mode"
"""Key of the choice; part of the page's address too."""

STREAM = "live_webcam"
"""Key of the webcam's stream, once there was one."""

VIDEO_STREAM, OVER_PAGE = "Video stream", "Over the page"

CONNECTION = "live_connection"
"""Key of the choice between the two ways from the webcam to the server."""

GOES_ON = "live_goes_on"
"""True from the moment when no stream came up and the page is to go on without."""


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
