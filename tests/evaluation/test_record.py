"""Records are read for what they hold: no change of the metrics makes a model unreadable."""

import json
from dataclasses import replace

import pytest

from fer_core.common.files import write_json
from fer_core.errors import CorruptModel
from fer_core.evaluation.comparison import read_field
from fer_core.evaluation.evaluate import judge_stored
from fer_core.evaluation.metrics import METRICS
from fer_core.evaluation.record import read_evaluation
from fer_core.savedmodels import open_model, update_manifest


@pytest.fixture
def saved(saved_models):
    """A model whose record was made of the very answers in its file."""
    saved = open_model("custom_cnn")
    write_json(saved.folder / "evaluation.json", judge_stored(saved).as_json())
    update_manifest(saved.weights, saved.name)
    return saved


def rewrite(saved, change) -> None:
    """Changes the record on disk and lets the manifest know."""
    path = saved.folder / "evaluation.json"
    record = json.loads(path.read_text())
    change(record)
    path.write_text(json.dumps(record))
    update_manifest(saved.weights, saved.name)


def without(*names: str):
    def change(record: dict) -> None:
        for split in ("validation", "test"):
            for name in names:
                del record[split]["metrics"][name]

    return change


def test_metrics_a_record_lacks_are_computed_from_the_answers(saved) -> None:
    before = read_evaluation(saved)
    rewrite(saved, without("accuracy", "ece"))
    assert read_evaluation(saved) == before


def test_a_metric_newer_than_every_record_is_there_for_every_model(
    saved_models, monkeypatch
) -> None:
    flipped = replace(
        METRICS["accuracy"],
        title="Error rate",
        higher_is_better=False,
        of_sums=lambda cells, n: 1 - METRICS["accuracy"].of_sums(cells, n),
    )
    monkeypatch.setitem(METRICS, "error_rate", flipped)
    field = read_field(saved_models)
    assert {one.name for one in field.contenders} == {"custom_cnn", "dcnn_elu"}
    assert field.unreadable == {}
    for one in field.contenders:
        error = one.judged.metrics["error_rate"]
        assert error.value == pytest.approx(1 - one.accuracy.value)
        assert error.low == pytest.approx(1 - one.accuracy.high)


def test_a_complete_record_is_read_without_the_answers(saved) -> None:
    (saved.folder / "predictions.npz").write_bytes(b"unread")
    assert read_evaluation(saved).test.n == 300


def test_metrics_that_nobody_knows_any_more_are_left_alone(saved) -> None:
    figure = {"value": 0.5, "low": 0.4, "high": 0.6}
    rewrite(saved, lambda record: record["test"]["metrics"].update(of_old=figure))
    assert read_evaluation(saved).test.metrics["of_old"].value == 0.5


def test_what_cannot_be_computed_is_said(saved) -> None:
    rewrite(saved, without("ece"))
    (saved.folder / "predictions.npz").unlink()
    with pytest.raises(CorruptModel, match=r"custom_cnn/predictions\.npz"):
        read_evaluation(saved)


def test_judging_stored_answers_gives_the_record_again(saved) -> None:
    before = read_evaluation(saved)
    assert judge_stored(saved) == before
    rewrite(saved, lambda record: record["confusion"][0].__setitem__(0, 10_000))
    assert judge_stored(saved) == before


@pytest.mark.parametrize("part", ["validation", "test", "per_class", "confusion"])
def test_a_part_that_follows_from_the_answers_is_computed_from_them(saved, part) -> None:
    before = read_evaluation(saved)
    rewrite(saved, lambda record: record.pop(part))
    assert read_evaluation(saved) == before


def test_what_nothing_is_computed_from_may_be_missing(saved) -> None:
    def change(record: dict) -> None:
        for fact in ("seed", "commit", "versions"):
            del record[fact]

    rewrite(saved, change)
    assert read_evaluation(saved).commit is None
