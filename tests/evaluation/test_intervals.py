import numpy as np
import pytest

from fer_core.evaluation.intervals import (
    mean_interval,
    metric_intervals,
    per_class_intervals,
    resample_weights,
)
from fer_core.evaluation.metrics import METRICS
from fer_core.evaluation.significance import paired_interval
from fer_core.savedmodels import PredictedSplit


def test_each_resample_draws_as_many_faces_as_there_are() -> None:
    weights = resample_weights(50, draws=20)
    assert weights.shape == (20, 50)
    assert (weights.sum(axis=1) == 50).all()
    assert weights.max() > 1


def test_accuracy_interval_covers_the_truth_in_95_of_100() -> None:
    rng = np.random.default_rng(7)
    truth, n, simulations = 0.68, 400, 1000
    weights = resample_weights(n, draws=1000)
    covered = 0
    for right in rng.random((simulations, n)) < truth:
        interval = mean_interval(right, weights)
        covered += interval.low <= truth <= interval.high
    assert 0.93 <= covered / simulations <= 0.97


def test_difference_interval_covers_the_truth_in_95_of_100() -> None:
    """Two models right on overlapping faces: the paired interval, not the sum of two."""
    rng = np.random.default_rng(8)
    n, simulations = 400, 1000
    covered = 0
    for only_first, only_second, _ in rng.multinomial(n, [0.14, 0.08, 0.78], simulations):
        interval = paired_interval(int(only_first), int(only_second), n)
        covered += interval.low <= 0.06 <= interval.high
    assert 0.93 <= covered / simulations <= 0.97


def test_other_metrics_cover_the_truth_in_95_of_100() -> None:
    """Answers of known skill: what each metric is in the long run, and how often its interval
    over 400 faces holds that; 300 simulations give a share to within 2.5 points.
    """
    rng = np.random.default_rng(9)
    n, simulations = 400, 300
    prior = np.array([0.35, 0.3, 0.2, 0.15])
    weights = resample_weights(n, draws=500)
    many = _answers(rng, prior, 1_000_000)
    covering = {name: metric for name, metric in METRICS.items() if metric.covers}
    truth = {
        name: metric.value(many.probabilities, many.labels) for name, metric in covering.items()
    }
    covered = dict.fromkeys(truth, 0)
    for _ in range(simulations):
        intervals = metric_intervals(_answers(rng, prior, n), weights, covering)
        for name, value in truth.items():
            covered[name] += intervals[name].low <= value <= intervals[name].high
    for name, times in covered.items():
        assert 0.925 <= times / simulations <= 0.975, name


def _answers(rng: np.random.Generator, prior: np.ndarray, n: int) -> PredictedSplit:
    """Answers that favour the truth, on faces whose classes are drawn from a prior."""
    labels = rng.choice(4, size=n, p=prior)
    logits = rng.normal(0, 1, (n, 4))
    logits[np.arange(n), labels] += 1.2
    powers = np.exp(logits)
    return PredictedSplit(
        powers / powers.sum(axis=1, keepdims=True),
        labels.astype(np.uint8),
        np.arange(n, dtype=np.int32),
    )


def test_the_calibration_error_has_a_spread_and_no_confidence_interval() -> None:
    assert METRICS["ece"].interval == "spread"
    assert METRICS["accuracy"].interval == "95 % interval"


def _split(n: int) -> PredictedSplit:
    rng = np.random.default_rng(3)
    probabilities = rng.dirichlet(np.ones(4), n)
    labels = np.array([rng.choice(4, p=row) for row in probabilities], np.uint8)
    return PredictedSplit(probabilities, labels, np.arange(n, dtype=np.int32))


def test_metrics_lie_within_their_intervals_which_narrow_with_more_faces() -> None:
    few, many = (metric_intervals(_split(n), resample_weights(n)) for n in (200, 3200))
    assert list(few) == list(METRICS)
    for name in few:
        assert few[name].value == METRICS[name].value(_split(200).probabilities, _split(200).labels)
        assert few[name].low <= few[name].value <= few[name].high
    for name in ("accuracy", "log_loss", "macro_f1"):
        width = [interval[name].high - interval[name].low for interval in (few, many)]
        assert width[1] == pytest.approx(width[0] / 4, rel=0.4)


def test_per_class_intervals_hold_one_entry_a_class() -> None:
    intervals = per_class_intervals(_split(300), resample_weights(300, draws=500))
    assert {name: len(values) for name, values in intervals.items()} == {
        "precision": 4,
        "recall": 4,
        "f1": 4,
    }
    assert all(0 <= i.low <= i.value <= i.high <= 1 for v in intervals.values() for i in v)
