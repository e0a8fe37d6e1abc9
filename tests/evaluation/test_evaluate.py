import json
from pathlib import Path

import numpy as np
import pytest
from tiny import brightness_answer, brightness_network

from fer_core.dataset import PROTOCOLS, FaceDataset
from fer_core.dataset.fingerprint import fingerprint
from fer_core.emotions import EMOTIONS
from fer_core.errors import CorruptModel, EvaluationError
from fer_core.evaluation.evaluate import evaluate, evaluate_own
from fer_core.evaluation.saving import record_judgement
from fer_core.evaluation.schema import Evaluation
from fer_core.savedmodels import SavedModel, open_model, read_predictions


def faces(n: int, usage: int, seed: int, noise: int = 12) -> FaceDataset:
    """Faces as bright as their label asks, give or take: the brightness network reads most."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 7, n).astype(np.uint8)
    levels = labels.astype(float) * 255 / 6 + rng.normal(0, noise, n)
    images = np.clip(levels, 0, 255).astype(np.uint8)[:, None, None] * np.ones((1, 48, 48))
    return FaceDataset(images.astype(np.uint8), labels, np.full(n, usage, np.uint8))


def together(*parts: FaceDataset) -> FaceDataset:
    return FaceDataset(
        *(
            np.concatenate([getattr(part, name) for part in parts])
            for name in ("images", "labels", "usage")
        )
    )


@pytest.fixture(scope="module")
def dataset() -> FaceDataset:
    return together(faces(60, 0, 1), faces(300, 1, 2), faces(400, 2, 3))


@pytest.fixture
def weights(tmp_path):
    folder = tmp_path / "custom_cnn"
    folder.mkdir()
    (folder / "model.tflite").write_bytes(brightness_network(7))
    recipe = {
        "name": "custom_cnn",
        "classes": list(EMOTIONS),
        "protocol": "fer2013",
        "parameters": 14,
        "trainable": 14,
        "seed": 3,
        "best_epoch": 2,
        "epochs_run": 3,
        "faces": {"train": 60, "validation": 300},
        "minutes": 0.1,
        "machine": "a test",
        "recipe": {"epochs": 3},
    }
    (folder / "recipe.json").write_text(json.dumps(recipe))
    return tmp_path


def evaluated(weights: Path, dataset: FaceDataset) -> Evaluation:
    """Judges custom_cnn and records it."""
    saved = SavedModel("custom_cnn", weights)
    predictions, record = evaluate(saved.folder, dataset)
    return record_judgement(saved, record, predictions)


def test_answers_are_those_of_the_network_and_the_record_fits_them(weights, dataset) -> None:
    record = evaluated(weights, dataset).as_json()
    predictions = read_predictions(weights / "custom_cnn" / "predictions.npz")
    assert predictions.test.rows.tolist() == list(range(360, 760))
    assert len(predictions.validation) == 300
    for index in (0, 150, 399):
        expected = brightness_answer(dataset.images[360 + index], 7)
        assert predictions.test.probabilities[index] == pytest.approx(expected, abs=2e-3)
    right = predictions.test.predicted == predictions.test.labels
    assert record["test"]["metrics"]["accuracy"]["value"] == pytest.approx(right.mean())
    assert record["test"]["n"] == 400
    assert record["data"]["sha256"] == fingerprint(dataset)
    assert record["cost"]["parameters"] == 14
    assert record["seed"] == 3
    assert record["calibration"]["temperature"] < 1, "the network is less sure than it is right"
    on_disk = json.loads((weights / "custom_cnn" / "evaluation.json").read_text())
    assert on_disk == record
    assert Evaluation.model_validate(on_disk).schema_number == 1
    assert on_disk == open_model("custom_cnn", weights).evaluation(), "the manifest knows it"
    assert f"on the {record['test']['n']} test" in (weights / "custom_cnn" / "card.md").read_text()


def test_evaluating_again_gives_the_same_figures(weights, dataset) -> None:
    first = evaluated(weights, dataset).as_json()
    second = evaluated(weights, dataset).as_json()
    for key in ("validation", "test", "per_class", "confusion", "calibration"):
        assert first[key] == second[key]


def test_what_only_was_measured_is_kept_for_the_same_network_only(weights, dataset) -> None:
    record = evaluated(weights, dataset).as_json()
    accuracy = record["test"]["metrics"]["accuracy"]
    measured = {
        "robustness": {
            "n": 5,
            "points": [{"corruption": "none", "severity": 0, "accuracy": accuracy}],
        },
        "end_to_end": {"n": 5, "usage": "PrivateTest", "points": [], "cut": accuracy},
    }
    path = weights / "custom_cnn" / "evaluation.json"
    path.write_text(json.dumps(record | measured))
    again = evaluated(weights, dataset).as_json()
    assert {name: again[name] for name in measured} == measured
    path.write_text(json.dumps(record | measured | {"model_sha256": "another"}))
    again = evaluated(weights, dataset).as_json()
    assert [again[name] for name in measured] == [None, None]


def test_missing_recipe_is_named(tmp_path, dataset) -> None:
    with pytest.raises(CorruptModel, match=r"recipe\.json"):
        evaluate(tmp_path / "custom_cnn", dataset)


@pytest.fixture
def saved(weights, dataset):
    evaluated(weights, dataset)
    return open_model("custom_cnn", weights)


def test_own_faces_all_test_unless_some_are_set_aside_for_it(saved) -> None:
    predictions, record = evaluate_own(saved, faces(80, 0, 5))
    assert record.protocol == "own"
    assert record.test.n == len(predictions.test) == 80
    assert record.validation is None
    assert record.calibration.temperature == saved.temperature
    _, record = evaluate_own(saved, together(faces(80, 0, 5), faces(30, 2, 6)))
    assert record.test.n == 30


def test_of_the_data_that_trained_it_only_the_test_faces_are_judged(saved, dataset) -> None:
    recipe = saved.run().as_json() | {"classes": ["happy", "sad", "neutral"], "protocol": "r3"}
    (saved.folder / "recipe.json").write_text(json.dumps(recipe))
    (saved.folder / "model.tflite").write_bytes(brightness_network(3))
    evaluated(saved.weights, dataset)
    predictions, _ = evaluate_own(saved, dataset)
    split = PROTOCOLS["r3"].split(dataset)
    assert predictions.test.rows.tolist() == split.test.tolist()
    assert len(split.test) < len(dataset.rows("PrivateTest"))
    other = together(faces(60, 0, 11), faces(300, 1, 12), faces(400, 2, 13))
    predictions, _ = evaluate_own(saved, other)
    assert set(predictions.test.rows) <= set(other.rows("PrivateTest"))


def test_own_faces_of_unknown_emotions_are_left_out_and_counted(saved, weights, dataset) -> None:
    recipe = saved.run().as_json() | {"classes": ["happy", "sad", "neutral"], "protocol": "r3"}
    (saved.folder / "recipe.json").write_text(json.dumps(recipe))
    (saved.folder / "model.tflite").write_bytes(brightness_network(3))
    evaluated(weights, dataset)
    own = faces(140, 0, 7)
    _, record = evaluate_own(saved, own)
    known = int(np.isin(own.labels, [3, 4, 6]).sum())
    assert record.test.n == known
    assert record.data.left_out == 140 - known
    angry = FaceDataset(own.images[:2], np.zeros(2, np.uint8), np.zeros(2, np.uint8))
    with pytest.raises(EvaluationError, match="happy, sad, neutral"):
        evaluate_own(saved, angry)
