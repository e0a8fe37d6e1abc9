"""The webcam, read live: the stream, its controls, and what is seen."""

from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit_webrtc import WebRtcMode, webrtc_streamer

from fer_core.inference.live import LiveSession
from fer_core.inference.stream import StreamOptions
from studio import compat
from studio.classify.controls import Controls, choose_controls, choose_smoothing
from studio.classify.modes import STREAM
from studio.classify.webcam import panels
from studio.classify.webcam.ice import IceServers, ice_servers
from studio.failure import show_failure
from studio.loaders import pipeline

_SESSION, _MIRROR = "live_session", "live_mirror"
_CAMERA = {
    "video": {
        "width": {"ideal": 640},
        "height": {"ideal": 480},
        "frameRate": {"ideal": 25, "max": 30},
    },
    "audio": False,
}
_VIDEO = {
    "autoPlay": True,
    "playsInline": True,
    "muted": True,
    "controls": False,
    "style": {"width": "100%", "borderRadius": "0.6rem"},
}


def read_webcam() -> None:
    """Draws the section."""
    if _MIRROR not in st.session_state:  # Streamlit drops what was not drawn in the run before
        leave_webcam()
    answer = st.empty()
    left, right = st.columns([3, 2], gap="medium")
    with right:
        controls = choose_controls()
        session = _session(controls)
        status = st.empty()
    servers = ice_servers(st.context.url)
    st.html(Path(__file__).with_name("webcam.css"))
    with st.container(key="live_seen"):
        _watch(session, controls, servers, answer, status)
    # Last, as it ends the run to answer the browser's call: what is watched must be drawn by then.
    with left:
        _stream(session, servers)


def _stream(session: LiveSession, servers: IceServers) -> None:
    webrtc_streamer(
        STREAM,
        mode=WebRtcMode.SENDRECV,
        rtc_configuration={"iceServers": servers.servers},
        media_stream_constraints=_CAMERA,
        video_html_attrs=_VIDEO,
        video_frame_callback=session.receive,
        translations={"select_device": "Choose camera"},
        on_change=_forget,
    )


def _watch(
    session: LiveSession,
    controls: Controls,
    servers: IceServers,
    answer: DeltaGenerator,
    status: DeltaGenerator,
) -> None:
    """Draws what is seen; every second while the camera is on.

    One fragment for all of it, and one that is slow while the connection is made: Streamlit's
    frontend breaks where runs interrupt each other ("Bad delta path index").
    """
    context = st.session_state.get(STREAM)
    is_playing = context is not None and context.state.playing
    is_on = is_playing or (context is not None and context.state.signalling)
    every = panels.EVERY if is_playing else panels.WAITING_EVERY

    @st.fragment(run_every=every if is_on else None)
    def watch() -> None:
        state = session.state()
        panels.show_answer(answer, state if is_on else None, session.options.threshold)
        panels.show_status(status, state, controls, servers)
        with st.container():  # always there, so that what follows keeps its place
            if state.error:
                show_failure(state.error)
            if is_on and not state.frames and session.waited() > panels.PATIENCE:
                panels.explain_waiting(servers)
        if is_on and state.frames:
            panels.show_course(session, state)

    watch()


def _session(controls: Controls) -> LiveSession:
    """Returns this visitor's session, with the controls as they are now."""
    with st.container(horizontal=True, vertical_alignment="center"):
        half_life = choose_smoothing("live_half_life")
        mirror = st.toggle("Mirror", True, key=_MIRROR)
    options = StreamOptions(half_life, controls.threshold)
    reader = pipeline(controls.model, controls.detector, fast=True)
    session = st.session_state.get(_SESSION)
    if session is None:
        session = st.session_state[_SESSION] = LiveSession(reader, options, mirror)
    session.pipeline, session.options, session.mirror = reader, options, mirror
    return session


def _forget() -> None:
    """Forgets the last stream when one starts or stops: the player's state has changed."""
    if not st.session_state[STREAM].state.playing:
        st.session_state.pop(_SESSION, None)


def leave_webcam() -> None:
    """Ends the stream, if there is one, and forgets it.

    streamlit-webrtc itself only ends one that is connected and loses its browser, or whose page
    is left: one still looking for a way through the network would keep looking.
    """
    st.session_state.pop(_SESSION, None)
    context = st.session_state.get(STREAM)
    if context is not None:  # kept, though reset: a late message of the browser looks for it
        compat.end_stream(context)
