import inspect

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import every_setting, images

from fer_core.errors import PipelineError
from fer_core.imageops import OPERATIONS, operation
from fer_core.imageops.edges import canny, otsu_threshold, sobel, threshold
from fer_core.imageops.geometry import crop, flip, resize, rotate
from fer_core.imageops.haar import face_boxes, find_faces
from fer_core.imageops.noise import gaussian_noise, salt_and_pepper
from fer_core.imageops.smoothing import (
    bilateral_filter,
    box_blur,
    gaussian_blur,
    median_blur,
    sharpen,
)
from fer_core.imageops.tone import (
    brightness_contrast,
    clahe,
    equalize_histogram,
    gamma_correction,
    grayscale,
)

TO_GRAY = {"grayscale", "canny", "sobel", "threshold", "otsu_threshold", "adaptive_threshold"}
TO_COLOUR = {"draw_text", "face_boxes"}
RESIZING = {"resize", "crop", "rotate"}


@pytest.mark.parametrize("name", OPERATIONS)
@settings(max_examples=25, deadline=None)
@given(data=st.data(), image=images())
def test_any_picture_and_any_allowed_setting_gives_a_picture(name, data, image):
    chosen = operation(name).check(data.draw(every_setting(name)))
    before = image.copy()
    result = OPERATIONS[name].function(image, **chosen)
    np.testing.assert_array_equal(image, before, err_msg="the input was changed")
    assert result.dtype == np.uint8 and result.size
    assert not np.shares_memory(result, image)
    colours = {**dict.fromkeys(TO_GRAY, 2), **dict.fromkeys(TO_COLOUR, 3)}
    assert result.ndim == colours.get(name, image.ndim)
    if name not in RESIZING:
        assert result.shape[:2] == image.shape[:2]
    np.testing.assert_array_equal(OPERATIONS[name].function(image, **chosen), result)


@pytest.mark.parametrize("name", OPERATIONS)
def test_the_catalogue_tells_what_the_function_takes(name):
    entry = OPERATIONS[name]
    arguments = list(inspect.signature(entry.function).parameters)
    assert arguments == ["image", *(p.name for p in entry.parameters)]
    assert entry.check({}) == entry.defaults, "a default is outside its own range"
    assert entry.summary.endswith((".", ":"))


@pytest.mark.parametrize(
    ("name", "given", "words"),
    [
        ("gaussian_blur", {"sigma": 0}, "from 0.1 to 15"),
        ("gaussian_blur", {"sigma": float("nan")}, "from 0.1 to 15"),
        ("gaussian_blur", {"sigma": 10**400}, "from 0.1 to 15"),
        ("gaussian_blur", {"sigma": "3"}, "must be a number"),
        ("gaussian_blur", {"sigma": True}, "must be a number"),
        ("gaussian_blur", {"sigmas": 3}, "no setting “sigmas”; it has “sigma”"),
        ("grayscale", {"weight": 3}, "it has none"),
        ("median_blur", {"size": 4}, "odd number"),
        ("threshold", {"level": 1.5}, "whole number"),
        ("flip", {"direction": ["both"]}, "one of “left-right”"),
        ("resize", {"keep_proportions": 1}, "true or false"),
        ("draw_text", {"text": 5}, "must be text"),
        ("draw_text", {"text": "x" * 201}, "limit is 200"),
        ("draw_text", {"text": "\ud83d"}, "surrogate"),
        ("draw_text", {"colour": "red"}, "#RRGGBB"),
    ],
)
def test_a_wrong_setting_is_refused_by_name(name, given, words):
    with pytest.raises(PipelineError, match=words):
        operation(name).check(given)


def test_an_unknown_operation_suggests_the_nearest():
    with pytest.raises(PipelineError, match="gaussian_blur"):
        operation("gausian_blur")


@pytest.fixture
def photo():
    y, x = np.mgrid[0:60, 0:90]
    return np.stack([2 * x, 3 * y, 255 - x - y], axis=-1).astype(np.uint8)


def test_gray_weighs_colours_as_the_eye_does():
    colours = np.array([[[255, 0, 0], [0, 255, 0], [0, 0, 255]]], np.uint8)
    assert grayscale(colours).tolist() == [[76, 150, 29]]


def test_brightness_and_contrast_turn_about_the_middle(photo):
    np.testing.assert_array_equal(brightness_contrast(photo, 0, 1), photo)
    np.testing.assert_array_equal(np.unique(brightness_contrast(photo, 0, 0)), [128])
    shifted = brightness_contrast(photo, 40, 1)
    np.testing.assert_array_equal(shifted, np.minimum(photo.astype(int) + 40, 255))


def test_gamma_keeps_black_and_white_and_opens_shadows():
    levels = np.array([[0, 64, 255]], np.uint8)
    assert gamma_correction(levels, 2.0).tolist() == [[0, 128, 255]]
    np.testing.assert_array_equal(gamma_correction(levels, 1.0), levels)


def test_equalising_spreads_a_dull_picture_over_all_levels():
    dull = np.tile(np.arange(100, 140, dtype=np.uint8), (40, 1))
    result = equalize_histogram(dull)
    assert (result.min(), result.max()) == (0, 255)
    assert np.all(np.diff(result[0].astype(int)) > 0), "the order of gray values changed"


@pytest.mark.parametrize("change", [equalize_histogram, clahe])
def test_tone_operations_leave_hue_alone(change):
    gray_as_rgb = np.repeat(np.random.default_rng(0).integers(0, 256, (32, 32, 1)), 3, axis=2)
    result = change(gray_as_rgb.astype(np.uint8))
    assert np.ptp(result.astype(int), axis=2).max() == 0, "a gray picture took on colour"


