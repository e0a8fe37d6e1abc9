import inspect
import io

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from fer_core.imageops import OPERATIONS, Step
from fer_core.imageops.tone import grayscale
from fer_core.imageops.twins import TWINS, compare, compare_opening
from fer_core.images import decode, encode_png

EVERY_TWIN = [(name, twin) for name, twins in TWINS.items() for twin in twins]
COMPARED = [(name, twin) for name, twin in EVERY_TWIN if twin.tolerance is not None]


def twin_ids(pairs):
    return [f"{name}-{twin.library}" for name, twin in pairs]


@pytest.mark.parametrize(("name", "twin"), EVERY_TWIN, ids=twin_ids(EVERY_TWIN))
def test_a_twin_takes_what_the_operation_takes(name, twin):
    own = list(inspect.signature(OPERATIONS[name].function).parameters)
    assert list(inspect.signature(twin.function).parameters) == own
    assert twin.function.__name__ == name


@pytest.mark.parametrize(("name", "twin"), COMPARED, ids=twin_ids(COMPARED))
def test_twins_agree_within_the_stated_tolerance_on_a_photo(name, twin, astronaut):
    image = grayscale(astronaut)[:300, :400]
    before = image.copy()
    difference = step_result(name, image) - twin.function(image, **OPERATIONS[name].defaults)
    assert np.abs(difference).max() <= twin.tolerance
    np.testing.assert_array_equal(image, before)


def step_result(name: str, image: np.ndarray) -> np.ndarray:
    return Step(name).run(image).astype(int)


@pytest.mark.parametrize(("name", "twin"), COMPARED, ids=twin_ids(COMPARED))
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_twins_give_the_same_shape_at_any_size(name, twin, data):
    side = st.integers(1, 20)
    shape = data.draw(st.one_of(st.tuples(side, side), st.tuples(side, side, st.just(3))))
    image = data.draw(arrays(np.uint8, shape))
    result = twin.function(image, **OPERATIONS[name].defaults)
    assert result.dtype == np.uint8
    assert result.shape == step_result(name, image).shape


@pytest.mark.parametrize("interpolation", ["nearest", "bilinear", "area"])
@pytest.mark.parametrize("size", [(120, 100), (90, 70), (30, 25), (20, 10)])
def test_resizing_agrees_wherever_the_libraries_mean_the_same(interpolation, size, astronaut):
    """By whole factors all do, but for bilinear: see the twin's docstring for Pillow's way."""
    image = astronaut[100:150, 200:260]
    sizes = {"width": size[0], "height": size[1], "keep_proportions": False}
    results = compare(Step("resize", {**sizes, "interpolation": interpolation}), image)
    assert [result.library for result in results] == ["OpenCV", "Pillow", "NumPy"]
    _, pillow, numpy = results
    assert numpy.largest_difference <= 1
    larger, whole = size[0] > 60, 60 % size[0] == 0 or size[0] % 60 == 0
    if whole and (larger or interpolation != "bilinear"):
        assert pillow.largest_difference <= 1


@pytest.mark.parametrize("angle", [-180.0, -90.0, 30.0, 45.0, 90.0])
def test_rotated_twins_have_one_size_and_agree_inside(angle, astronaut):
    step = Step("rotate", {"angle": angle})
    opencv, pillow = compare(step, astronaut[:201, :300])
    assert opencv.image.shape == pillow.image.shape
    white = step.run(np.full((201, 300), 255, np.uint8))
    inside = cv2.erode(white, np.ones((5, 5), np.uint8)) == 255
    assert np.abs(opencv.image.astype(int) - pillow.image)[inside].max() <= 4


def test_text_lands_in_the_same_place_in_all_three_libraries():
    image = np.zeros((200, 400, 3), np.uint8)
    step = Step("draw_text", {"text": "Frida", "size": 20.0, "x": 30.0, "y": 40.0})
    own = Step.run(step, image)
    for result in compare(step, image):
        rows, columns = np.nonzero(result.image.any(axis=2))
        assert columns.mean() == pytest.approx(120, abs=12), result.library
        assert rows.mean() == pytest.approx(80, abs=12), result.library
        assert np.ptp(rows) == pytest.approx(np.ptp(np.nonzero(own)[0]), rel=0.35)


def run_code(result, **names):
    """Runs the code shown of a result, as somebody would who copied it."""
    exec(compile(result.code, result.library, "exec"), names)
    return names["result"]


@pytest.mark.parametrize("name", TWINS)
def test_a_comparison_shows_the_code_that_ran(name, astronaut):
    image = grayscale(astronaut)[:64, :64]
    for result in compare(Step(name), image):
        np.testing.assert_array_equal(run_code(result, image=image), result.image)
        assert result.milliseconds > 0
        assert result.code.splitlines()[-1].startswith(f"result = {name}(image")


def test_the_code_that_opens_a_file_runs_too(astronaut):
    data = encode_png(astronaut[:20, :30])
    for result in compare_opening(data):
        np.testing.assert_array_equal(run_code(result, data=data), result.image)


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_all_libraries_scale_16_bits_to_8(kind):
    buffer = io.BytesIO()
    Image.fromarray(np.arange(0, 65536, 16, dtype=np.uint16).reshape(64, 64)).save(buffer, kind)
    expected = decode(buffer.getvalue()).astype(int)
    for result in compare_opening(buffer.getvalue()):
        assert np.abs(result.image - expected).max() <= 1, result.library


def test_what_only_opencv_has_stands_alone(astronaut):
    assert [result.library for result in compare(Step("canny"), astronaut)] == ["OpenCV"]


def test_a_twin_that_cannot_says_so(astronaut):
    step = Step("resize", {"width": 20, "height": 20, "interpolation": "bicubic"})
    *_, numpy = compare(step, astronaut[:40, :40])
    assert numpy.image is None
    assert numpy.problem == (
        "NumPy cannot do this: Bicubic interpolation takes more than a few lines of NumPy."
    )


def test_a_difference_is_the_largest_and_the_share_that_differs():
    image = np.full((10, 10), 100, np.uint8)
    image[0, 0] = 101
    opencv, pillow, _ = compare(Step("threshold", {"level": 100}), image)
    assert opencv.largest_difference is None
    assert (pillow.largest_difference, pillow.differing) == (0, 0.0)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "BMP"])
def test_all_libraries_open_the_same_picture(kind, astronaut):
    buffer = io.BytesIO()
    Image.fromarray(astronaut[:50, :70]).save(buffer, kind)
    results = compare_opening(buffer.getvalue())
    assert [result.library for result in results] == ["OpenCV", "Pillow", "Matplotlib"]
    assert all(result.image.shape == (50, 70, 3) for result in results)
    assert all(result.largest_difference <= 2 for result in results[1:])


def test_matplotlib_does_not_turn_a_photo_as_its_exif_says():
    exif = Image.Exif()
    exif[0x0112] = 6
    buffer = io.BytesIO()
    Image.fromarray(np.zeros((20, 30, 3), np.uint8)).save(buffer, "JPEG", exif=exif)
    opencv, pillow, matplotlib = compare_opening(buffer.getvalue())
    assert opencv.image.shape == pillow.image.shape == (30, 20, 3)
    assert matplotlib.image.shape == (20, 30, 3)
    assert matplotlib.largest_difference is None


@pytest.mark.parametrize("data", [b"", b"text", encode_png(np.zeros((9, 9), np.uint8))[:40]])
def test_what_is_no_picture_opens_in_none(data):
    assert all(result.image is None and result.problem for result in compare_opening(data))
