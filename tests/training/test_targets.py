from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from fer_core.emotions import EMOTIONS
from fer_core.errors import TrainingError
from fer_core.models.recipe import Recipe
from fer_core.training.targets import soft_targets


@pytest.fixture
def voted(stripes):
    """Seven of ten saw happiness in every face, two a face that is none, one sadness."""
    n = len(stripes)
    votes = {"happiness": np.full(n, 7), "nf": np.full(n, 2), "sadness": np.full(n, 1)}
    return replace(stripes, votes=pd.DataFrame(votes))


def targets(dataset, recipe, folder):
    rows = dataset.rows("Training")
    return soft_targets(dataset, rows, dataset.labels[rows], EMOTIONS, recipe, folder)


def test_without_votes_and_teachers_the_label_is_all(stripes, tmp_path):
    found = targets(stripes, Recipe(epochs=1), tmp_path)
    np.testing.assert_array_equal(found, np.eye(7)[stripes.labels[:70]])


def test_votes_have_their_share_over_the_classes(voted, tmp_path):
    found = targets(voted, Recipe(epochs=1, votes=0.4), tmp_path)
    angry = found[voted.labels[:70] == 0][0]
    np.testing.assert_allclose(angry, [0.6, 0, 0, 0.4 * 7 / 8, 0.4 / 8, 0, 0], rtol=1e-6)


def test_a_face_nobody_voted_on_keeps_its_label(voted, tmp_path):
    none = replace(voted, votes=voted.votes * 0)
    found = targets(none, Recipe(epochs=1, votes=0.4), tmp_path)
    np.testing.assert_allclose(found, np.eye(7)[voted.labels[:70]], rtol=1e-6)


def test_a_dataset_without_votes_is_refused_by_a_recipe_that_needs_them(stripes, tmp_path):
    with pytest.raises(TrainingError, match="learns from FER\\+'s votes"):
        targets(stripes, Recipe(epochs=1, votes=0.4), tmp_path)


def test_teachers_answer_once_for_every_machine(stripes, tmp_path, monkeypatch):
    recipe = Recipe(epochs=1, teachers=("custom_cnn",), distillation=0.5)
    found = targets(stripes, recipe, tmp_path)
    np.testing.assert_allclose(found.sum(axis=1), 1, rtol=1e-5)
    own = np.eye(7, dtype=np.float32)[stripes.labels[:70]]
    np.testing.assert_allclose((found - 0.5 * own).sum(axis=1), 0.5, rtol=1e-5)
    monkeypatch.setattr("fer_core.inference.classifier.Classifier.load", None)
    np.testing.assert_array_equal(targets(stripes, recipe, tmp_path), found)


def test_shares_that_do_not_fit_are_refused():
    with pytest.raises(TrainingError, match="together at most 1"):
        Recipe(epochs=1, votes=0.6, teachers=("custom_cnn",), distillation=0.6)
    with pytest.raises(TrainingError, match="needs `teachers`"):
        Recipe(epochs=1, distillation=0.5)
