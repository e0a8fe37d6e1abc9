import numpy as np
import pytest

from fer_core.charts.style import emotion_shift, loss_curves, loss_table
from fer_core.emotions import COLOURS


def test_a_line_runs_from_the_photo_s_probability_to_the_painting_s():
    classes = ("happy", "sad")
    figure = emotion_shift(classes, np.array([0.9, 0.1]), np.array([0.4, 0.6]))
    happy, sad, photo, painting, words = figure.data
    assert (tuple(happy.x), tuple(happy.y)) == ((0.9, 0.4), ("happy", "happy"))
    assert sad.line.color == COLOURS["sad"]
    assert tuple(photo.x) == (0.9, 0.1)
    assert tuple(painting.x) == (0.4, 0.6)
    assert tuple(words.text) == ("90.0 % → 40.0 %", "10.0 % → 60.0 %")
    assert min(np.array(words.x) - [0.9, 0.6]) > 0


def test_loss_curves_show_the_parts_and_where_the_size_changes():
    losses = [(5.0, 1.0, 0.4, 0.1), (3.0, 1.0, 0.2, 0.1), (4.0, 1.0, 0.3, 0.1)]
    table = loss_table([128, 128, 181], losses, style_weight=10.0)
    assert list(table["style, weighted"]) == pytest.approx([4.0, 2.0, 3.0])
    assert list(table["evaluation"]) == [1, 2, 3]
    figure = loss_curves(table)
    assert [trace.name for trace in figure.data] == ["total", "content", "style, weighted"]
    assert list(figure.data[0].y) == [5.0, 3.0, 4.0]
    assert figure.layout.yaxis.type == "log"
    assert [note.text for note in figure.layout.annotations] == ["128 px", "181 px"]
    assert [shape.x0 for shape in figure.layout.shapes] == [1, 3]
