"""Recording what the webcam shows, and handing it to its owner; nothing of it is on disk."""

import streamlit as st

from fer_core.inference.live import LiveSession
from fer_core.inference.recording import LONGEST, Clip, Recording

_RECORDING, _CLIP, _SHOWN = "live_recording", "live_clip", "live_clip_shown"


def show_recorder(session: LiveSession, is_on: bool) -> None:
    """Draws the button that begins or ends a recording; for a fragment that runs all the time."""
    recording: Recording | None = st.session_state.get(_RECORDING)
    if recording is None:
        if is_on:
            st.button(
                "Record",
                icon=":material/fiber_manual_record:",
                help=f"The marked picture and a table of each frame, up to {LONGEST:.0f} s; they "
                "stay in memory until you leave.",
                key="live_record",
                on_click=_begin,
                args=(session,),
            )
    elif is_on and session.is_recording:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button(
                "Stop recording", icon=":material/stop:", key="live_record_stop", on_click=_finish
            )
            st.caption(f"{recording.seconds:.0f} of at most {LONGEST:.0f} s")
    else:
        _finish()
    clip = st.session_state.get(_CLIP)
    if clip is not st.session_state.get(_SHOWN):  # the downloads are no part of the fragment
        st.session_state[_SHOWN] = clip
        st.rerun()


def show_clip() -> None:
    """Draws the downloads of the last recording, if there is one."""
    clip: Clip | None = st.session_state.get(_CLIP)
    if clip is None:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(f"{clip.seconds:.0f} s are recorded.")
        for label, data, file, mime in (
            ("Marked video", clip.video, "webcam-read.mp4", "video/mp4"),
            ("CSV", clip.table, "webcam.csv", "text/csv"),
        ):
            st.download_button(
                label, data, file, mime, icon=":material/download:", on_click="ignore"
            )


def forget_recording() -> None:
    """Forgets a recording, whether it is finished or not."""
    _finish()
    for key in (_CLIP, _SHOWN):
        st.session_state.pop(key, None)


def _begin(session: LiveSession) -> None:
    st.session_state.pop(_CLIP, None)
    st.session_state[_RECORDING] = session.record()


def _finish() -> None:
    recording: Recording | None = st.session_state.pop(_RECORDING, None)
    if recording is not None and (clip := recording.finish()) is not None:
        st.session_state[_CLIP] = clip
