import base64

import numpy as np
import pytest

from fer_core.faces import FaceBox
from fer_core.images import encode_png
from fer_core.inference import Pipeline
from fer_core.inference.live import LiveSession
from fer_core.inference.stream import StreamOptions
from studio.classify.webcam import page_camera


class Told:
    name = "told"

    def detect(self, rgb):
        return [FaceBox(20, 30, 40, 60)]


@pytest.fixture
def kept(monkeypatch) -> dict:
    """What is kept for the visitor."""
    state: dict = {}
    monkeypatch.setattr(page_camera.st, "session_state", state)
    return state


@pytest.fixture
def session(saved_models) -> LiveSession:
    classifier = Pipeline.load("custom_cnn", "haar_alt2").classifier
    return LiveSession(Pipeline(Told(), classifier), StreamOptions(threshold=1.0))


def message(number: int, side: int = 160) -> dict:
    picture = np.random.default_rng(0).integers(0, 255, (side * 3 // 4, side, 3), np.uint8)
    file = base64.b64encode(encode_png(picture)).decode()
    return {"number": number, "picture": f"data:image/jpeg;base64,{file}"}


def test_answer_names_the_picture_and_places_the_faces_in_it(session, kept):
    page_camera.take(session, message(7))
    assert page_camera.is_on()
    answer = kept["live_page_answer"]
    assert (answer["number"], answer["mirrored"]) == (7, True)
    (face,) = answer["faces"]
    assert (face["number"], face["words"], face["colour"]) == (1, "not sure", "#FFFFFF")
    place = [face[name] for name in ("left", "top", "width", "height")]
    assert place == [20 / 160, 30 / 120, 40 / 160, 60 / 120]
    assert sum(face["shares"]) == pytest.approx(1, abs=1e-3)
    assert face["share"] == pytest.approx(max(face["shares"]), abs=1e-4)


def test_camera_that_stops_leaves_nothing(session, kept):
    page_camera.take(session, message(1))
    page_camera.take(session, {"stopped": True})
    assert not page_camera.is_on() and not kept


@pytest.mark.parametrize(
    "picture",
    [
        None,
        3,
        "",
        "data:image/jpeg;base64,%%%",
        "bm8gcGljdHVyZQ==",
        "A" * (page_camera.LARGEST + 4),
    ],
)
def test_what_is_no_picture_is_told_and_the_next_one_read(session, kept, picture):
    page_camera.take(session, {"number": 1, "picture": picture})
    assert kept["live_page_answer"]["number"] == 1
    assert session.state().error and session.state().frames == 0
    page_camera.take(session, message(2))
    assert session.state().frames == 1
