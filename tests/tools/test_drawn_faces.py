import numpy as np
import pytest

from fer_core.dataset.drawn import drawn_faces
from fer_core.emotions import EMOTIONS
from tools.drawn_faces import PEOPLE, faces


@pytest.fixture(scope="module")
def drawn():
    return faces()


def test_seven_people_show_seven_emotions(drawn):
    pictures, labels = drawn
    assert pictures.shape == (49, 48, 48) and pictures.dtype == np.uint8
    assert [list(labels).count(n) for n in range(len(EMOTIONS))] == [len(PEOPLE)] * 7
    flat = pictures.reshape(49, -1).astype(float)
    apart = [np.abs(a - b).mean() for i, a in enumerate(flat) for b in flat[i + 1 :]]
    assert min(apart) > 3


def test_committed_drawings_are_what_is_drawn(drawn):
    pictures, labels = drawn_faces()
    np.testing.assert_array_equal(labels, drawn[1])
    # Another Pillow may draw an edge a little differently.
    assert np.abs(pictures.astype(float) - drawn[0]).mean() < 2
