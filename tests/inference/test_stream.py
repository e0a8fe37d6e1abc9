import cv2
import numpy as np
import pytest

from fer_core.faces import FaceBox
from fer_core.inference import Pipeline
from fer_core.inference.flow import follow, search_picture
from fer_core.inference.stream import FaceStream, StreamOptions

FACE = np.array([176.0, 63.0, 94.0, 108.0])


class Told:
    """A detector that finds what it is told, and counts how often it is asked."""

    name = "told"

    def __init__(self, boxes):
        self.boxes, self.asked = boxes, 0

    def detect(self, rgb):
        self.asked += 1
        return [FaceBox(*(round(side) for side in box)) for box in self.boxes]


@pytest.fixture
def classifier(saved_models):
    return Pipeline.load("custom_cnn", "haar_alt2").classifier


def shifted(picture: np.ndarray, dx: float, dy: float, growth: float = 1.0) -> np.ndarray:
    matrix = np.array([[growth, 0, dx], [0, growth, dy]])
    return cv2.warpAffine(picture, matrix, picture.shape[1::-1], borderMode=cv2.BORDER_REFLECT)


def test_flow_finds_shift_and_growth(astronaut):
    small = search_picture(astronaut)
    scale = small.shape[1] / astronaut.shape[1]
    later = search_picture(shifted(astronaut, 9, -6, 1.03))
    (moved,) = follow(small, later, FACE[None] * scale) / scale
    expected = [*(FACE[:2] * 1.03 + [9, -6]), *(FACE[2:] * 1.03)]
    np.testing.assert_allclose(moved, expected, atol=1.5)


def test_flow_of_a_blank_or_tiny_box_is_not_told(astronaut):
    blank = np.full((240, 320), 90, np.uint8)
    rng = np.random.default_rng(0)
    noise, other = rng.integers(0, 255, (2, *blank.shape)).astype(np.uint8)
    box = np.array([[60.0, 60, 80, 80]])
    assert np.isnan(follow(noise, other, box)).all()
    small = search_picture(astronaut)
    assert np.isnan(follow(small, small, np.array([[50.0, 50, 3, 3]]))).all()
    assert np.isnan(follow(small, blank, box)).all()
    assert follow(small, small, np.empty((0, 4))).shape == (0, 4)


def test_face_is_followed_between_searches(classifier, astronaut):
    detector = Told([FACE])
    stream = FaceStream(Pipeline(detector, classifier), StreamOptions(search_every=5))
    for step in range(5):
        (face,) = stream.read(shifted(astronaut, 8 * step, 0), step / 30)
        assert face.box.left == pytest.approx(176 + 8 * step, abs=3)
        assert face.number == 1
        detector.boxes = [FACE + np.array([8 * (step + 1), 0, 0, 0])]


def test_search_comes_every_nth_frame_once_a_face_is_certain(classifier, astronaut):
    detector = Told([FACE])
    stream = FaceStream(Pipeline(detector, classifier), StreamOptions(search_every=4))
    for step in range(41):
        stream.read(astronaut, step / 30)
    assert detector.asked in (11, 12)


def test_no_face_is_searched_for_no_more_often(classifier, astronaut):
    detector = Told([])
    stream = FaceStream(Pipeline(detector, classifier), StreamOptions(search_every=4))
    for step in range(40):
        assert stream.read(astronaut, step / 30) == []
    assert detector.asked == 10


def test_frames_that_change_size_keep_the_face(classifier, astronaut):
    detector = Told([FACE])
    stream = FaceStream(Pipeline(detector, classifier), StreamOptions(search_every=30))
    for step in range(6):
        stream.read(astronaut, step / 30)
    asked = detector.asked
    (face,) = stream.read(cv2.resize(astronaut, None, fx=1.5, fy=1.5), 0.2)
    assert detector.asked == asked
    assert face.number == 1
    assert face.box.left == pytest.approx(176 * 1.5, abs=4)
    assert face.box.width == pytest.approx(94 * 1.5, abs=4)


def test_frames_of_another_shape_begin_anew(classifier, astronaut):
    detector = Told([FACE])
    stream = FaceStream(Pipeline(detector, classifier), StreamOptions(search_every=30))
    for step in range(6):
        (before,) = stream.read(astronaut, step / 30)
    asked = detector.asked
    (after,) = stream.read(astronaut[:, :400], 0.2)
    assert detector.asked == asked + 1
    assert after.number != before.number


