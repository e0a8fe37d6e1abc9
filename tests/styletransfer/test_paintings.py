import cv2
import numpy as np
import pytest

from fer_core.styletransfer.paintings import PAINTINGS


def test_at_least_six_paintings_ship_each_with_words():
    assert len(PAINTINGS) >= 6
    assert all(painting.title and painting.description for painting in PAINTINGS.values())


@pytest.mark.parametrize("name", PAINTINGS)
def test_a_painting_is_colourful_and_filled_everywhere(name):
    hue, saturation, value = cv2.split(
        cv2.cvtColor(PAINTINGS[name].picture(256), cv2.COLOR_RGB2HSV)
    )
    colourful = (saturation > 80) & (value > 80)
    shares = np.histogram(hue[colourful], bins=6, range=(0, 180))[0] / hue.size
    assert (shares > 0.005).sum() >= 4, "at least four of six hues"
    quarters = [saturation[y : y + 128, x : x + 128] for y in (0, 128) for x in (0, 128)]
    assert all((quarter > 80).mean() > 0.03 for quarter in quarters)


@pytest.mark.parametrize("name", PAINTINGS)
def test_file_is_a_square_of_1024_pixels_and_small(name):
    assert PAINTINGS[name].picture().shape == (1024, 1024, 3)
    assert PAINTINGS[name].picture(192).shape == (192, 192, 3)
    assert PAINTINGS[name].path.stat().st_size < 200_000


def test_every_file_is_one_that_is_offered():
    folder = PAINTINGS["poles"].path.parent
    assert {path.stem for path in folder.iterdir()} == set(PAINTINGS)
