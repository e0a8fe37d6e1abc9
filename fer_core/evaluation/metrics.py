"""Metrics of a classifier, and the table of those that judge every model.

Curves and areas are scikit-learn's by definition and in the tests, but not by import: for the
comparison page that would be a second and 60 MB.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import isqrt

import numpy as np

from fer_core.savedmodels.temperature import SMALLEST

BINS = 15
"""Equal-width confidence bins, as in Guo et al. 2017."""


@dataclass(frozen=True)
class Metric:
    """How a metric is named, read and computed.

    It is a function of sums over faces of some columns, so that thousands of resamples cost one
    matrix product (`intervals.py`).

    Attributes:
        title: As people read it.
        is_share: Whether it is a fraction shown as a percentage.
        higher_is_better: Whether larger values are better.
        columns: From probabilities (n, k) and labels (n,), each face's part of the sums, (n, m).
            Metrics with the same function share the product.
        of_sums: From sums (..., m) and the number of faces, the values (...).
        covers: Whether its interval holds the true value in 95 of 100 samples; if not, it is only
            the spread over resamples.
    """

    title: str
    is_share: bool
    higher_is_better: bool
    columns: Callable[[np.ndarray, np.ndarray], np.ndarray]
    of_sums: Callable[[np.ndarray, int], np.ndarray]
    covers: bool = True

    @property
    def interval(self) -> str:
        """What its interval is called."""
        return "95 % interval" if self.covers else "spread"

    def value(self, probabilities: np.ndarray, labels: np.ndarray) -> float:
        """Returns the metric of probabilities (n, k) and labels (n,)."""
        sums = self.columns(probabilities, labels).sum(axis=0, dtype=np.float64)
        return float(self.of_sums(sums, len(labels)))


def confusion_matrix(labels: np.ndarray, predicted: np.ndarray, classes: int) -> np.ndarray:
    """Returns counts, int64 array of shape (classes, classes): rows truth, columns prediction."""
    cells = np.bincount(labels.astype(int) * classes + predicted, minlength=classes * classes)
    return cells.reshape(classes, classes)


def accuracy(confusion: np.ndarray) -> np.ndarray:
    """Returns the share of right answers of confusion matrices (..., k, k), shape (...)."""
    result: np.ndarray = np.trace(confusion, axis1=-2, axis2=-1) / confusion.sum(axis=(-2, -1))
    return result


def balanced_accuracy(confusion: np.ndarray) -> np.ndarray:
    """Returns the mean recall over the classes that occur, of matrices (..., k, k)."""
    recall = np.where(confusion.sum(axis=-1) > 0, per_class_metrics(confusion)["recall"], np.nan)
    result: np.ndarray = np.nanmean(recall, axis=-1)
    return result


def macro_f1(confusion: np.ndarray) -> np.ndarray:
    """Returns the mean F1 over all classes, of matrices (..., k, k).

    It is 0 for a class neither seen nor predicted (scikit-learn's `zero_division=0`).
    """
    result: np.ndarray = per_class_metrics(confusion)["f1"].mean(axis=-1)
    return result


def per_class_metrics(confusion: np.ndarray) -> dict[str, np.ndarray]:
    """Returns precision, recall and F1 of each class, 0 where undefined.

    Args:
        confusion: Array of shape (..., k, k).

    Returns:
        Arrays of shape (..., k), each 0..1.
    """
    right = np.diagonal(confusion, axis1=-2, axis2=-1).astype(float)
    truth = confusion.sum(axis=-1)
    said = confusion.sum(axis=-2)
    return {
        "precision": _ratio(right, said),
        "recall": _ratio(right, truth),
        "f1": _ratio(2 * right, truth + said),
    }


def _ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    result: np.ndarray = np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)
    return result


def log_losses(probabilities: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Returns the cross-entropy of each face in nats, shape (n,); their mean is the log-loss."""
    at_truth = probabilities[np.arange(len(labels)), labels]
    result: np.ndarray = -np.log(np.maximum(at_truth, SMALLEST))
    return result


def bin_of(confidence: np.ndarray) -> np.ndarray:
    """Returns the bin of each confidence, 0..BINS-1; bins are (i / BINS, (i + 1) / BINS]."""
    result: np.ndarray = np.clip(np.ceil(confidence * BINS).astype(int) - 1, 0, BINS - 1)
    return result


def bin_gaps(probabilities: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Returns (right - confidence) of each face in the column of its bin, shape (n, BINS)."""
    confidence = probabilities.max(axis=1)
    gap = (probabilities.argmax(axis=1) == labels) - confidence
    result: np.ndarray = np.eye(BINS)[bin_of(confidence)] * gap[:, None]
    return result


def expected_calibration_error(gaps: np.ndarray, n: int) -> np.ndarray:
    """Returns the ECE from each bin's sum of (right - confidence), shape (..., BINS)."""
    result: np.ndarray = np.abs(gaps).sum(axis=-1) / n
    return result


def confusion_cells(probabilities: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Returns a one for each face in the column of its confusion cell, shape (n, k * k)."""
    classes = probabilities.shape[1]
    result: np.ndarray = np.eye(classes * classes, dtype=np.float32)[
        labels.astype(int) * classes + probabilities.argmax(axis=1)
    ]
    return result


def as_confusion(cells: np.ndarray) -> np.ndarray:
    """Returns sums of `confusion_cells` (..., k * k) as matrices (..., k, k)."""
    classes = isqrt(cells.shape[-1])
    return cells.reshape(*cells.shape[:-1], classes, classes)


def _of_confusion(
    title: str, function: Callable[[np.ndarray], np.ndarray], is_share: bool = True
) -> Metric:
    """Returns the metric that a function of confusion matrices is."""
    return Metric(
        title, is_share, True, confusion_cells, lambda cells, _: function(as_confusion(cells))
    )


METRICS: dict[str, Metric] = {
    "accuracy": _of_confusion("Accuracy", accuracy),
    "balanced_accuracy": _of_confusion("Balanced accuracy", balanced_accuracy),
    "macro_f1": _of_confusion("Macro-F1", macro_f1),
    "log_loss": Metric(
        "Log-loss",
        is_share=False,
        higher_is_better=False,
        columns=lambda probabilities, labels: log_losses(probabilities, labels)[:, None],
        of_sums=lambda losses, n: losses[..., 0] / n,
    ),
    "ece": Metric(
        "ECE",
        is_share=True,
        higher_is_better=False,
        columns=bin_gaps,
        of_sums=expected_calibration_error,
        covers=False,
    ),
}
"""What judges every model, in the order of the tables; a new entry needs nothing else.

A record written before an entry was added is completed from `predictions.npz` when it is read.
"""


def largest_share(labels: np.ndarray) -> float:
    """Returns the accuracy of always answering the most frequent class: the baseline to beat."""
    return float(np.bincount(labels).max() / len(labels))


@dataclass(frozen=True)
class ConfusedPair:
    """How often faces of one class were read as another.

    Attributes:
        truth: True class.
        predicted: Class that was answered.
        count: Number of faces.
        share: Fraction of the faces of `truth`.
    """

    truth: str
    predicted: str
    count: int
    share: float


def most_confused(
    confusion: np.ndarray, classes: tuple[str, ...], top: int = 5
) -> list[ConfusedPair]:
    """Returns the `top` largest off-diagonal cells as shares of their true class."""
    support = confusion.sum(axis=1)
    pairs = [
        ConfusedPair(classes[i], classes[j], int(confusion[i, j]), confusion[i, j] / support[i])
        for i in range(len(classes))
        for j in range(len(classes))
        if i != j and confusion[i, j] > 0
    ]
    return sorted(pairs, key=lambda pair: pair.share, reverse=True)[:top]


@dataclass(frozen=True)
class Curve:
    """A precision-recall or ROC curve of one class against the rest.

    Attributes:
        x: Recall, or false positive rate; shape (points,).
        y: Precision, or true positive rate; shape (points,).
        area: Average precision, or the area under the ROC curve.
    """

    x: np.ndarray
    y: np.ndarray
    area: float


def precision_recall(probabilities: np.ndarray, is_class: np.ndarray) -> Curve:
    """Returns the precision-recall curve of one class; `area` is its average precision.

    From the highest recall down to none, at which precision is 1. Average precision is the sum of
    each precision times the recall gained there, without interpolation.

    Args:
        probabilities: Of the class, shape (n,).
        is_class: Whether a face is of it, bool of shape (n,), at least one.
    """
    found, wrong = _answered(probabilities, is_class)
    recall, precision = found / found[-1], found / np.maximum(found + wrong, 1)
    precision[0] = 1.0
    area = float((np.diff(recall) * precision[1:]).sum())
    return Curve(recall[::-1], precision[::-1], area)


def roc(probabilities: np.ndarray, is_class: np.ndarray) -> Curve:
    """Returns the receiver operating characteristic of one class against the rest.

    Args:
        probabilities: Of the class, shape (n,).
        is_class: Whether a face is of it, bool of shape (n,), at least one and not all.
    """
    found, wrong = _answered(probabilities, is_class)
    true_positive, false_positive = found / found[-1], wrong / wrong[-1]
    return Curve(false_positive, true_positive, float(np.trapezoid(true_positive, false_positive)))


def _answered(probabilities: np.ndarray, is_class: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Returns how many faces of a class, and how many others, are answered as it.

    At first none are, then those from each probability that occurs upwards, the highest first.
    """
    order = np.argsort(-probabilities, kind="stable")
    last = np.flatnonzero(np.diff(probabilities[order], append=-np.inf))
    found = np.append(0, np.cumsum(is_class[order])[last])
    return found, np.append(0, last + 1) - found
