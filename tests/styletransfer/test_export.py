import io
import json

import numpy as np
import pytest
from PIL import Image

from fer_core.errors import StyleError
from fer_core.images import encode_png
from fer_core.styletransfer.engine import LossRecord, StyleResult
from fer_core.styletransfer.export import from_png, to_png
from fer_core.styletransfer.losses import Losses
from fer_core.styletransfer.options import StyleOptions


def test_a_png_tells_how_it_was_made():
    picture = np.random.default_rng(0).integers(0, 256, (12, 16, 3)).astype(np.uint8)
    history = (LossRecord(128, Losses(2.0, 0.5, 0.01, 0.02)),)
    options = StyleOptions(size=128, blend=(1.0, 2.0), seed=7)
    result = StyleResult(picture, history, "VGG19", options, 12.34, True)
    image = Image.open(io.BytesIO(to_png(result, ("Diagonals", "Hügel"))))
    np.testing.assert_array_equal(np.asarray(image), picture)
    assert image.text["Software"] == "FER Studio"
    assert "Diagonals and Hügel" in image.text["Description"]
    record = json.loads(image.text["Style transfer"])
    assert record["options"]["seed"] == 7
    assert record["losses"] == [[128, 2.0, 0.5, 0.01, 0.02]]


def test_a_png_reads_back():
    picture = np.zeros((12, 16, 3), np.uint8)
    history = (LossRecord(128, Losses(2.0, 0.5, 0.01, 0.02)),) * 3
    options = StyleOptions(size=128, blend=(1.0, 2.0), seed=7)
    data = to_png(StyleResult(picture, history, "VGG19", options, 12.34, True), ("A", "B"))
    result, paintings = from_png(data)
    np.testing.assert_array_equal(result.picture, picture)
    assert (result.history, result.options) == (history, options)
    assert (result.network, result.seconds, result.finished) == ("VGG19", 12.3, True)
    assert paintings == ("A", "B")


def test_a_png_of_another_origin_is_refused():
    with pytest.raises(StyleError, match="how it was painted"):
        from_png(encode_png(np.zeros((4, 4, 3), np.uint8)))
