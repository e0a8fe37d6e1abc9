from dataclasses import replace

import cv2
import numpy as np
import pytest

from fer_core.faces import FaceBox, crop
from fer_core.faces.readable import unreadable

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
