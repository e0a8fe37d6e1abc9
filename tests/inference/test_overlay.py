import numpy as np
import pytest

from fer_core.faces import FaceBox
from fer_core.inference import FaceEmotion, draw
from fer_core.inference.smoothing import TrackedFace

RGB = {"happy": (0xE6, 0x9F, 0x00), "sad": (0x00, 0x72, 0xB2)}
GRAY = 90


def canvas(width=400, height=300) -> np.ndarray:
    return np.full((height, width, 3), GRAY, np.uint8)


def face(box: FaceBox, label="happy", confidence=0.9) -> FaceEmotion:
    values = {"happy": 0.0, "sad": 0.0} | {label: confidence}
    return FaceEmotion(box, tuple(values), np.array(list(values.values()), np.float32))


def coloured(picture: np.ndarray, label: str) -> np.ndarray:
    return (picture == RGB[label]).all(axis=2)


def test_box_is_two_pixels_wide_and_where_the_face_is():
    drawn = coloured(draw(canvas(), [face(FaceBox(100, 100, 80, 90))]), "happy")
    row, column = drawn[150], drawn[:, 160]
    np.testing.assert_array_equal(np.flatnonzero(row), [100, 101, 178, 179])
    np.testing.assert_array_equal(np.flatnonzero(column)[-2:], [188, 189])


def test_lines_grow_with_the_picture():
    drawn = coloured(draw(canvas(3200, 2400), [face(FaceBox(1000, 1000, 800, 800))]), "happy")
    assert drawn[1500].sum() == 2 * 8


def test_chip_stands_above_the_box():
    drawn = draw(canvas(), [face(FaceBox(100, 100, 80, 90))])
    above = np.flatnonzero(coloured(drawn, "happy").any(axis=1))[0]
    assert 70 <= above < 90
    assert (drawn[:above] == GRAY).all()


@pytest.mark.parametrize(
    "box",
    [
        FaceBox(0, 0, 60, 60),
        FaceBox(340, 0, 60, 60),
        FaceBox(370, 250, 30, 50),
        FaceBox(0, 0, 400, 300),
    ],
)
def test_chip_at_the_border_shows_the_whole_text(box):
    def ink(where, size):
        return (draw(canvas(*size), [face(where)])[..., 0] < GRAY - 10).sum()

    with_room = FaceBox(300, 200, box.width, box.height)
    assert ink(box, (400, 300)) == ink(with_room, (800, 600)) > 30


def test_not_sure_is_white_whatever_the_emotion():
    drawn = draw(canvas(), [face(FaceBox(100, 100, 80, 90), "sad", 0.3)], threshold=0.5)
    assert not coloured(drawn, "sad").any()
    assert (drawn[150, 100] == 255).all()


def test_picture_given_is_not_changed():
    given = canvas()
    draw(given, [face(FaceBox(10, 10, 50, 50))])
    assert (given == GRAY).all()


@pytest.mark.parametrize("size", [(1, 1), (5, 5), (20, 8), (60, 20)])
def test_picture_smaller_than_a_chip(size):
    drawn = draw(canvas(*size), [face(FaceBox(0, 0, *size))])
    assert drawn.shape == (size[1], size[0], 3)
    assert tuple(drawn[0, 0]) == RGB["happy"]


def test_nothing_found_draws_nothing():
    np.testing.assert_array_equal(draw(canvas(), []), canvas())


def test_tracked_face_has_its_number_and_a_bar_as_long_as_its_confidence():
    values = np.array([0.6, 0.4], np.float32)
    box = FaceBox(100, 100, 80, 90)
    tracked = TrackedFace(box, ("happy", "sad"), values, 7, "happy", True)
    drawn = draw(canvas(), [tracked])
    bar = coloured(drawn, "happy")[187, 100:180]
    assert (bar.argmin(), bar.sum()) == (48, 48)
    numbered = [
        draw(canvas(), [TrackedFace(box, ("happy", "sad"), values, n, "happy", True)])
        for n in (7, 8)
    ]
    np.testing.assert_array_equal(numbered[0], drawn)
    assert (numbered[1] != drawn).any()
