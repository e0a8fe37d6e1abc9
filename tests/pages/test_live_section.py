"""The live section with a player that is none: frames are handed to its callback."""

import json

import av
import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest
from streamlit_webrtc import WebRtcStreamerContext, WebRtcStreamerState

from fer_core.emotions import EMOTIONS
from fer_core.inference import live, stream
from fer_core.settings import ROOT, settings
from studio.classify.modes import BATCH, CONNECTION, MODE, OVER_PAGE, STREAM, VIDEO_STREAM, WEBCAM
from studio.classify.webcam import panels, section
from studio.classify.webcam.ice import IceServers
from studio.notice import UNDERSTOOD

_SOON, _LATE = 1000.0, 2000.0
"""Seconds after which the page goes on without a stream, and a relay is given up."""


class Worker:
    """The server's end of a connection."""

    def __init__(self):
        self.stopped = 0

    def stop(self):
        self.stopped += 1


def player(playing: bool, signalling: bool = False, worker: Worker | None = None):
    """What `webrtc_streamer` leaves in the session."""
    return WebRtcStreamerContext(worker, WebRtcStreamerState(playing, signalling))


@pytest.fixture
def calls(monkeypatch) -> list[dict]:
    """Arguments of each call of the player."""
    called: list[dict] = []

    def streamer(key, **arguments):
        st.session_state.setdefault(key, player(playing=False))
        called.append(arguments)

    monkeypatch.setattr(section, "webrtc_streamer", streamer)
    # A busy machine may take long to draw a page.
    monkeypatch.setattr(live, "_STALLED", 60.0)
    monkeypatch.setattr(settings(), "stream_seconds", _SOON)
    monkeypatch.setattr(panels, "PATIENCE", _LATE)
    return called


@pytest.fixture
def page(without_yunet):
    app = AppTest.from_file(str(ROOT / "Home.py"), default_timeout=60)
    app.switch_page("pages/4_Classify.py")
    app.session_state[MODE] = WEBCAM
    app.session_state[UNDERSTOOD] = True
    return app


def lead(page: AppTest) -> str:
    return page.main.markdown[0].value.replace("\N{NO-BREAK SPACE}", " ")


def play(page: AppTest, calls: list[dict], picture: np.ndarray, frames: int = 1) -> None:
    """Starts the stream, hands frames to it, and draws the page again."""
    page.session_state[STREAM] = player(playing=True)
    for _ in range(frames):
        calls[-1]["video_frame_callback"](av.VideoFrame.from_ndarray(picture, format="rgb24"))
    page.run()


def test_before_it_starts_it_says_what_to_do(page, calls):
    page.run()
    assert not page.exception
    assert "Start the camera" in lead(page)
    assert [metric.value for metric in page.metric] == ["–", "–"]
    assert calls[-1]["media_stream_constraints"]["audio"] is False


def test_face_is_told_with_speed_and_course(page, calls, astronaut):
    page.run()
    play(page, calls, astronaut, frames=3)
    assert not page.exception
    assert "this face" in lead(page)
    assert int(page.metric[0].value) > 0
    assert page.metric[1].value.endswith(" ms")
    assert len(page.get("plotly_chart")) == 1
    captions = " ".join(caption.value for caption in page.caption)
    assert "Custom CNN · Haar cascade alt2 · 512 × 512 px" in captions


def test_two_faces_are_told_and_one_is_chosen(page, calls, astronaut):
    page.run()
    play(page, calls, np.hstack([astronaut[:300, 80:360]] * 2), frames=3)
    assert lead(page).startswith("2 faces in view: face 1 ")
    assert page.button_group(key="live_face").value == 1
    page.button_group(key="live_face").set_value(2).run()
    assert any("Face 2 over the last 30 seconds" in caption.value for caption in page.caption)


def test_stream_that_ended_after_it_was_drawn_is_not_shown_as_live(
    page, calls, astronaut, monkeypatch
):
    page.run()
    watches = []

    def fragment(function=None, **_):
        return function or (lambda watch: watches.append(watch) or watch)

    def streamer_put_back_in_the_page(key, **_):
        if st.session_state[key].state.playing:
            st.session_state[key] = player(playing=False)
            watches[-1]()

    monkeypatch.setattr(section.st, "fragment", fragment)
    monkeypatch.setattr(section, "webrtc_streamer", streamer_put_back_in_the_page)
    play(page, calls, astronaut)
    assert not page.exception
    assert "Start the camera" in lead(page)


def test_what_is_read_can_be_recorded(page, calls, astronaut):
    page.run()
    play(page, calls, astronaut)
    page.button(key="live_record").click().run()
    play(page, calls, astronaut, frames=3)
    assert any("of at most 60 s" in caption.value for caption in page.caption)
    page.button(key="live_record_stop").click().run()
    assert not page.exception
    clip = page.session_state["live_clip"]
    assert clip.table.count("\n") == 4 and clip.video[4:8] == b"ftyp"
    assert [found.label for found in page.get("download_button")] == ["Marked video", "CSV"]
    page.button_group(key=MODE).set_value(BATCH).run()
    assert "live_clip" not in page.session_state


def test_no_face_is_told(page, calls):
    page.run()
    play(page, calls, np.full((120, 160, 3), 127, np.uint8))
    assert lead(page) == "No face is in view."
    assert not page.get("plotly_chart")


