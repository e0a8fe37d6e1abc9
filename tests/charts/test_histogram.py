import numpy as np
import pytest

from fer_core.charts.histogram import CHANNELS, histogram, value_shares

RED = np.zeros((10, 10, 3), np.uint8)
RED[..., 0] = 255


def test_shares_count_each_channel_and_add_up_to_one():
    assert value_shares(RED, "Red")[255] == 1
    assert value_shares(RED, "Blue")[0] == 1
    assert value_shares(RED)[76] == 1  # the luma of pure red, 0.299 x 255
    assert all(value_shares(RED, channel).sum() == pytest.approx(1) for channel in CHANNELS)


def test_a_gray_picture_has_one_distribution():
    gray = np.arange(256, dtype=np.uint8).reshape(16, 16)
    for channel in CHANNELS:
        np.testing.assert_allclose(value_shares(gray, channel), 1 / 256)


def test_the_chart_draws_both_and_says_what_its_top_cuts_off():
    half = np.zeros((10, 10), np.uint8)
    half[:5] = 255
    exhibit = histogram(RED, half)
    before, after = exhibit.figure.data
    assert (before.name, after.name) == ("Before", "After")
    assert before.y[76] == 1
    assert (after.y[0], after.y[255]) == (0.5, 0.5)
    assert "50.0 % are 0 and 50.0 % are 255 after" in exhibit.caption
    assert exhibit.table["after"].sum() == 1
    assert len(exhibit.table) == 256
