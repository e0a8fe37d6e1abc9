"""Percentile bootstrap over faces (Efron & Tibshirani, "An Introduction to the Bootstrap", 1993).

A resample of n faces is a row of weights: how often each face was drawn. Every metric here is a
function of weighted sums over faces, so 2,000 resamples cost one matrix product.
"""

from functools import lru_cache

import numpy as np
from pydantic import BaseModel, ConfigDict

from fer_core.evaluation.calibration import BINS, bin_of, ece_of_bins
from fer_core.evaluation.metrics import label_metrics, log_losses, per_class_metrics
from fer_core.savedmodels import PredictedSplit

DRAWS = 2000


class Interval(BaseModel):
    """A figure with its 95 % interval (of the ECE, only its spread: see `_ece_interval`).

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


def metric_intervals(split: PredictedSplit, weights: np.ndarray) -> dict[str, Interval]:
    """Returns every metric of `METRICS` with its interval; `weights` as in `mean_interval`."""
    labels, resampled = _confusions(split, weights)
    values = label_metrics(labels)
    spread = label_metrics(resampled)
    intervals = {name: percentile_interval(values[name], spread[name]) for name in values}
    losses = log_losses(split.probabilities, split.labels)
    return {
        **intervals,
        "log_loss": mean_interval(losses, weights),
        "ece": _ece_interval(split, weights),
    }


def per_class_intervals(split: PredictedSplit, weights: np.ndarray) -> dict[str, list[Interval]]:
    """Returns precision, recall and F1 of each class with intervals, one list entry a class."""
    labels, resampled = _confusions(split, weights)
    values = per_class_metrics(labels)
    spread = per_class_metrics(resampled)
    return {
        name: [
            percentile_interval(value, spread[name][:, index])
            for index, value in enumerate(values[name])
        ]
        for name in values
    }


def _confusions(split: PredictedSplit, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The confusion matrix of the faces as they are, and one per resample."""
    classes = split.probabilities.shape[1]
    cells = np.eye(classes * classes, dtype=np.float32)[split.labels * classes + split.predicted]
    shape = (classes, classes)
    return cells.sum(axis=0, dtype=np.float64).reshape(shape), (weights @ cells).reshape(-1, *shape)


def _ece_interval(split: PredictedSplit, weights: np.ndarray) -> Interval:
    """Spread of the ECE over resamples, moved back by the bias that resampling adds to it (the
    resamples' mean minus the value), never below 0.

    No confidence interval: the value is itself biased up by chance, by about
    `calibration.noise_floor` where a model is nearly calibrated, so the truth may lie below.
    """
    confidence = split.probabilities.max(axis=1)
    gap = (split.predicted == split.labels) - confidence
    bins = np.eye(BINS, dtype=np.float32)[bin_of(confidence)]
    columns = bins * gap[:, None].astype(np.float32)
    value = ece_of_bins(columns.sum(axis=0), len(gap))
    resampled = ece_of_bins(weights @ columns, len(gap))
    return percentile_interval(value, np.maximum(resampled - (resampled.mean() - value), 0))
