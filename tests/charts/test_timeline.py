import numpy as np
import pytest

from fer_core.charts.timeline import emotion_areas, emotion_lines, share_bars
from fer_core.emotions import COLOURS

CLASSES = ("happy", "sad", "neutral")
SECONDS = np.array([-2.0, -1.0, 0.0])
SHARES = np.array([[0.7, 0.2, 0.1], [np.nan] * 3, [0.1, 0.6, 0.3]])


def test_lines_have_the_emotions_colours_and_leave_gaps():
    figure = emotion_lines(SECONDS, SHARES, CLASSES, span=30)
    assert [line.name for line in figure.data] == list(CLASSES)
    assert [line.line.color for line in figure.data] == [COLOURS[name] for name in CLASSES]
    happy = np.array(figure.data[0].y, float)
    np.testing.assert_allclose(happy, [0.7, np.nan, 0.1])
    assert tuple(figure.layout.xaxis.range) == (-30, 0)


def test_areas_stack_to_one_where_the_face_is_and_to_nothing_where_it_is_not():
    figure = emotion_areas(SECONDS + 2, SHARES, CLASSES, end=4)
    assert {area.stackgroup for area in figure.data} == {"face"}
    total = np.sum([area.y for area in figure.data], axis=0)
    np.testing.assert_allclose(total, [1, 0, 1], atol=2e-3)
    assert tuple(figure.layout.xaxis.range) == (0, 4)


def test_bars_keep_the_order_and_not_sure_is_told_from_neutral():
    figure = share_bars({"neutral": 0.5, "not sure": 0.3, "happy": 0.2})
    (bars,) = figure.data
    assert list(bars.y) == ["neutral", "not sure", "happy"]
    assert sum(bars.x) == pytest.approx(1)
    assert bars.text == ("50.0 %", "30.0 %", "20.0 %")
    assert bars.marker.color[0] == COLOURS["neutral"] != bars.marker.color[1]
    assert tuple(bars.marker.line.width) == (0, 1.5, 0)
