"""The webcam over the page's own connection: small pictures one after the other, no video stream.

It works wherever the page does, with no relay and no open port. The browser shows the camera,
mirrored, and draws boxes and labels over it; the server is sent one JPEG at a time, which it reads
in memory in the same `LiveSession` as WebRTC's frames.
"""

import base64
import binascii
from pathlib import Path
from typing import Any

import streamlit as st

from fer_core.emotions import COLOURS
from fer_core.inference.live import LiveSession
from fer_core.inference.overlay import ink, mark
from fer_core.inference.smoothing import TrackedFace

KEY = "live_page_camera"

LONGEST_SIDE = 480
"""Of the pictures sent, px."""
PAUSE = 100
"""Milliseconds between two pictures, at least."""
LARGEST = 2**20
"""Characters of one picture's message; the browser's have about 40,000."""

_ANSWER = "live_page_answer"
_PREFIX = "data:image/jpeg;base64,"
_HERE = Path(__file__).parent
_mount = st.components.v2.component(
    "fer_page_camera",
    html=(_HERE / "page_camera.html").read_text(),
    css=(_HERE / "page_camera.css").read_text(),
    js=(_HERE / "page_camera.js").read_text(),
)


def page_camera(session: LiveSession, starts: bool) -> None:
    """Draws the camera; draw it in a fragment, which then runs with every picture.

    Args:
        session: Reads the pictures.
        starts: Whether the camera starts by itself.
    """

    def arrived() -> None:
        sent = st.session_state[KEY].frame
        if isinstance(sent, dict):
            take(session, sent)

    _mount(
        data={
            "starts": starts,
            "mirror": session.mirror,
            "side": LONGEST_SIDE,
            "pause": PAUSE,
            "invitation": "Press Start and look into the camera.",
            "classes": [
                {"name": name, "colour": COLOURS[name]}
                for name in session.pipeline.classifier.classes
            ],
            "answer": st.session_state.get(_ANSWER),
        },
        key=KEY,
        on_frame_change=arrived,
    )


def is_on() -> bool:
    """Returns whether pictures come: one has, and the camera was not stopped since."""
    return _ANSWER in st.session_state


def forget() -> None:
    """Forgets what was seen."""
    st.session_state.pop(_ANSWER, None)


def take(session: LiveSession, sent: dict[str, Any]) -> None:
    """Reads the picture that the browser sent, and keeps the answer for it."""
    if sent.get("stopped"):
        forget()
        return
    session.look(_file(sent.get("picture")))
    state = session.state()
    width, height = state.size
    st.session_state[_ANSWER] = {
        "number": sent.get("number"),
        "mirrored": session.mirror,
        "faces": [_told(face, width, height, session.options.threshold) for face in state.faces],
    }


def _file(picture: object) -> bytes:
    """Returns the picture's file; nothing, which is no picture, where there is none."""
    if not isinstance(picture, str) or len(picture) > LARGEST:
        return b""
    try:
        return base64.b64decode(picture.removeprefix(_PREFIX), validate=True)
    except binascii.Error:
        return b""


def _told(face: TrackedFace, width: int, height: int, threshold: float) -> dict[str, Any]:
    """Returns what the browser draws of a face; lengths are shares of the picture's sides."""
    words, colour = mark(face, threshold)
    return {
        "number": face.number,
        "left": face.box.left / width,
        "top": face.box.top / height,
        "width": face.box.width / width,
        "height": face.box.height / height,
        "words": words,
        "colour": colour,
        "ink": ink(colour),
        "share": face.confidence,
        "shares": [round(float(p), 4) for p in face.probabilities],
    }
