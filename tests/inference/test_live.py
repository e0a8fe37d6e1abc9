import io
import threading
from fractions import Fraction

import av
import numpy as np
import pytest

from fer_core.errors import DetectorError
from fer_core.faces import FaceBox
from fer_core.images import encode_png
from fer_core.inference import Pipeline
from fer_core.inference import live as live_module
from fer_core.inference.live import LONGEST_SIDE, REMEMBERED, LiveSession
from fer_core.inference.stream import StreamOptions
from fer_core.inference.video import VideoReader


class Told:
    name = "told"

    def __init__(self, *boxes, error=None):
        self.boxes, self.error = list(boxes), error

    def detect(self, rgb):
        if self.error:
            raise self.error
        return self.boxes


@pytest.fixture
def clock(monkeypatch):
    """Time that stands still until it is set."""

    class Clock:
        now = 100.0

        def monotonic(self):
            return self.now

    stopped = Clock()
    monkeypatch.setattr(live_module, "time", stopped)
    return stopped


@pytest.fixture
def classifier(saved_models):
    return Pipeline.load("custom_cnn", "haar_alt2").classifier


def session(classifier, *boxes, **options) -> LiveSession:
    return LiveSession(Pipeline(Told(*boxes), classifier), **options)


def frame(rgb: np.ndarray | None = None) -> av.VideoFrame:
    picture = np.full((120, 160, 3), 90, np.uint8) if rgb is None else rgb
    sent = av.VideoFrame.from_ndarray(picture, format="rgb24")
    sent.pts, sent.time_base = 7, Fraction(1, 30)
    return sent


def pixels(given: av.VideoFrame) -> np.ndarray:
    return given.to_ndarray(format="rgb24")


BOX = FaceBox(20, 30, 40, 50)


def test_frame_comes_back_marked_and_the_state_tells_of_it(classifier, clock):
    live = session(classifier, BOX, mirror=False)
    marked = pixels(live.receive(frame()))
    assert marked.shape == (120, 160, 3)
    assert (marked[55, 20:22] != 90).any() and (marked[5, 150] == 90).all()
    state = live.state()
    assert (state.frames, state.size, state.error) == (1, (160, 120), "")
    assert [face.box for face in state.faces] == [BOX]


def test_mirror_swaps_the_picture_not_the_words(classifier, clock):
    picture = np.zeros((120, 160, 3), np.uint8)
    picture[:, :10] = 200
    live = session(classifier, mirror=True)
    assert (pixels(live.receive(frame(picture)))[:, -10:] == 200).all()
    live.mirror = False
    assert (pixels(live.receive(frame(picture)))[:, :10] == 200).all()


def test_frames_a_second_are_counted(classifier, clock):
    live = session(classifier)
    for _ in range(30):
        live.receive(frame())
        clock.now += 0.05
    assert live.state().fps == pytest.approx(20)


def test_course_is_remembered_for_half_a_minute(classifier, clock):
    live = session(classifier, BOX)
    for _ in range(400):
        live.receive(frame())
        clock.now += 0.11
    ages, probabilities = live.course(1)
    assert ages.min() >= -REMEMBERED and ages.max() == pytest.approx(-0.11)
    assert 270 <= len(ages) <= 273
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-4)
    assert live.course(99)[0].shape == (0,)


def test_course_has_a_gap_where_the_face_was_away(classifier, clock):
    live = session(classifier, BOX, options=StreamOptions(search_every=1))
    for step in range(60):
        live.pipeline.detector.boxes = [] if 10 <= step < 23 else [BOX]
        live.receive(frame())
        clock.now += 0.1
    ages, probabilities = live.course(1)
    (gap,) = np.flatnonzero(np.isnan(probabilities).all(axis=1))
    assert -5 < ages[gap] < -3
    assert (np.diff(ages) > 0).all()


def test_faces_long_gone_are_forgotten(classifier, clock):
    live = session(classifier, BOX)
    live.receive(frame())
    assert live.numbers() == [1]
    live.pipeline.detector.boxes = []
    clock.now += REMEMBERED + 5
    live.receive(frame())
    assert live.numbers() == []


@pytest.mark.parametrize(
    "error, said",
    [
        (DetectorError("The detector is not here."), "The detector is not here."),
        (ValueError("boom"), "A frame could not be read (ValueError: boom)."),
    ],
)
def test_error_is_told_and_the_stream_goes_on(classifier, clock, error, said):
    live = session(classifier, BOX, mirror=False)
    live.pipeline.detector.error = error
    given = frame()
    np.testing.assert_array_equal(pixels(live.receive(given)), pixels(given))
    assert live.state().error == said
    live.pipeline.detector.error = None
    clock.now += 1
    live.receive(frame())
    assert [face.box for face in live.state().faces] == [BOX]
    clock.now += 10
    assert live.state().error == ""


def test_frame_that_is_no_picture_comes_back_as_it_is(classifier, clock):
    live = session(classifier)

    class Broken:
        def to_ndarray(self, format):
            raise RuntimeError("no picture")

    broken = Broken()
    assert live.receive(broken) is broken
    assert "no picture" in live.state().error