@pytest.mark.parametrize("blur", [gaussian_blur, box_blur, median_blur, bilateral_filter])
@settings(max_examples=20, deadline=None)
@given(image=images())
def test_blurring_stays_within_the_values_that_were_there(blur, image):
    rounding = 1 if blur is bilateral_filter else 0  # OpenCV truncates its float weights
    result = blur(image).astype(int)
    assert result.min() >= int(image.min()) - rounding
    assert result.max() <= int(image.max()) + rounding


def test_the_median_removes_specks_and_keeps_an_edge():
    edge = np.zeros((20, 20), np.uint8)
    edge[:, 10:] = 200
    specked = edge.copy()
    specked[5, 5], specked[15, 15] = 255, 0
    np.testing.assert_array_equal(median_blur(specked, 3), edge)


def test_the_bilateral_filter_keeps_an_edge_that_a_gaussian_smears():
    edge = np.zeros((20, 20), np.uint8)
    edge[:, 10:] = 200
    np.testing.assert_array_equal(bilateral_filter(edge, 7, 20, 5), edge)
    assert len(np.unique(gaussian_blur(edge, 3))) > 5


def test_sharpening_steepens_an_edge_and_no_amount_is_no_change(photo):
    edge = np.full((20, 20), 100, np.uint8)
    edge[:, 10:] = 150
    result = sharpen(edge)
    assert result.min() < 100 and result.max() > 150
    np.testing.assert_array_equal(sharpen(photo, amount=0), photo)


def test_edges_are_found_where_the_brightness_steps():
    step = np.zeros((20, 20), np.uint8)
    step[:, 10:] = 200
    assert set(np.flatnonzero(canny(step).any(axis=0))) <= {9, 10}
    assert canny(step).any() and not canny(step[:, :5]).any()
    assert np.flatnonzero(sobel(step).any(axis=0)).tolist() == [9, 10]


def test_thresholds_split_two_groups_of_gray(photo):
    two = np.array([[20, 30, 200, 210]], np.uint8)
    assert otsu_threshold(two).tolist() == [[0, 0, 255, 255]]
    assert threshold(two, 30).tolist() == [[0, 0, 255, 255]]
    assert set(np.unique(threshold(photo))) == {0, 255}


def test_resizing_fits_into_a_box_or_fills_it(photo):
    assert resize(photo, 30, 30).shape == (20, 30, 3)
    assert resize(photo, 30, 30, keep_proportions=False).shape == (30, 30, 3)
    halved = resize(photo, 45, 30)
    means = photo.reshape(30, 2, 45, 2, 3).mean(axis=(1, 3))
    assert np.abs(halved - means).max() <= 0.5


def test_cropping_takes_a_share_of_each_side_and_leaves_a_pixel(photo):
    np.testing.assert_array_equal(crop(photo, 10, 50, 0, 0), photo[30:, 9:])
    assert crop(photo, 99, 99, 99, 99).shape == (1, 1, 3)


def test_a_quarter_turn_is_exact_and_keeps_every_pixel(photo):
    np.testing.assert_array_equal(rotate(photo, 90), np.rot90(photo))
    np.testing.assert_array_equal(rotate(photo, 180), photo[::-1, ::-1])
    assert rotate(photo, 45, expand=False).shape == photo.shape


@settings(max_examples=20, deadline=None)
@given(image=images())
def test_flipping_twice_gives_the_picture_back(image):
    for direction in ("left-right", "top-bottom", "both"):
        np.testing.assert_array_equal(flip(flip(image, direction), direction), image)


def test_noise_has_the_spread_asked_for_and_follows_its_seed():
    gray = np.full((200, 200), 128, np.uint8)
    noisy = gaussian_noise(gray, sigma=20)
    assert noisy.std() == pytest.approx(20, rel=0.03)
    assert noisy.mean() == pytest.approx(128, abs=0.5)
    assert (gaussian_noise(gray, seed=1) != noisy).any()


def test_salt_and_pepper_hits_the_share_of_pixels_asked_for():
    gray = np.full((300, 300, 3), 128, np.uint8)
    noisy = salt_and_pepper(gray, share=10)
    assert (noisy[..., 0] == 0).mean() == pytest.approx(0.05, abs=0.005)
    assert (noisy[..., 0] == 255).mean() == pytest.approx(0.05, abs=0.005)
    assert np.ptp(noisy, axis=2).max() == 0, "a pixel is hit as a whole"


def test_the_astronaut_has_one_face_and_the_box_is_around_it(astronaut):
    ((x, y, w, h),) = find_faces(astronaut, "frontal alt2").tolist()
    assert x < 225 < x + w and y < 110 < y + h, "the nose is outside the box"
    larger = cv2.resize(astronaut, None, fx=4, fy=4)
    ((x4, y4, w4, h4),) = find_faces(larger, "frontal alt2", longest_side=512).tolist()
    np.testing.assert_allclose([x4, y4, w4, h4], np.multiply([x, y, w, h], 4), atol=40)
    drawn = face_boxes(grayscale(astronaut), "frontal alt2", colour="#FF0000")
    assert drawn[y, x + w // 2].tolist() == [255, 0, 0]
    assert len(find_faces(astronaut, "frontal alt2", min_neighbors=0)) > 1
    assert len(find_faces(astronaut, "frontal alt2", min_size=400)) == 0
