"""The code that painted the pictures that ship."""

import cv2
import numpy as np
import pytest

from fer_core.styletransfer.paintings import PAINTINGS
from tools.painting.__main__ import COMPOSITIONS, paint
from tools.painting.canvas import Canvas, circle, polygon


def test_every_picture_that_ships_has_its_composition():
    assert list(COMPOSITIONS) == list(PAINTINGS)


@pytest.mark.parametrize("name", PAINTINGS)
def test_picture_that_ships_is_the_one_that_is_painted(name):
    anew = cv2.GaussianBlur(paint(name, 256), (0, 0), 4).astype(int)
    ships = cv2.GaussianBlur(PAINTINGS[name].picture(256), (0, 0), 4)
    assert np.abs(anew - ships).mean() < 15, "another picture is off by 46 or more"


@pytest.mark.parametrize("name", PAINTINGS)
def test_a_seed_paints_one_picture_and_another_seed_a_similar_one(name):
    first, again, other = paint(name, 128), paint(name, 128), paint(name, 128, seed=1)
    assert first.shape == (128, 128, 3)
    assert first.dtype == np.uint8
    np.testing.assert_array_equal(first, again)
    assert np.abs(first.astype(int) - other).mean() > 1


def test_the_same_composition_at_any_size():
    large, small = paint("diagonals", 512), paint("diagonals", 256)
    reduced = cv2.resize(large, (256, 256), interpolation=cv2.INTER_AREA)
    blurred = [cv2.GaussianBlur(picture, (0, 0), 4).astype(int) for picture in (reduced, small)]
    assert np.abs(blurred[0] - blurred[1]).mean() < 6
    other = paint("poles", 256).astype(int)
    assert np.abs(other - small).mean() > 40


def test_fill_paints_inside_the_outline_only():
    canvas = Canvas(100, "#ffffff", seed=0)
    before = canvas.pixels.copy()
    canvas.fill(circle((0.5, 0.5), 0.3), "#cc0000", wobble=0)
    y, x = np.mgrid[0:100, 0:100] + 0.5
    distance = np.hypot(x - 50, y - 50)
    changed = np.abs(canvas.pixels - before).max(axis=-1) > 0.01
    assert not changed[distance > 32].any()
    assert changed[distance < 28].all()
    red = canvas.pixels[distance < 25].mean(axis=0)
    np.testing.assert_allclose(red, (0.8, 0, 0), atol=0.05)


def test_what_lies_beneath_shines_through():
    canvas = Canvas(64, "#ffffff", seed=0)
    square = polygon((0, 0), (1, 0), (1, 1), (0, 1))
    canvas.fill(square, "#000000", opacity=0.5, wobble=0, edge=0)
    assert 0.4 < canvas.pixels[16:48, 16:48].mean() < 0.6


def test_shapes_off_the_canvas_are_left_out():
    canvas = Canvas(64, "#ffffff", seed=0)
    before = canvas.pixels.copy()
    canvas.fill(circle((3.0, 3.0), 0.2), "#000000")
    np.testing.assert_array_equal(canvas.pixels, before)