def test_file_is_read_as_a_frame_is(classifier, clock):
    picture = np.random.default_rng(0).integers(0, 255, (120, 160, 3), np.uint8)
    seen, looked = session(classifier, BOX), session(classifier, BOX)
    seen.receive(frame(picture))
    looked.look(encode_png(picture))
    assert (looked.state().frames, looked.state().size) == (1, (160, 120))
    (a,), (b,) = seen.state().faces, looked.state().faces
    assert a.box == b.box
    np.testing.assert_allclose(a.probabilities, b.probabilities, atol=1e-6)


def test_large_file_is_made_smaller(classifier, clock):
    live = session(classifier)
    live.look(encode_png(np.zeros((900, 1200, 3), np.uint8)))
    assert live.state().size == (LONGEST_SIDE, LONGEST_SIDE * 3 // 4)


def test_file_that_is_no_picture_is_told(classifier, clock):
    live = session(classifier)
    live.look(b"no picture")
    assert live.state().frames == 0 and live.state().error
    live.look(encode_png(np.zeros((90, 120, 3), np.uint8)))
    assert live.state().frames == 1


@pytest.mark.parametrize("is_file", [True, False])
def test_recording_takes_what_is_marked_until_it_is_finished(classifier, clock, is_file):
    live = session(classifier, BOX, mirror=False)
    recording = live.record()
    picture = np.full((120, 160, 3), 90, np.uint8)
    for _ in range(3):
        live.look(encode_png(picture)) if is_file else live.receive(frame(picture))
        clock.now += 0.5
    assert live.is_recording and recording.seconds == 1.0
    clip = recording.finish()
    with VideoReader(io.BytesIO(clip.video)) as film:
        (first, *_) = film
    assert abs(first.rgb[55, 20:22].astype(int) - 90).max() > 20  # the box
    live.receive(frame(picture))
    assert not live.is_recording and not live.state().error


def test_same_error_is_logged_once(classifier, clock, caplog):
    live = session(classifier)
    live.pipeline.detector.error = ValueError("boom")
    for _ in range(20):
        live.receive(frame())
        clock.now += 0.04
    assert len(caplog.records) == 1


def test_errors_of_one_kind_are_logged_once_whatever_they_say(classifier, clock, caplog):
    live = session(classifier)
    for number in range(20):
        live.pipeline.detector.error = ValueError(f"pixel {number}")
        live.receive(frame())
        clock.now += 0.04
    assert "pixel 19" in live.state().error
    live.pipeline.detector.error = KeyError("other")
    live.receive(frame())
    assert len(caplog.records) == 2


def test_stream_without_a_frame_for_two_seconds_shows_nothing(classifier, clock):
    live = session(classifier, BOX)
    for _ in range(10):
        live.receive(frame())
        clock.now += 0.05
    clock.now += 1.5
    state = live.state()
    assert (state.is_stalled, len(state.faces), state.fps) == (False, 1, pytest.approx(20))
    clock.now += 0.6
    state = live.state()
    assert (state.is_stalled, state.faces, state.fps, state.frames) == (True, [], 0, 10)
    live.receive(frame())
    assert not live.state().is_stalled


def test_pipeline_replaced_in_the_middle_of_a_frame_takes_over_with_the_next(classifier, clock):
    other = Pipeline.load("dcnn_elu", "haar_alt2").classifier

    class Replaced(LiveSession):
        """Its pipeline is another one each time it is looked at."""

        looks = 0

        @property
        def pipeline(self):
            self.looks += 1
            return Pipeline(Told(BOX), other if self.looks % 2 else classifier)

        @pipeline.setter
        def pipeline(self, _):
            pass

    live = Replaced(Pipeline(Told(BOX), classifier))
    for _ in range(4):
        live.receive(frame())
        clock.now += 0.2
        assert live.state().error == ""
        lengths = {len(p) for _, p in live._courses[1]}
        assert lengths == {len(live.state().faces[0].classes)}


def test_model_options_and_detector_change_while_it_runs(classifier, clock):
    live = session(classifier, BOX)
    live.receive(frame())
    other = Pipeline.load("dcnn_elu", "haar_alt2").classifier
    live.pipeline = Pipeline(Told(BOX), other)
    live.options = StreamOptions(half_life=0, threshold=1.0)
    clock.now += 0.5
    live.receive(frame())
    (face,) = live.state().faces
    assert face.classes == other.classes
    assert face.answer(1.0) == "not sure"
    assert live.course(1)[1].shape == (1, 3)


def test_state_can_be_asked_while_frames_come(classifier):
    live = session(classifier, BOX)
    stop = threading.Event()
    failures = []

    def ask():
        while not stop.is_set():
            try:
                live.state()
                live.course(1)
                live.numbers()
            except Exception as error:
                failures.append(error)

    asking = threading.Thread(target=ask)
    asking.start()
    for _ in range(100):
        live.receive(frame())
    stop.set()
    asking.join()
    assert failures == []