def test_error_in_the_callback_shows_and_the_stream_goes_on(page, calls, astronaut, monkeypatch):
    page.run()
    session = page.session_state["live_session"]
    pipeline = session.pipeline

    class Broken:
        name = "broken"

        def detect(self, rgb):
            raise ValueError("boom")

    session.pipeline = type(pipeline)(Broken(), pipeline.classifier)
    play(page, calls, astronaut)
    assert "boom" in page.error[0].value
    play(page, calls, astronaut, frames=3)
    assert "this face" in lead(page)


def test_controls_reach_the_running_stream(page, calls, astronaut):
    page.run()
    session = page.session_state["live_session"]
    play(page, calls, astronaut)
    page.slider(key="live_half_life").set_value(1.2)
    page.toggle(key="live_mirror").set_value(False)
    page.selectbox(key="classify_fast_model").set_value("dcnn_elu").run()
    page.slider(key="classify_threshold_dcnn_elu").set_value(90).run()
    assert page.session_state["live_session"] is session
    assert (session.options.half_life, session.options.threshold) == (1.2, 0.9)
    assert session.mirror is False
    assert session.pipeline.classifier.classes == ("happy", "sad", "neutral")


@pytest.fixture
def relay(monkeypatch):
    found = IceServers("Cloudflare", [], True)
    monkeypatch.setattr(section, "ice_servers", lambda address: found)


def wait_for_the_stream(page: AppTest, seconds: float) -> Worker:
    """Lets a connection that was asked for take so long; returns the server's end of it."""
    page.run()
    page.session_state["live_session"].began -= seconds
    worker = Worker()
    page.session_state[STREAM] = player(playing=False, signalling=True, worker=worker)
    page.run()
    return worker


def test_stream_that_does_not_come_up_gives_way_to_the_page(page, calls):
    worker = wait_for_the_stream(page, _SOON / 2)
    assert worker.stopped == 0 and not page.get("bidi_component")
    page.session_state["live_session"].began -= _SOON
    page.run()
    assert not page.exception
    assert worker.stopped == 1
    (camera,) = page.get("bidi_component")
    assert json.loads(camera.proto.json)["starts"] is True
    assert any("goes on over its own connection" in caption.value for caption in page.caption)
    page.button_group(key=CONNECTION).set_value(VIDEO_STREAM).run()
    assert not page.get("bidi_component")


def test_over_the_page_is_chosen_at_once(page, calls):
    page.session_state[CONNECTION] = OVER_PAGE
    page.run()
    assert not page.exception and not calls
    (camera,) = page.get("bidi_component")
    told = json.loads(camera.proto.json)
    assert (told["starts"], told["mirror"], told["answer"]) == (False, True, None)
    assert [kind["name"] for kind in told["classes"]] == list(EMOTIONS)


def test_relay_that_carries_nothing_is_explained_with_two_ways_on(page, calls, relay):
    worker = wait_for_the_stream(page, _SOON)
    assert not page.warning
    page.session_state["live_session"].began -= _LATE
    page.run()
    assert worker.stopped == 0
    assert "Cloudflare relays" in page.warning[0].value
    (button,) = [b for b in page.button if b.label == "Go on over the page"]
    button.click().run()
    assert worker.stopped == 1
    assert len(page.get("bidi_component")) == 1


def test_photo_can_be_taken_instead_of_a_stream(page, calls, relay):
    worker = wait_for_the_stream(page, _LATE)
    (button,) = [b for b in page.button if b.label == "Take a photo instead"]
    button.click().run()
    assert page.session_state["classify_source"] == "Camera"
    assert len(page.get("camera_input")) == 1
    assert worker.stopped == 1
    assert "live_session" not in page.session_state


def test_another_mode_ends_a_stream_that_never_connected(page, calls):
    page.run()
    worker = Worker()
    page.session_state[STREAM] = player(playing=False, signalling=True, worker=worker)
    page.run()
    page.button_group(key=MODE).set_value(BATCH).run()
    assert not page.exception
    assert worker.stopped == 1
    assert "live_session" not in page.session_state
    page.button_group(key=MODE).set_value(WEBCAM).run()
    assert "Start the camera" in lead(page)
    assert not page.warning and not page.get("bidi_component")


def test_stream_of_before_another_page_was_looked_at_is_not_shown_as_live(page, calls, astronaut):
    page.run()
    play(page, calls, astronaut)
    before = page.session_state["live_session"]
    page.switch_page("pages/2_Image_operations.py").run()
    page.switch_page("pages/4_Classify.py")
    page.session_state[MODE] = WEBCAM
    page.run()
    assert "Start the camera" in lead(page)
    assert page.session_state["live_session"] is not before
    assert not page.get("plotly_chart")


def test_stream_that_stalls_says_so(page, calls, astronaut, monkeypatch):
    page.run()
    play(page, calls, astronaut, frames=3)
    monkeypatch.setattr(live, "_STALLED", 0.0)
    page.run()
    assert lead(page) == "The camera has stopped sending pictures."
    assert page.metric[0].value == "0"


def test_course_is_at_first_of_a_face_in_view(page, calls, astronaut, monkeypatch):
    monkeypatch.setattr(stream, "PATIENCE", 0.0)  # in each frame the face is a new one
    page.run()
    play(page, calls, astronaut, frames=2)
    assert page.session_state["live_session"].numbers() == [1, 2]
    assert page.button_group(key="live_face").value == 2
