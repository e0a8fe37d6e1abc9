"""Percentile bootstrap over faces (Efron & Tibshirani, "An Introduction to the Bootstrap", 1993).

A resample of n faces is a row of weights: how often each face was drawn. Every metric here is a
function of weighted sums over faces, so 2,000 resamples cost one matrix product.
"""

from collections.abc import Iterable
from functools import lru_cache

import numpy as np
from pydantic import BaseModel, ConfigDict

from fer_core.evaluation.metrics import (
    METRICS,
    Metric,
    as_confusion,
    confusion_cells,
    per_class_metrics,
)
from fer_core.savedmodels import PredictedSplit

DRAWS = 2000


class Interval(BaseModel):
    """A figure with its 95 % interval (of the ECE, only its spread: see `_interval`).

    Attributes:
        value: On the faces as they are.
        low: 2.5th percentile over resamples.
        high: 97.5th percentile over resamples.
    """

    model_config = ConfigDict(frozen=True)

    value: float
    low: float
    high: float


@lru_cache(maxsize=1)
def resample_weights(n: int, draws: int = DRAWS, seed: int = 0) -> np.ndarray:
    """Returns how often each face occurs in each resample, float32 of shape (draws, n).

    The last ones (29 MB for FER2013's test faces) are kept: models are judged in a row.
    """
    drawn = np.random.default_rng(seed).integers(n, size=(draws, n), dtype=np.int32)
    drawn += np.arange(draws, dtype=np.int32)[:, None] * n
    counts = np.bincount(drawn.ravel(), minlength=draws * n).reshape(draws, n)
    weights = counts.astype(np.float32)
    weights.setflags(write=False)
    return weights


def percentile_interval(value: float | np.ndarray, resampled: np.ndarray) -> Interval:
    """Returns the central 95 % of the resampled values, shape (draws,), around a value."""
    low, high = np.percentile(resampled, [2.5, 97.5])
    return Interval(value=float(value), low=float(low), high=float(high))


def mean_interval(values: np.ndarray, weights: np.ndarray) -> Interval:
    """Returns the mean of one value per face, shape (n,), with its interval.

    Args:
        values: Shape (n,), such as whether each answer was right, or the difference of two models.
        weights: Shape (draws, n), from `resample_weights`.
    """
    return percentile_interval(values.mean(), weights @ values.astype(np.float32) / len(values))


def metric_intervals(
    split: PredictedSplit, weights: np.ndarray, names: Iterable[str] = METRICS
) -> dict[str, Interval]:
    """Returns metrics with their intervals.

    Args:
        split: Answers and truth.
        weights: As in `mean_interval`.
        names: Keys of `METRICS`, all of them if not given.
    """
    metrics = {name: METRICS[name] for name in names}
    sums = {
        columns: _sums(columns(split.probabilities, split.labels), weights)
        for columns in {metric.columns for metric in metrics.values()}
    }
    return {
        name: _interval(metric, *sums[metric.columns], len(split))
        for name, metric in metrics.items()
    }


def _sums(columns: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The sums over the faces as they are, shape (m,), and over each resample, (draws, m)."""
    return columns.sum(axis=0, dtype=np.float64), weights @ columns.astype(np.float32)


def _interval(metric: Metric, sums: np.ndarray, resampled: np.ndarray, n: int) -> Interval:
    """The interval of a metric, or its spread where that covers no true value.

    The value is then itself biased by chance (the ECE of a nearly calibrated model upwards, by
    about `calibration.noise_floor`), so the truth may lie outside. The spread is moved back by the
    bias that resampling adds (the resamples' mean minus the value), never below 0.
    """
    value, spread = metric.of_sums(sums, n), metric.of_sums(resampled, n)
    if not metric.covers:
        spread = np.maximum(spread - (spread.mean() - value), 0)
    return percentile_interval(value, spread)


def per_class_intervals(split: PredictedSplit, weights: np.ndarray) -> dict[str, list[Interval]]:
    """Returns precision, recall and F1 of each class with intervals, one list entry a class."""
    cells = _sums(confusion_cells(split.probabilities, split.labels), weights)
    values, spread = (per_class_metrics(as_confusion(sums)) for sums in cells)
    return {
        name: [
            percentile_interval(value, spread[name][:, index])
            for index, value in enumerate(values[name])
        ]
        for name in values
    }
