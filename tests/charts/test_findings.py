"""Titles of charts say what is so."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from fer_core.charts import findings
from fer_core.common.numerals import percent
from fer_core.dataset.statistics import FaceMap
from fer_core.evaluation.comparison import read_field
from fer_core.evaluation.metrics import METRICS
from fer_core.evaluation.ranking import best_first
from fer_core.evaluation.robustness import CORRUPTIONS
from fer_core.evaluation.sentences import in_running_text
from fer_core.evaluation.significance import compare_all


@pytest.fixture(scope="module")
def models(made_up_five):
    field = read_field(made_up_five)
    return best_first([c for c in field.contenders if c.protocol == "fer2013"])


@pytest.mark.parametrize("metric", METRICS)
def test_the_best_model_and_its_figure_are_named(models, metric) -> None:
    first = best_first(models, metric)[0]
    said = findings.is_best(models, metric)
    assert said.startswith(f"{first.title} is best by {in_running_text(METRICS[metric].title)}: ")
    value = first.judged.metrics[metric].value
    assert said.endswith(percent(value) if METRICS[metric].is_share else f"{value:.3f}")


def test_leads_beyond_chance_are_counted(models) -> None:
    pairs = compare_all({one.name: one.right for one in models})
    real = sum(pair.is_real for pair in pairs)
    assert (
        findings.differ(pairs)
        == f"{real} of {len(pairs)} pairs of models differ by more than chance"
    )


def test_a_leader_by_another_metric_is_ahead_of_no_more_accurate_model(models) -> None:
    right = {one.name: one.right for one in models}
    pairs = compare_all(right)
    by_accuracy = sorted(right, key=lambda name: right[name].mean())
    worst, best = by_accuracy[0], by_accuracy[-1]
    real = sum(one.is_real for one in pairs if best in (one.first, one.second))
    assert real > 0
    count = len(models) - 1
    said = findings.is_ahead(best, "Best", pairs)
    assert said == f"Best is ahead of {real} of {count} models by more than chance"
    assert findings.is_ahead(worst, "Worst", pairs).startswith(f"Worst is ahead of 0 of {count} ")


def test_the_emotion_most_often_taken_for_another_is_named(models) -> None:
    one = models[0]
    truth, answer = one.split.labels, one.split.predicted
    share, pair = max(
        ((answer[truth == i] == j).mean(), (one.classes[i], one.classes[j]))
        for i in range(len(one.classes))
        for j in range(len(one.classes))
        if i != j
    )
    assert (
        findings.is_confused(one) == f"{one.title} reads {percent(share)} of {pair[0]} as {pair[1]}"
    )


def test_the_emotions_found_most_and_least_are_named(models) -> None:
    recalls = {record.name: record.recall.value for record in models[0].per_class}
    said = findings.is_found(models[0])
    assert f"{percent(max(recalls.values()))} of {max(recalls, key=recalls.get)}" in said
    assert f"{percent(min(recalls.values()))} of {min(recalls, key=recalls.get)}" in said


def test_the_disturbance_that_leaves_least_is_named(models) -> None:
    measured = [one for one in models if one.robustness is not None]
    left = {
        kind: np.mean(
            [
                point.accuracy.value
                for one in measured
                for point in one.robustness.points
                if (point.corruption, point.severity) == (kind, 5)
            ]
        )
        for kind in CORRUPTIONS
        if any(point.corruption == kind for one in measured for point in one.robustness.points)
    }
    worst = CORRUPTIONS[min(left, key=left.get)].title
    assert findings.hurts_most(measured, list(CORRUPTIONS)).startswith(f"{worst} hurts most")


def test_neighbours_of_a_map_are_asked_for_their_label() -> None:
    rng = np.random.default_rng(0)
    near, far = rng.normal(0, 0.1, (20, 2)), rng.normal(9, 0.1, (20, 2))
    labels = np.repeat([0, 1], 20).astype(np.uint8)
    apart = FaceMap(np.vstack([near, far]).astype(np.float32), np.arange(40), labels, "made up")
    said = findings.lie_together(apart, ("angry", "disgust"))
    assert said == "100.0 % of a face's neighbours here carry its label"


def test_ferplus_agreement_is_the_share_of_the_diagonal() -> None:
    table = pd.DataFrame([[6, 2], [1, 1]], index=["sad", "happy"], columns=["sad", "happy"])
    assert findings.agree(table) == "FER+'s majority gives the label to 70.0 % of the faces"


def test_a_change_of_brightness_is_told_and_none_is_made_up() -> None:
    assert findings.shifted(100, 112, "Brightness") == "Brightness rises from 100 to 112 of 255"
    assert findings.shifted(100, 88, "Red") == "Red falls from 100 to 88 of 255"
    assert findings.shifted(100, 100.2, "Red") == "Red stays at 100 of 255 on average"


def test_a_training_is_told_with_the_whole_name_of_its_model(models) -> None:
    one = replace(models[0], title="VGG16, fine-tuned")
    assert findings.trained_so(one).startswith("VGG16, fine-tuned ")
