import cv2
import numpy as np
import pytest

from fer_core.faces import FaceBox, crop, detector, is_here
from fer_core.faces.box import Square
from fer_core.faces.closer import look_closer
from fer_core.faces.crop import cut_turned


def turned(rgb: np.ndarray, degrees: float) -> np.ndarray:
    """The picture turned clockwise about the face of the astronaut."""
    turn = cv2.getRotationMatrix2D((223, 117), -degrees, 1)
    return cv2.warpAffine(rgb, turn, (512, 512), borderMode=cv2.BORDER_REPLICATE)


def test_turned_square_is_cut_upright(astronaut):
    box = FaceBox(165, 60, 116, 116)
    upright = crop(astronaut, [box])[0].astype(int)
    for degrees in (-60, -20, 20, 45, 90):
        square = Square(223, 118, 116, degrees)
        face = crop(turned(astronaut, degrees), [FaceBox(165, 60, 116, 116, square=square)])[0]
        assert np.abs(face - upright).mean() < 8, degrees


def test_way_back_leads_to_where_a_point_lay():
    square = Square(70.0, 40.0, 48.0, 30.0)
    picture = np.zeros((100, 140, 3), np.uint8)
    cv2.circle(picture, (76, 43), 2, (255, 255, 255), -1)
    patch, back = cut_turned(picture, square, 96)
    y, x = np.argwhere(patch[..., 0] > 128).mean(axis=0) + 0.5
    np.testing.assert_allclose(back @ (x, y, 1), (76.5, 43.5), atol=0.3)
    np.testing.assert_allclose(back @ (48, 48, 1), (70, 40))


def test_square_scales_with_the_box():
    box = FaceBox(10, 20, 30, 40, square=Square(25.0, 40.0, 36.0, 20.0))
    assert box.scaled(2).square == Square(50.0, 80.0, 72.0, 20.0)


@pytest.mark.skipif(not is_here("yunet"), reason="FER_YUNET names no YuNet file")
@pytest.mark.parametrize("degrees", [-45, -30, 0, 30, 45])
def test_turned_face_is_turned_upright(astronaut, degrees):
    finder = detector("yunet", fast=True)
    closer = look_closer(turned(astronaut, degrees), FaceBox(165, 60, 116, 116), finder.detect)
    assert closer is not None
    assert (closer.left, closer.top, closer.width, closer.height) == (165, 60, 116, 116)
    if degrees == 0:
        assert closer.square is None
    else:
        assert closer.square is not None
        assert closer.square.degrees == pytest.approx(degrees, abs=8)
        assert abs(closer.square.x - 223) < 8 and abs(closer.square.y - 117) < 10


@pytest.mark.skipif(not is_here("yunet"), reason="FER_YUNET names no YuNet file")
def test_what_is_no_face_is_none_when_looked_at_closer(astronaut):
    look = detector("yunet", fast=True).detect
    assert look_closer(astronaut, FaceBox(330, 300, 100, 100), look) is None
    assert look_closer(np.zeros((90, 90, 3), np.uint8), FaceBox(0, 0, 1, 1), look) is None
