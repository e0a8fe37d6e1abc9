import numpy as np
import pandas as pd
import pytest

from fer_core.audit.doubts import (
    doubtful_by_model,
    doubtful_by_votes,
    fits,
    fits_predictions,
    judged,
    majority_vote,
    vote_table,
)
from fer_core.dataset import FaceDataset
from fer_core.emotions import EMOTIONS
from fer_core.savedmodels import PredictedSplit, Predictions

VOTES = pd.DataFrame(
    {
        "neutral": [1, 10, 0, 0],
        "happiness": [9, 0, 0, 4],
        "nf": [0, 0, 10, 0],
        "contempt": [0, 0, 0, 6],
    },
    dtype=np.uint8,
)


@pytest.fixture
def voted(faces: FaceDataset) -> FaceDataset:
    """Four faces labelled happy, sad, sad, happy."""
    labels = np.array([3, 4, 4, 3], np.uint8)
    return FaceDataset(faces.images[:4], labels, np.zeros(4, np.uint8), VOTES)


def test_majority_vote_reads_any_spelling() -> None:
    vote = majority_vote(VOTES)
    assert vote["answer"].tolist() == ["happy", "neutral", "no face", "contempt"]
    assert vote["share"].tolist() == [0.9, 1.0, 1.0, 0.6]


def test_doubtful_by_votes(voted: FaceDataset) -> None:
    doubtful = doubtful_by_votes(voted, minimum=0.6)
    assert doubtful["row"].tolist() == [1, 2, 3]
    assert doubtful["suggested"].tolist() == ["neutral", "no face", "contempt"]
    assert doubtful_by_votes(voted, minimum=0.7)["row"].tolist() == [1, 2]


def test_vote_table_counts_every_face_once(voted: FaceDataset) -> None:
    table = vote_table(voted)
    assert table.to_numpy().sum() == 4
    assert table.loc["sad", "no face"] == 1
    assert table.shape == (7, 10)


def test_without_votes_there_is_nothing_to_count(faces: FaceDataset) -> None:
    with pytest.raises(ValueError, match="no FER"):
        vote_table(faces)


def predictions_with_wrong_labels() -> tuple[Predictions, set[int]]:
    """A sure model of three classes on 300 faces, of which 12 carry another label than it sees."""
    rng = np.random.default_rng(1)
    truth = rng.integers(0, 3, 300)
    probabilities = np.full((300, 3), 0.05)
    probabilities[np.arange(300), truth] = 0.9
    labels = truth.astype(np.uint8)
    wrong = rng.choice(300, 12, replace=False)
    labels[wrong] = (labels[wrong] + 1) % 3
    rows = np.arange(300, dtype=np.int32) + 1000
    splits = [
        PredictedSplit(probabilities[part], labels[part], rows[part])
        for part in (slice(0, 150), slice(150, 300))
    ]
    return Predictions(("happy", "sad", "neutral"), *splits), set((wrong + 1000).tolist())


def test_confident_learning_finds_the_labels_that_were_changed() -> None:
    predictions, wrong = predictions_with_wrong_labels()
    doubtful = doubtful_by_model(judged(predictions), predictions.classes)
    assert set(doubtful["row"]) == wrong
    assert (doubtful["p_suggested"] > doubtful["p_label"]).all()
    assert set(doubtful["label"]) <= {"happy", "sad", "neutral"}


def test_doubts_are_told_in_calibrated_probabilities() -> None:
    predictions, wrong = predictions_with_wrong_labels()
    doubtful = doubtful_by_model(judged(predictions), predictions.classes, temperature=2.0)
    assert set(doubtful["row"]) == wrong
    expected = 0.9**0.5 / (0.9**0.5 + 2 * 0.05**0.5)
    np.testing.assert_allclose(doubtful["p_suggested"], expected)


def test_faces_in_both_splits_are_judged_once() -> None:
    predictions, wrong = predictions_with_wrong_labels()
    twice = Predictions(predictions.classes, predictions.test, predictions.test)
    doubtful = doubtful_by_model(judged(twice), twice.classes)
    assert doubtful["row"].is_unique
    assert set(doubtful["row"]) == wrong & set(predictions.test.rows.tolist())


def test_faces_whose_copy_was_learnt_are_not_judged() -> None:
    predictions, wrong = predictions_with_wrong_labels()
    is_leaked = np.zeros(1300, bool)
    learnt = [min(wrong), 1000, 1299]
    is_leaked[learnt] = True
    faces = judged(predictions, is_leaked)
    assert set(faces.rows.tolist()) == set(range(1000, 1300)) - set(learnt)
    expected = predictions.test.labels[:-1][~is_leaked[1150:1299]]
    np.testing.assert_array_equal(faces.labels[-len(expected) :], expected)
    doubtful = doubtful_by_model(faces, predictions.classes)
    assert set(doubtful["row"]) == wrong - set(learnt)


def test_predictions_fit_only_the_dataset_they_were_made_on() -> None:
    predictions, _ = predictions_with_wrong_labels()
    labels = np.zeros(1400, np.uint8)
    classes = np.array([EMOTIONS.index(name) for name in predictions.classes], np.uint8)
    for split in (predictions.validation, predictions.test):
        labels[split.rows] = classes[split.labels]
    assert fits_predictions(labels, predictions)
    assert not fits_predictions(labels[:1200], predictions)
    labels[1299] = (labels[1299] + 1) % 7
    assert not fits_predictions(labels, predictions)


def test_answers_fit_the_labels_at_their_rows() -> None:
    labels = np.array([3, 4, 6, 0, 3], np.uint8)
    answers = PredictedSplit(
        np.full((2, 3), 1 / 3, np.float32), np.array([1, 2], np.uint8), np.array([1, 2])
    )
    classes = ("happy", "sad", "neutral")
    assert fits(labels, classes, answers)
    assert not fits((labels + 1) % 7, classes, answers)
    assert not fits(labels[:2], classes, answers), "a row is not there"