def test_model_with_other_classes_can_take_over(classifier, astronaut):
    stream = FaceStream(Pipeline(Told([FACE]), classifier))
    (before,) = stream.read(astronaut, 0.0)
    stream.pipeline = Pipeline.load("dcnn_elu", "haar_alt2")
    (after,) = stream.read(astronaut, 0.1)
    assert (len(before.classes), len(after.classes)) == (7, 3)
    assert before.number == after.number
    assert after.label in after.classes


def test_face_that_leaves_takes_its_smoothing_with_it(classifier, astronaut):
    detector = Told([FACE])
    stream = FaceStream(Pipeline(detector, classifier))
    stream.read(astronaut, 0.0)
    detector.boxes = []
    black = np.zeros_like(astronaut)
    for step in range(1, 100):
        stream.read(black, step / 10)
    assert stream._smoothers == {}
    assert stream.read(black, 20.0) == []


def test_face_after_a_jump_in_time_is_a_new_one(classifier, astronaut):
    stream = FaceStream(Pipeline(Told([FACE]), classifier))
    times = [0.0, 0.1, 0.2, 3.6, 60.0, 60.1]
    numbers = [[face.number for face in stream.read(astronaut, at)] for at in times]
    assert numbers == [[1], [1], [1], [1], [2], [2]]


@pytest.mark.parametrize("fps", [1, 2, 5, 10])
def test_face_is_seen_in_every_frame_however_few_there_are(classifier, astronaut, fps):
    detector = Told([])
    stream = FaceStream(Pipeline(detector, classifier))
    black = np.zeros_like(astronaut)
    assert stream.read(black, 0.0) == []
    seen = []
    for step in range(1, 12):
        left = 176 if step % 4 < 2 else 20  # jumps further than pixels can be followed
        moved = shifted(astronaut, left - 176.0, 0)
        detector.boxes = [[left, *FACE[1:]]]
        seen.append([face.box.left for face in stream.read(moved, step / fps)])
    found = sum(bool(boxes) for boxes in seen)
    assert found == 11 if fps < 5 else found >= 9


def test_face_is_not_shown_in_the_scene_after_a_cut_and_keeps_its_number(classifier, astronaut):
    detector = Told([FACE])
    stream = FaceStream(Pipeline(detector, classifier))
    for seconds in (0.0, 0.1):
        numbers = [face.number for face in stream.read(astronaut, seconds)]
    elsewhere = np.full_like(astronaut, 250)
    detector.boxes = []
    assert stream.read(elsewhere, 0.2) == []
    assert stream.read(elsewhere, 0.3) == []
    detector.boxes = [FACE]
    assert [face.number for face in stream.read(astronaut, 0.5)] == numbers


def test_cut_is_searched_at_once(classifier, astronaut):
    detector = Told([])
    options = StreamOptions(search_every=100, search_within=100)
    stream = FaceStream(Pipeline(detector, classifier), options)
    black = np.zeros_like(astronaut)
    for step in range(3):
        stream.read(black, step / 30)
    asked = detector.asked
    stream.read(black, 0.1)
    assert detector.asked == asked
    stream.read(np.full_like(astronaut, 200), 0.13)
    assert detector.asked == asked + 1


def test_face_that_looks_otherwise_is_searched_again(classifier, astronaut):
    detector = Told([FACE])
    options = StreamOptions(search_every=1000, search_within=1000)
    stream = FaceStream(Pipeline(detector, classifier), options)
    for step in range(10):
        stream.read(astronaut, step / 30)
    asked = detector.asked
    upside_down = astronaut.copy()
    part = (slice(63, 171), slice(176, 270))
    upside_down[part] = astronaut[part][::-1]
    for step in range(10, 13):
        stream.read(upside_down, step / 30)
    assert detector.asked > asked


def test_real_face_that_moves_keeps_number_and_place(saved_models, astronaut):
    stream = FaceStream(Pipeline.load("custom_cnn", "haar_alt2", fast=True))
    for step in range(40):
        dx, growth = 40 * np.sin(step / 6), 1 + 0.15 * np.sin(step / 9)
        (face,) = stream.read(shifted(astronaut, dx, 0, growth), step / 30)
        assert face.number == 1
        centre = face.box.left + face.box.width / 2
        assert centre == pytest.approx(growth * 223 + dx, abs=14)


@pytest.mark.parametrize("wrong", [{"half_life": -1}, {"threshold": 2}, {"search_every": 0}])
def test_options_out_of_range(wrong):
    with pytest.raises(ValueError, match="out of range"):
        StreamOptions(**wrong)
