from dataclasses import replace

import numpy as np
import pytest

from fer_core.charts.ranking import ranking_table
from fer_core.common.files import write_json
from fer_core.dataset import FaceDataset
from fer_core.dataset.fingerprint import fingerprint
from fer_core.errors import EvaluationError
from fer_core.evaluation.comparison import read_contender
from fer_core.evaluation.elsewhere import measure_elsewhere, with_elsewhere
from fer_core.evaluation.record import read_evaluation
from fer_core.evaluation.saving import keep_measured
from fer_core.evaluation.schema import Evaluation
from fer_core.evaluation.sentences import elsewhere_sentences
from fer_core.savedmodels import open_model, update_manifest


@pytest.fixture
def pictures() -> FaceDataset:
    """Six black faces labelled angry, four labelled neutral, two pictures without a face."""
    labels = np.array([0] * 6 + [6] * 4, np.uint8)
    return FaceDataset(
        images=np.zeros((10, 48, 48), np.uint8),
        labels=labels,
        usage=np.zeros(10, np.uint8),
        unfound=((0, 0), (6, 0)),
        source="pictures",
    )


def test_picture_without_a_face_counts_as_wrong(saved_models, pictures) -> None:
    """The model answers by brightness: black is angry."""
    found = measure_elsewhere(open_model("custom_cnn"), pictures, "photographs", "a source")
    assert (found.n, found.found) == (12, 10)
    assert found.right.value == pytest.approx(6 / 12)
    assert found.recall["angry"].value == pytest.approx(6 / 7)
    assert found.recall["neutral"].value == 0
    assert set(found.recall) == {"angry", "neutral"}
    assert found.right.low < found.right.value < found.right.high


def test_emotion_the_model_does_not_know_is_left_out(saved_models, pictures) -> None:
    found = measure_elsewhere(open_model("dcnn_elu"), pictures, "photographs", "a source")
    assert (found.n, found.found) == (5, 4)


def test_split_that_tests_is_judged_alone(saved_models, pictures) -> None:
    usage = np.array([2] * 3 + [0] * 7, np.uint8)
    parted = replace(pictures, usage=usage, unfound=((0, 2), (6, 0)))
    found = measure_elsewhere(open_model("custom_cnn"), parted, "photographs", "a source")
    assert (found.n, found.found) == (4, 3)


def test_data_it_was_judged_on_is_not_elsewhere(saved_models, pictures) -> None:
    saved = open_model("custom_cnn")
    record = read_evaluation(saved)
    data = record.data.model_copy(update={"sha256": fingerprint(pictures)})
    write_json(saved.folder / "evaluation.json", record.model_copy(update={"data": data}).as_json())
    update_manifest(saved_models, "custom_cnn")
    with pytest.raises(EvaluationError, match="not elsewhere"):
        measure_elsewhere(saved, pictures, "photographs", "a source")


def test_result_is_kept_replaced_by_name_and_told(saved_models, pictures) -> None:
    saved = open_model("custom_cnn")
    before = read_evaluation(saved)
    first = measure_elsewhere(saved, pictures, "photographs", "a source")
    again = first.model_copy(update={"found": 9})
    other = first.model_copy(update={"name": "drawings"})
    record = with_elsewhere(with_elsewhere(with_elsewhere(before, first), other), again)
    assert record.elsewhere == (other, again)
    assert Evaluation.model_validate(record.as_json()) == record
    write_json(saved.folder / "evaluation.json", record.as_json())
    update_manifest(saved_models, "custom_cnn")
    assert keep_measured(saved.folder, before).elsewhere == record.elsewhere
    contender = read_contender(saved)
    (row,) = ranking_table([contender]).to_dict("records")
    assert row["Elsewhere: photographs"] == pytest.approx(0.5)
    assert elsewhere_sentences([contender])[1].startswith(
        "On other data (photographs, 12 pictures, a face found in 9): Custom CNN 50.0 % ("
    )
