import numpy as np
import pytest

from fer_core.evaluation.comparison import read_field
from fer_core.evaluation.mistakes import at_random, most_confident, select_faces


@pytest.fixture(scope="module")
def custom(made_up_five):
    return read_field(made_up_five).contenders[1]


def test_wrong_faces_are_those_answered_otherwise(custom) -> None:
    wrong = select_faces(custom, wrong_only=True)
    assert len(wrong) == round((1 - custom.accuracy.value) * len(custom.split))
    assert (custom.split.predicted[wrong] != custom.split.labels[wrong]).all()
    assert len(select_faces(custom, wrong_only=False)) == len(custom.split)


def test_faces_are_filtered_by_truth_and_by_answer(custom) -> None:
    faces = select_faces(custom, wrong_only=True, truth=["fear"], predicted=["sad", "happy"])
    assert len(faces) > 10
    assert {custom.classes[label] for label in custom.split.labels[faces]} == {"fear"}
    assert {custom.classes[label] for label in custom.split.predicted[faces]} == {"sad", "happy"}


def test_surest_faces_come_first(custom) -> None:
    faces = most_confident(custom, select_faces(custom, wrong_only=True))
    assert (np.diff(custom.calibrated[faces].max(axis=1)) <= 0).all()


def test_random_order_is_the_seeds(custom) -> None:
    faces = np.arange(100)
    assert (at_random(faces, 1) == at_random(faces, 1)).all()
    assert (at_random(faces, 1) != at_random(faces, 2)).any()
    assert set(at_random(faces, 1)) == set(faces)
