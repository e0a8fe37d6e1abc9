import base64
import io
import json

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from studio.before_after import LONGEST_SIDE


def page(height: int, width: int, gray_after: bool) -> None:
    import numpy as np

    from studio.before_after import before_after

    before = np.arange(height * width * 3, dtype=np.uint32).astype(np.uint8)
    before = before.reshape(height, width, 3)
    after = before[..., 0] if gray_after else before[::-1]
    before_after(before, after, labels=("Photo", "Changed"), key="slider")


def shown(height: int, width: int, gray_after: bool = False) -> dict:
    """Returns what the browser would be given, with each picture decoded."""
    app = AppTest.from_function(page, args=(height, width, gray_after), default_timeout=60).run()
    assert not app.exception
    data = json.loads(app.get("bidi_component")[0].proto.json)
    for side in ("before", "after"):
        raw = base64.b64decode(data[side]["source"].split(",")[1])
        data[side]["picture"] = np.asarray(Image.open(io.BytesIO(raw)))
    return data


def test_a_small_picture_arrives_without_loss():
    data = shown(5, 7)
    expected = np.arange(5 * 7 * 3, dtype=np.uint8).reshape(5, 7, 3)
    np.testing.assert_array_equal(data["before"]["picture"], expected)
    np.testing.assert_array_equal(data["after"]["picture"], expected[::-1])
    assert data["before"]["pixelated"]
    assert data["ratio"] == pytest.approx(7 / 5)
    assert (data["before"]["label"], data["after"]["label"]) == ("Photo", "Changed")


def test_a_large_picture_is_reduced_to_the_width_of_a_page():
    data = shown(600, 3000, gray_after=True)
    assert data["before"]["picture"].shape == (LONGEST_SIDE // 5, LONGEST_SIDE, 3)
    assert data["after"]["picture"].shape == (LONGEST_SIDE // 5, LONGEST_SIDE)
    assert not data["before"]["pixelated"]


@pytest.mark.parametrize("size", [(1, 1), (1, 2000), (2000, 1)])
def test_extreme_shapes_keep_a_frame_that_can_be_pulled_across(size):
    assert 0.25 <= shown(*size)["ratio"] <= 4
