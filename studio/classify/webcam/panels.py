"""What a live stream shows beside the picture; drawn again while it runs."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from fer_core.charts.timeline import emotion_lines
from fer_core.common.numerals import percent
from fer_core.faces import DETECTORS
from fer_core.inference.live import REMEMBERED, LiveSession, LiveState
from fer_core.inference.pipeline import NOT_SURE
from studio.classify.controls import Controls
from studio.classify.modes import GOES_ON, MODE, PICTURES
from studio.classify.webcam.ice import IceServers
from studio.figure import show
from studio.loaders import title
from studio.page import lead
from studio.pictures import CAMERA

EVERY = 1.0
"""Seconds between two drawings."""
WAITING_EVERY = 2.5
"""The same, while the connection is made."""

PATIENCE = 10.0
"""Seconds without a frame after which the network is explained."""


def sentence(state: LiveState | None, threshold: float) -> str:
    """Returns the answer of the page, as Markdown; of None, while the camera is off."""
    if state is None:
        return "Which expression does your face show? Start the camera and look into it."
    if not state.frames:
        return "Waiting for the camera."
    if state.is_stalled:
        return "The camera has stopped sending pictures."
    if not state.faces:
        return "No face is in view."
    answers = [(face, face.answer(threshold)) for face in state.faces]
    if len(answers) > 1:
        said = ", ".join(f"face {face.number} **{answer}**" for face, answer in answers)
        return f"{len(answers)} faces in view: {said}."
    face, answer = answers[0]
    if answer == NOT_SURE:
        return (
            f"The model is **not sure** about this face: its best guess, {face.label}, has "
            f"{percent(face.confidence)}."
        )
    return f"The model reads this face as **{answer}** ({percent(face.confidence)})."


def show_answer(place: DeltaGenerator, state: LiveState | None, threshold: float) -> None:
    """Draws the answer into a placeholder."""
    with place:
        lead(sentence(state, threshold))


def show_status(
    place: DeltaGenerator,
    state: LiveState,
    controls: Controls,
    network: str,
    failed: tuple[str, ...] = (),
) -> None:
    """Draws speed, model, detector and network into a placeholder."""
    with place.container(border=True):
        with st.container(horizontal=True):
            st.metric("Frames a second", f"{state.fps:.0f}" if state.frames else "–")
            reading = f"{state.reading_ms[0]:.0f} ms" if state.frames else "–"
            st.metric("Reading a frame", reading)
        size = f" · {state.size[0]} × {state.size[1]} px" if state.frames else ""
        lines = [
            f"{title(controls.model)} · {DETECTORS[controls.detector].title}{size}",
            f"Network: {network}",
        ]
        if failed:
            lines.append(
                f"{' and '.join(failed)}: configured, but gave no credentials; "
                "the server's log says why"
            )
        st.caption("  \n".join(lines))


def explain_waiting(servers: IceServers) -> None:
    """Says that even the relay carries nothing, and offers the ways that need no stream."""
    st.warning(
        "Your network lets no video stream through, as many offices and mobile networks do. "
        f"{servers.provider} relays, but no picture came through.",
        icon=":material/signal_disconnected:",
    )
    with st.container(horizontal=True):
        if st.button("Go on over the page", icon=":material/swap_horiz:", on_click=_go_on):
            st.rerun()
        if st.button("Take a photo instead", icon=":material/photo_camera:", on_click=_to_photo):
            st.rerun()


def _go_on() -> None:
    st.session_state[GOES_ON] = True


def _to_photo() -> None:
    st.session_state[MODE] = PICTURES
    st.session_state["classify_source"] = CAMERA


def show_course(session: LiveSession, state: LiveState) -> None:
    """Draws the last half minute of one face: one in view, or the one chosen of several."""
    numbers = session.numbers()
    if not numbers:
        return
    in_view = [face.number for face in state.faces if face.number in numbers]
    number = in_view[0] if in_view else numbers[-1]
    with st.container():  # always there, so that the chart keeps its place
        if len(numbers) > 1:
            number = st.pills("Face", numbers, default=number, required=True, key="live_face")
    seconds, probabilities = session.course(number)
    classes = session.pipeline.classifier.classes
    if probabilities.shape[1:] != (len(classes),):  # a model with other classes takes over
        return
    show(
        emotion_lines(seconds, probabilities, classes, REMEMBERED),
        f"Face {number} over the last {REMEMBERED:.0f} seconds: the smoothed probability of "
        "each emotion; now is at the right.",
        key="live_course",
    )
