"""The webcam, read live: the stream, its controls, and what is seen.

Its pictures come as a video stream (WebRTC), or over the page's own connection where that is chosen
or no stream comes up.
"""

from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit_webrtc import WebRtcMode, webrtc_streamer

from fer_core.inference.live import LiveSession
from fer_core.inference.stream import StreamOptions
from fer_core.settings import settings
from studio import compat
from studio.classify.controls import Controls, choose_controls, choose_smoothing
from studio.classify.modes import CONNECTION, GOES_ON, OVER_PAGE, STREAM, VIDEO_STREAM
from studio.classify.webcam import page_camera, panels
from studio.classify.webcam.ice import IceServers, ice_servers
from studio.classify.webcam.recorder import forget_recording, show_clip, show_recorder
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
        controls = choose_controls(fast=True)
        connection = _choose_connection()
        session = _session(controls)
        status = st.empty()
    st.html(Path(__file__).with_name("webcam.css"))
    if connection == OVER_PAGE:
        with st.container(key="live_seen"):
            _watch_pictures(session, controls, answer, status)
            show_clip()
        with left:
            _take_pictures(session)
        return
    servers = ice_servers(st.context.url)
    with st.container(key="live_seen"):
        _watch(session, controls, servers, answer, status)
        show_clip()
    # Last, as it ends the run to answer the browser's call: what is watched must be drawn by then.
    with left:
        _stream(session, servers)


def _choose_connection() -> str:
    """Draws how the camera's pictures come here; returns `VIDEO_STREAM` or `OVER_PAGE`."""
    if st.session_state.get(GOES_ON) and st.session_state.get(CONNECTION) != OVER_PAGE:
        leave_webcam()
        st.session_state[GOES_ON] = True
        st.session_state[CONNECTION] = OVER_PAGE
    chosen = st.segmented_control(
        "Connection",
        (VIDEO_STREAM, OVER_PAGE),
        default=None if CONNECTION in st.session_state else VIDEO_STREAM,
        required=True,
        key=CONNECTION,
        bind="query-params",
        on_change=leave_webcam,
        help="A video stream shows more pictures a second, but some networks let none through. "
        "Over the page, small pictures go the way the page itself came.",
    )
    return chosen or VIDEO_STREAM


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
    is_playing, is_on = drawn = _stream_state()
    every = panels.EVERY if is_playing else panels.WAITING_EVERY

    @st.fragment(run_every=every if is_on else None)
    def watch() -> None:
        if _stream_state() != drawn:  # it changed where the run had no eye on it
            st.rerun()
        state = session.state()
        panels.show_answer(answer, state if is_on else None, session.options.threshold)
        panels.show_status(status, state, controls, servers.provider, servers.failed)
        with st.container():  # always there, so that what follows keeps its place
            show_recorder(session, is_playing)
            if state.error:
                show_failure(state.error)
            if is_on and not state.frames:
                _be_patient(session.waited(), servers)
        if is_on and state.frames:
            panels.show_course(session, state)

    watch()


def _stream_state() -> tuple[bool, bool]:
    """Returns whether the stream plays, and whether it does or is on its way."""
    context = st.session_state.get(STREAM)
    if context is None:
        return False, False
    return context.state.playing, context.state.playing or context.state.signalling


def _be_patient(waited: float, servers: IceServers) -> None:
    """Goes on over the page where no stream came up in time and no relay could carry one."""
    if servers.is_relayed:
        if waited > panels.PATIENCE:
            panels.explain_waiting(servers)
    elif waited > settings().stream_seconds:
        st.session_state[GOES_ON] = True
        st.rerun()


def _take_pictures(session: LiveSession) -> None:
    """Draws the camera of the page, whose fragment runs with every picture: it draws no more."""
    was_on = page_camera.is_on()
    has_gone_on = st.session_state.get(GOES_ON, False)

    @st.fragment
    def take() -> None:
        page_camera.page_camera(session, has_gone_on)
        if page_camera.is_on() != was_on:
            st.rerun()

    take()
    if has_gone_on:
        st.caption(
            "No video stream came through this network, so the page goes on over its own "
            "connection: fewer pictures a second, read the same way."
        )


def _watch_pictures(
    session: LiveSession, controls: Controls, answer: DeltaGenerator, status: DeltaGenerator
) -> None:
    """Draws what is seen in the camera of the page; every second while it is on."""
    is_on = page_camera.is_on()

    @st.fragment(run_every=panels.EVERY if is_on else None)
    def watch() -> None:
        if page_camera.is_on() != is_on:
            st.rerun()
        state = session.state()
        panels.show_answer(answer, state if is_on else None, session.options.threshold)
        panels.show_status(status, state, controls, "this page's own connection")
        with st.container():  # always there, so that what follows keeps its place
            show_recorder(session, is_on)
            if state.error:
                show_failure(state.error)

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
    st.session_state.pop(GOES_ON, None)
    page_camera.forget()
    forget_recording()
    context = st.session_state.get(STREAM)
    if context is not None:  # kept, though reset: a late message of the browser looks for it
        compat.end_stream(context)
