import numpy as np
import pytest

from fer_core.audit.duplicates import Duplicates
from fer_core.dataset import FaceDataset
from fer_core.models.recipe import Recipe
from fer_core.training import folds
from fer_core.training.folds import FOLDS, answer_training, assign_folds
from fer_core.training.progress import BudgetSpent


def copies(pairs: list[tuple[int, int]], n: int) -> Duplicates:
    found = np.array(pairs, np.int32).reshape(-1, 2)
    certain = np.ones(len(found), bool)
    return Duplicates(found, certain.astype(np.float32), ~certain, certain, n)


def test_folds_share_out_the_classes_and_keep_copies_together():
    rows = np.arange(50, 450)
    labels = rows % 4
    pairs = [(60 + 10 * k, 60 + 10 * k + 4) for k in range(30)]
    fold = assign_folds(labels, copies(pairs, 500), rows)
    counts = np.array([np.bincount(labels[fold == k], minlength=4) for k in range(FOLDS)])
    np.testing.assert_allclose(counts, 20, atol=2)
    for first, second in pairs:
        assert fold[first - 50] == fold[second - 50]


def test_each_network_answers_on_what_it_did_not_learn(checkpoints, stripes, monkeypatch):
    learnt = []

    def fit(network, layers, train, validation, recipe, folder, limit):
        if len(learnt) == 2 and limit.end is not None:
            raise BudgetSpent
        learnt.append({face.tobytes() for face in train.inputs})

    monkeypatch.setattr(folds, "fit", fit)
    monkeypatch.setattr(folds, "remembered_duplicates", lambda faces: copies([], len(faces)))
    recipe = Recipe(epochs=1)
    with pytest.raises(BudgetSpent):
        answer_training(stripes, recipe, budget=60, say=str)
    assert len(learnt) == 2
    held_out = answer_training(stripes, recipe, say=str)
    assert len(learnt) == FOLDS, "what was answered before is not asked again"
    training = {face.tobytes() for face in stripes.images[stripes.rows("Training")]}
    left_out = [training - faces for faces in learnt]
    assert set().union(*left_out) == training
    assert sum(map(len, left_out)) == len(training)
    np.testing.assert_allclose(held_out.faces.probabilities.sum(axis=1), 1, atol=1e-5)
    np.testing.assert_array_equal(held_out.faces.rows, stripes.rows("Training"))
    assert list(checkpoints.iterdir()) == []


def test_a_network_learns_from_the_other_folds(
    checkpoints, stripes: FaceDataset, tiny, monkeypatch, tmp_path
):
    monkeypatch.setattr(folds, "FOLDS", 2)
    monkeypatch.setattr(folds, "NAME", tiny)
    monkeypatch.setattr(folds, "remembered_duplicates", lambda faces: copies([], len(faces)))
    recipe = Recipe(epochs=6, batch_size=8)
    faces = answer_training(stripes, recipe, say=str).faces
    assert (faces.predicted == faces.labels).mean() > 0.4  # one in seven by chance
