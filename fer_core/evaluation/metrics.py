"""Metrics of a classifier. Those of labels work on confusion matrices, one or a whole stack.

Curves and areas are scikit-learn's by definition and in the tests, but not by import: for the
comparison page that would be a second and 60 MB.
"""

from dataclasses import dataclass

import numpy as np

from fer_core.savedmodels.temperature import SMALLEST


@dataclass(frozen=True)
class Metric:
    """How a metric is named and read.

    Attributes:
        title: As people read it.
        is_share: Whether it is a fraction shown as a percentage.
        higher_is_better: Whether larger values are better.
        covers: Whether its interval holds the true value in 95 of 100 samples; if not, it is only
            the spread over resamples.
    """

    title: str
    is_share: bool
    higher_is_better: bool
    covers: bool = True

    @property
    def interval(self) -> str:
        """What its interval is called."""
        return "95 % interval" if self.covers else "spread"


METRICS: dict[str, Metric] = {
    "accuracy": Metric("Accuracy", True, True),
    "balanced_accuracy": Metric("Balanced accuracy", True, True),
    "macro_f1": Metric("Macro-F1", True, True),
    "log_loss": Metric("Log-loss", False, False),
    "ece": Metric("ECE", True, False, covers=False),
}


def confusion_matrix(labels: np.ndarray, predicted: np.ndarray, classes: int) -> np.ndarray:
    """Returns counts, int64 array of shape (classes, classes): rows truth, columns prediction."""
    cells = np.bincount(labels.astype(int) * classes + predicted, minlength=classes * classes)
    return cells.reshape(classes, classes)


def label_metrics(confusion: np.ndarray) -> dict[str, np.ndarray]:
    """Returns accuracy, balanced accuracy and macro-F1 of confusion matrices.

    Balanced accuracy is the mean recall over the classes that occur; macro-F1 the mean F1 over
    all classes, 0 for one neither seen nor predicted (scikit-learn's `zero_division=0`).

    Args:
        confusion: Array of shape (..., k, k).

    Returns:
        Arrays of shape (...), each 0..1.
    """
    recall = np.where(confusion.sum(axis=-1) > 0, per_class_metrics(confusion)["recall"], np.nan)
    return {
        "accuracy": np.trace(confusion, axis1=-2, axis2=-1) / confusion.sum(axis=(-2, -1)),
        "balanced_accuracy": np.nanmean(recall, axis=-1),
        "macro_f1": per_class_metrics(confusion)["f1"].mean(axis=-1),
    }


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
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)


def log_losses(probabilities: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Returns the cross-entropy of each face in nats, shape (n,); their mean is the log-loss."""
    at_truth = probabilities[np.arange(len(labels)), labels]
    return -np.log(np.maximum(at_truth, SMALLEST))


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
