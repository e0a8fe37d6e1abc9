import time

import numpy as np
import pytest
from clips import clip, moving
from streamlit.testing.v1 import AppTest
from waiting import wait_until

from fer_core.common.jobs import State
from fer_core.inference.summary import Summary
from fer_core.settings import ROOT, settings
from studio.classify.modes import MODE, VIDEO
from studio.classify.video.results import sentence
from studio.markdown import unbroken
from studio.notice import UNDERSTOOD


@pytest.fixture
def page(without_yunet):
    app = AppTest.from_file(str(ROOT / "Home.py"), default_timeout=60)
    app.switch_page("pages/4_Classify.py")
    app.session_state[MODE] = VIDEO
    app.session_state[UNDERSTOOD] = True
    return app


def lead(page: AppTest) -> str:
    return page.main.markdown[0].value.replace("\N{NO-BREAK SPACE}", " ")


def button(page: AppTest, label: str):
    return next(found for found in page.button if found.label == label)


def test_sample_clip_can_be_read_without_a_video_of_ones_own(page):
    page.run()
    page.button(key="video_sample").click().run()
    assert not page.exception
    assert lead(page).replace("\\", "") == "How do the faces of Sample clip.mp4 change? Press Read."
    button(page, "Read").click().run()
    job = page.session_state["video_job"]
    wait_until(lambda: not job.is_active)
    assert (job.state, job.summary.frames) == (State.DONE, 60)
    assert len(job.summary.faces) >= 2
    page.run()
    assert "faces appear" in lead(page)


def read(page: AppTest, data: bytes, name: str = "film.mp4") -> AppTest:
    """Uploads a video, has it read, and waits for the end."""
    page.run()
    page.file_uploader(key="video_file").set_value((name, data, "video/mp4")).run()
    assert lead(page).replace("\\", "") == f"How do the faces of {name} change? Press Read."
    button(page, "Read").click().run()
    job = page.session_state["video_job"]
    until = time.monotonic() + 60
    while job.is_active and time.monotonic() < until:
        time.sleep(0.05)
    return page.run()


def test_empty_state_says_what_comes(page):
    page.run()
    assert not page.exception
    assert lead(page) == "How do the faces of a video change? Choose one."
    assert unbroken("up to 200 MB") in page.caption[-2].value


def test_video_is_read_and_shown(page, astronaut):
    read(page, clip(moving(astronaut, 30)))
    assert not page.exception and not page.error
    assert page.session_state["video_job"].state == State.DONE
    assert lead(page).startswith("Custom CNN ") and "this face" in lead(page)
    assert len(page.get("video")) == 1
    assert {found.label for found in page.get("download_button")} == {"Marked video", "CSV"}
    assert len(page.get("plotly_chart")) == 2


def test_result_is_told_of_the_model_that_read_it(page, astronaut):
    read(page, clip(moving(astronaut, 10)))
    page.selectbox(key="classify_fast_model").set_value("dcnn_elu").run()
    assert not page.exception
    assert lead(page).startswith("Custom CNN ")


def test_video_that_does_not_say_how_long_it_is_tells_its_frames(page, astronaut):
    read(page, clip(moving(astronaut, 10)))
    job = page.session_state["video_job"]
    job.state, job.fraction = State.RUNNING, None
    page.run()
    assert any("10 frames, 0 s of video read" in caption.value for caption in page.caption)
    assert not page.get("progress")
    job.fraction = 0.36
    page.run()
    (progress,) = page.get("progress")
    assert progress.proto.value == 36


def test_limit_is_no_more_than_the_server_takes(page, monkeypatch):
    monkeypatch.setattr(settings(), "max_video_mb", 1000)
    page.run()
    assert unbroken("up to 200 MB") in page.caption[-2].value
    assert page.file_uploader(key="video_file").proto.max_upload_size_mb == 200


def test_new_video_drops_the_old_one(page, astronaut):
    read(page, clip(moving(astronaut, 5)))
    other = clip(moving(astronaut, 6))
    page.file_uploader(key="video_file").set_value(("other.mp4", other, "video/mp4")).run()
    assert "video_job" not in page.session_state
    assert not page.get("video")


def test_video_without_a_face(page):
    read(page, clip([np.full((64, 64, 3), 120, np.uint8)] * 30))
    assert lead(page) == "No face was found in 1.2 s of video."
    assert not page.get("plotly_chart")


def test_file_that_is_no_video_says_so(page):
    read(page, b"not a film")
    assert lead(page) == "The video was not read."
    assert "not a video that can be read" in page.error[0].value


def test_cancelled_reading_can_start_again(page, astronaut):
    read(page, clip(moving(astronaut, 5)))
    page.session_state["video_job"].state = State.CANCELLED
    page.run()
    assert lead(page) == "Reading was cancelled."
    button(page, "Read again").click().run()
    assert not page.exception


def test_sentence_of_several_faces():
    from fer_core.faces import FaceBox
    from fer_core.inference.smoothing import TrackedFace

    summary = Summary()
    box, picture = FaceBox(5, 5, 20, 20), np.zeros((50, 50, 3), np.uint8)
    for index in range(41):
        faces = []
        for number, happy in ((1, 0.9), (2, 0.9 if index > 30 else 0.2)):
            if number == 1 and index < 20:
                continue
            p = np.array([happy, 1 - happy], np.float32)
            name = ("happy", "sad")[int(p.argmax())]
            faces.append(TrackedFace(box, ("happy", "sad"), p, number, name, True))
        summary.add(picture, faces, index / 10, 0.0)
    assert sentence("VGG", summary) == (
        "VGG reads face 2, seen longest, as **sad** for 75.0 % of its time; 2 faces appear."
    )
