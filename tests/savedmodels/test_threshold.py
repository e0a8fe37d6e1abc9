import json

import numpy as np
import pytest

from fer_core.inference import Classifier
from fer_core.savedmodels import open_model, update_manifest
from fer_core.savedmodels.threshold import default_threshold


def test_lowest_at_which_four_of_five_answers_are_right():
    confidence = np.linspace(0.205, 0.995, 80)
    right = confidence > 0.4
    right[::10] = False
    threshold = default_threshold(confidence, right)
    assert right[confidence >= threshold].mean() >= 0.8
    assert right[confidence >= threshold - 0.01].mean() < 0.8


def test_never_leaves_out_more_than_a_quarter():
    confidence = np.linspace(0.2, 1, 1000)
    threshold = default_threshold(confidence, np.zeros(1000, bool))
    assert 0.24 <= (confidence < threshold).mean() <= 0.25


def test_threshold_itself_is_answered_and_four_of_five_are_enough():
    confidence = np.array([0.3, 0.5, 0.6, 0.7, 0.8, 0.9, 0.9, 0.9])
    right = np.array([False, False, True, True, True, True, True, True])
    assert default_threshold(confidence, right) == 0.31, "one in eight left out: six of seven"
    five = np.array([False, True, True, True, True])
    assert default_threshold(np.full(5, 0.5), five) == 0


def test_threshold_is_just_above_the_wrong_answer():
    confidence, right = np.array([0.795, 0.9, 0.9, 0.9]), np.array([False, True, True, True])
    assert default_threshold(confidence, right) == 0.8


def test_wrong_and_sure_of_everything_is_answered_up_to_certainty():
    assert default_threshold(np.full(9, 0.5), np.zeros(9, bool)) == 0.5
    assert default_threshold(np.ones(9), np.zeros(9, bool)) == 1


def test_good_model_answers_everything():
    assert default_threshold(np.linspace(0.2, 1, 100), np.ones(100, bool)) == 0


def test_record_decides_else_the_predictions(saved_models):
    record = saved_models / "custom_cnn" / "evaluation.json"
    held = json.loads(record.read_text())
    held.pop("default_threshold", None)
    record.write_text(json.dumps(held))
    update_manifest(saved_models, "custom_cnn")
    computed = open_model("custom_cnn").threshold
    assert 0 < computed < 1
    record.write_text(json.dumps({**held, "default_threshold": 0.37}))
    update_manifest(saved_models, "custom_cnn")
    assert open_model("custom_cnn").threshold == pytest.approx(0.37)
    assert Classifier.load("custom_cnn").threshold == pytest.approx(0.37)
