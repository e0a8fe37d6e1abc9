import numpy as np
import pytest

from fer_core.faces import FaceBox, crop
from fer_core.faces.box import Square

FIRST = 50
"""Gray of the first column: no crop is so dark that it is lit up."""


@pytest.fixture
def ramp() -> np.ndarray:
    """Gray rises by one a column: a crop's values say which columns it was cut from."""
    grays = np.arange(FIRST, FIRST + 200, dtype=np.uint8)
    return np.repeat(np.tile(grays, (100, 1))[..., None], 3, axis=2)


def columns(face: np.ndarray) -> tuple[float, float]:
    """First and last column of the ramp within a cut-out face."""
    step = (float(face[:, -1].mean()) - float(face[:, 0].mean())) / 47
    first, last = face[:, 0].mean() - FIRST, face[:, -1].mean() - FIRST
    return first - step / 2 + 0.5, last + step / 2 + 0.5


def test_shape_and_dtype(ramp):
    faces = crop(ramp, [FaceBox(10, 10, 20, 20), FaceBox(50, 20, 60, 60), FaceBox(0, 0, 1, 1)])
    assert faces.shape == (3, 48, 48)
    assert faces.dtype == np.uint8


def test_no_box_gives_no_face(ramp):
    assert crop(ramp, []).shape == (0, 48, 48)


def test_square_box_is_cut_as_it_is(ramp):
    assert columns(crop(ramp, [FaceBox(40, 4, 96, 96)])[0]) == pytest.approx((40, 136), abs=1)


def test_tall_box_is_widened_to_a_square_about_its_centre(ramp):
    assert columns(crop(ramp, [FaceBox(70, 4, 32, 96)])[0]) == pytest.approx((38, 134), abs=1)


def test_margin_is_a_fraction_of_the_side_on_each_side(ramp):
    face = crop(ramp, [FaceBox(60, 20, 48, 48)], margin=0.25)[0]
    assert columns(face) == pytest.approx((48, 120), abs=1)


@pytest.mark.parametrize(("margin", "expected"), [(0.0, (60, 108)), (0.25, (48, 120))])
def test_margin_of_a_turned_square_is_that_of_an_upright_one(ramp, margin, expected):
    """Turned half round, so that the columns come backwards."""
    box = FaceBox(60, 20, 48, 48, square=Square(84.0, 44.0, 48.0, 180.0))
    face = crop(ramp, [box], margin=margin)[0]
    assert columns(face) == pytest.approx(expected[::-1], abs=1.5)


@pytest.mark.parametrize(("left", "expected"), [(0, (0, 72)), (152, (128, 200))])
def test_square_beyond_the_border_is_moved_back_inside(ramp, left, expected):
    face = crop(ramp, [FaceBox(left, 20, 48, 48)], margin=0.25)[0]
    assert columns(face) == pytest.approx(expected, abs=1)


def test_square_is_never_larger_than_the_picture(ramp):
    face = crop(ramp, [FaceBox(50, 0, 100, 100)], margin=2.0)[0]
    assert columns(face) == pytest.approx((50, 150), abs=2.2)


def test_gray_is_luma():
    green = np.zeros((60, 60, 3), np.uint8)
    green[..., 1] = 255
    assert (crop(green, [FaceBox(0, 0, 60, 60)]) == 150).all()


def test_dark_face_is_lit_and_keeps_its_shades(ramp):
    dark = (ramp * 0.3).astype(np.uint8)
    box = FaceBox(60, 10, 80, 80)
    lit, full = crop(dark, [box])[0].astype(float), crop(ramp, [box])[0].astype(float)
    assert np.percentile(lit, 99) == pytest.approx(230, abs=4)
    np.testing.assert_allclose(lit / lit.max(), full / full.max(), atol=0.06)


def test_face_bright_enough_is_left_as_it_is(ramp):
    assert crop(ramp, [FaceBox(40, 0, 70, 70)])[0].max() <= FIRST + 111


@pytest.mark.parametrize(
    ("top", "height", "expected"), [(60, 32, (28, 124)), (4, 32, (0, 96)), (170, 30, (104, 200))]
)
def test_rows_are_chosen_as_columns_are(ramp, top, height, expected):
    upright = np.ascontiguousarray(ramp.transpose(1, 0, 2))
    face = crop(upright, [FaceBox(2, top, 96, height)])[0]
    assert columns(face.T) == pytest.approx(expected, abs=1)


def test_square_is_no_wider_than_a_tall_picture(ramp):
    narrow = np.ascontiguousarray(ramp[:, 50:90])
    assert columns(crop(narrow, [FaceBox(0, 10, 40, 80)])[0]) == pytest.approx((50, 90), abs=1)
