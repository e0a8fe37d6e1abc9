from dataclasses import replace

import cv2
import numpy as np
import pytest

from fer_core.faces import FaceBox, crop
from fer_core.faces.readable import SMALLEST, unreadable

FACE = FaceBox(170, 60, 106, 112)


def reason(rgb: np.ndarray, box: FaceBox) -> str:
    return unreadable(box, crop(rgb, [box])[0], rgb.shape[1], rgb.shape[0])


def test_face_as_it_is(astronaut):
    assert reason(astronaut, FACE) == ""


@pytest.mark.parametrize(("scale", "expected"), [(0.15, "too small"), (0.3, "")])
def test_small_face(astronaut, scale, expected):
    small = cv2.resize(astronaut, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    assert reason(small, FACE.scaled(scale)) == expected


@pytest.mark.parametrize(
    ("detector", "score", "expected"),
    [("yunet", 0.79, "doubtful"), ("yunet", 0.8, ""), ("haar_alt2", 0.5, ""), ("", 0.5, "")],
)
def test_face_that_is_hardly_seen_as_one(astronaut, detector, score, expected):
    """Scores are comparable only within one detector."""
    assert reason(astronaut, replace(FACE, detector=detector, score=score)) == expected


@pytest.mark.parametrize(("sigma", "expected"), [(1, ""), (6, "too blurred")])
def test_blurred_face(astronaut, sigma, expected):
    assert reason(cv2.GaussianBlur(astronaut, (0, 0), sigma), FACE) == expected


def test_flat_square_is_no_division_by_zero():
    gray = np.full((60, 60, 3), 120, np.uint8)
    assert reason(gray, FaceBox(0, 0, 60, 60)) == "too blurred"


def test_face_of_which_an_eye_is_outside(astronaut):
    landmarks = ((-3.0, 20.0), (30.0, 20.0), (12.0, 40.0), (5.0, 60.0), (28.0, 60.0))
    assert reason(astronaut, FaceBox(0, 0, 50, 80, 0.9, landmarks)) == "cut off"


EYES_AND_MOUTH = ((0.0, 20.0), (30.0, 0.0), (12.0, 40.0), (512.0, 60.0), (28.0, 512.0))


def test_face_whose_landmarks_touch_the_edge_is_whole(astronaut):
    assert reason(astronaut, replace(FACE, landmarks=EYES_AND_MOUTH)) == ""


@pytest.mark.parametrize("place", range(5))
@pytest.mark.parametrize("outside", [(-1.0, 20.0), (20.0, -1.0), (513.0, 20.0), (20.0, 513.0)])
def test_any_landmark_outside_cuts_it_off(astronaut, place, outside):
    landmarks = (*EYES_AND_MOUTH[:place], outside, *EYES_AND_MOUTH[place + 1 :])
    assert reason(astronaut, replace(FACE, landmarks=landmarks)) == "cut off"


def test_smallest_side_that_is_read():
    noise = np.random.default_rng(0).integers(0, 256, (SMALLEST, SMALLEST, 3), np.uint8)
    assert reason(noise, FaceBox(0, 0, SMALLEST, SMALLEST)) == ""
    assert reason(noise, FaceBox(0, 0, SMALLEST - 1, SMALLEST - 1)) == "too small"


def test_the_rim_does_not_make_a_face_sharp(astronaut):
    """Straps and edges of a scarf at the border of the square."""
    face = crop(cv2.GaussianBlur(astronaut, (0, 0), 6), [FACE])[0]
    framed = np.full_like(face, 255)
    framed[3:-3, 3:-3] = face[3:-3, 3:-3]
    framed[::2, :2], framed[:2, ::2], framed[::2, -2:], framed[-2:, ::2] = 0, 0, 0, 0
    assert unreadable(FACE, framed, 512, 512) == "too blurred"
