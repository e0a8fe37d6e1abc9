import math

import pytest

from fer_core.faces.box import FaceBox, Square, inside

LANDMARKS = ((12.0, 21.0), (20.0, 22.0), (16.0, 27.0), (13.0, 33.0), (19.0, 34.0))


def turned(degrees: float) -> tuple[tuple[float, float], ...]:
    """The landmarks of an upright face, turned clockwise about the origin."""
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    upright = ((-4, -5), (4, -5), (0, 0), (-3, 6), (3, 6))
    return tuple((cos * x - sin * y, sin * x + cos * y) for x, y in upright)


def test_a_box_is_scaled_with_all_that_belongs_to_it():
    square = Square(15.0, 25.0, 18.0, 30.0)
    box = FaceBox(10, 20, 11, 16, 0.7, LANDMARKS, "yunet", square).scaled(3)
    assert (box.left, box.top, box.width, box.height) == (30, 60, 33, 48)
    assert box.landmarks == tuple((3 * x, 3 * y) for x, y in LANDMARKS)
    assert box.square == Square(45.0, 75.0, 54.0, 30.0), "the angle stays"
    assert (box.score, box.detector) == (0.7, "yunet")
    assert (box.right, box.bottom) == (63, 108)


def test_a_box_stays_one_however_small_its_picture_becomes():
    box = FaceBox(10, 20, 11, 16).scaled(0.01)
    assert (box.left, box.top, box.width, box.height, box.square) == (0, 0, 1, 1, None)


@pytest.mark.parametrize("size", [(0, 5), (5, 0), (-1, 5)])
def test_a_box_of_nothing_is_refused(size):
    with pytest.raises(ValueError, match="holds no face"):
        FaceBox(0, 0, *size)


def test_the_smallest_box_is_one_pixel():
    assert FaceBox(0, 0, 1, 1).right == 1


@pytest.mark.parametrize("degrees", [0, 20, -35, 90, 170, -170])
def test_roll_is_the_angle_by_which_landmarks_are_turned(degrees):
    assert FaceBox(0, 0, 9, 9, landmarks=turned(degrees)).roll == pytest.approx(degrees)


def test_roll_is_none_without_landmarks():
    assert FaceBox(0, 0, 9, 9).roll == 0


def test_what_lies_in_the_picture_is_rounded_and_cut():
    points = [[1, 2]] * 5
    box = inside(-3.2, 4.6, 20.4, 99, 0.5, 15, 30, points, "yunet")
    assert box == FaceBox(0, 5, 15, 25, 0.5, ((1.0, 2.0),) * 5, "yunet")


@pytest.mark.parametrize(
    "edges",
    [(-9, 0, 0, 9), (15, 0, 20, 9), (0, -9, 9, 0), (0, 30, 9, 40), (5, 5, 5, 9), (5, 5, 9, 5)],
)
def test_what_lies_beside_the_picture_is_none(edges):
    assert inside(*edges, 0.5, 15, 30) is None


@pytest.mark.parametrize("place", range(5))
@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_value_that_is_no_number_lies_nowhere(place, value):
    values = [1.0, 2.0, 9.0, 9.0, 0.5]
    values[place] = value
    assert inside(*values, 15, 30) is None
    assert inside(1, 2, 9, 9, 0.5, 15, 30, [[0, value]]) is None
