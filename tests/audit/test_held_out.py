import numpy as np
import pytest

from fer_core.audit.doubts import doubtful_by_model, fits
from fer_core.audit.held_out import HeldOut, read_held_out, write_held_out
from fer_core.dataset import FaceDataset
from fer_core.emotions import EMOTIONS
from fer_core.savedmodels import PredictedSplit


def test_what_is_written_is_read(tmp_path):
    faces = PredictedSplit(
        np.array([[0.75, 0.25], [0.5, 0.5]]), np.array([1, 0], np.uint8), np.array([3, 9], np.int32)
    )
    write_held_out(HeldOut(("happy", "sad"), faces, 5, 1.25), tmp_path / "held_out.npz")
    read = read_held_out(tmp_path / "held_out.npz")
    assert (read.classes, read.folds, read.temperature) == (("happy", "sad"), 5, 1.25)
    np.testing.assert_array_equal(read.faces.probabilities, faces.probabilities)
    np.testing.assert_array_equal(read.faces.labels, faces.labels)
    np.testing.assert_array_equal(read.faces.rows, faces.rows)


def test_committed_answers_cover_training_and_are_no_guesses():
    held_out = read_held_out()
    faces = held_out.faces
    assert held_out.classes == EMOTIONS
    assert held_out.folds == 5
    np.testing.assert_array_equal(faces.rows, np.arange(28_709))
    accuracy = (faces.predicted == faces.labels).mean()
    assert 0.58 < accuracy < 0.75  # higher would be labels that were learnt
    doubtful = doubtful_by_model(faces, held_out.classes, held_out.temperature)
    assert 0.02 < len(doubtful) / len(faces) < 0.4


@pytest.mark.fer2013
def test_answers_fit_only_their_own_faces(fer2013: FaceDataset):
    held_out = read_held_out()
    assert fits(fer2013.labels, held_out.classes, held_out.faces)
    assert not fits(fer2013.labels[::-1], held_out.classes, held_out.faces)
    assert not fits(fer2013.labels[:100], held_out.classes, held_out.faces)
