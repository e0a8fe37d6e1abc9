import re

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from studio.bars import track


def shown(classes, probabilities, threshold=0.0) -> AppTest:
    def app(classes, probabilities, threshold):
        from studio.bars import show_emotions

        show_emotions(classes, probabilities, threshold)

    arguments = {"classes": classes, "probabilities": probabilities, "threshold": threshold}
    return AppTest.from_function(app, default_timeout=60, kwargs=arguments).run()


def test_lengths_are_the_probabilities_and_the_likeliest_is_bold():
    page = shown(("happy", "sad", "neutral"), np.array([0.25, 0.7, 0.05]))
    assert not page.exception
    body = page.get("html")[0].proto.body
    assert re.findall(r'class="bar" style="width:([\d.]+)%', body) == ["25.00", "70.00", "5.00"]
    assert re.findall(r'<tr class="best"><th scope="row">(\w+)', body) == ["sad"]
    assert "25.0 %" in body
    assert 'class="mark"' not in body


def test_threshold_is_a_line_and_is_named():
    page = shown(("happy", "sad"), np.array([0.5, 0.5]), threshold=0.4)
    assert page.get("html")[0].proto.body.count('class="mark" style="left:40.00%"') == 2
    assert "Dotted: 40 %" in page.caption[0].value


@pytest.mark.parametrize("interval", [(0.6, 0.7), (0.0, 1.0)])
def test_interval_spans_from_low_to_high(interval):
    low, high = interval
    drawn = track(0.65, "#123456", interval=interval)
    assert (
        f'class="interval" style="left:{100 * low:.2f}%;width:{100 * (high - low):.2f}%"' in drawn
    )
