"""Whether a confidence can be trusted: temperature scaling, reliability, ECE, Brier, coverage.

Guo et al., "On Calibration of Modern Neural Networks", ICML 2017.
"""

from dataclasses import dataclass

import numpy as np

from fer_core.evaluation.metrics import BINS, bin_of, log_losses
from fer_core.savedmodels.temperature import apply_temperature


def fit_temperature(probabilities: np.ndarray, labels: np.ndarray) -> float:
    """Returns the temperature (0.1..10) with the least log-loss on these faces.

    Where that leaves the calibration error on them no lower than it was, 1: nothing is to be mended
    then, and what is fitted to chance would do harm elsewhere.
    """
    from scipy.optimize import minimize_scalar

    found = minimize_scalar(
        lambda log_t: log_losses(apply_temperature(probabilities, np.exp(log_t)), labels).mean(),
        bounds=(np.log(0.1), np.log(10)),
        method="bounded",
    )
    temperature = float(np.exp(found.x))
    softened = apply_temperature(probabilities, temperature)
    is_better = reliability(softened, labels).ece < reliability(probabilities, labels).ece
    return temperature if is_better else 1.0


def noise_floor(probabilities: np.ndarray) -> float:
    """Returns the ECE that chance alone gives a perfectly calibrated model, as many faces judged.

    A bin's sum of (right - confidence) then has mean 0 and variance sum of c (1 - c); of a normal
    variable the mean absolute value is sqrt(2 / pi) deviations.
    """
    confidence = probabilities.max(axis=1)
    variance = np.bincount(bin_of(confidence), confidence * (1 - confidence), BINS)
    return float(np.sqrt(2 / np.pi * variance).sum() / len(confidence))


@dataclass(frozen=True)
class Reliability:
    """Confidence against accuracy in the bins that hold faces; arrays of shape (bins,).

    Attributes:
        low: Lower edge of each bin, 0..1; each is 1 / BINS wide.
        confidence: Mean confidence.
        accuracy: Share of right answers.
        count: Number of faces.
    """

    low: np.ndarray
    confidence: np.ndarray
    accuracy: np.ndarray
    count: np.ndarray

    @property
    def ece(self) -> float:
        """Expected calibration error: mean |accuracy - confidence| over faces."""
        gap = np.abs(self.accuracy - self.confidence)
        return float((gap * self.count).sum() / self.count.sum())

    @property
    def mce(self) -> float:
        """Maximum calibration error: the largest gap of any bin of at least 10 faces.

        Smaller bins are left out: one wrong answer alone in a bin would make the maximum.
        """
        full = self.count >= 10
        gap = np.abs(self.accuracy - self.confidence)
        return float(gap[full].max()) if full.any() else float(gap.max())


def reliability(probabilities: np.ndarray, labels: np.ndarray) -> Reliability:
    """Returns the reliability diagram's bins for the likeliest class."""
    confidence = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == labels
    bins = bin_of(confidence)
    count = np.bincount(bins, minlength=BINS)
    held = count > 0
    return Reliability(
        low=np.arange(BINS)[held] / BINS,
        confidence=np.bincount(bins, confidence, BINS)[held] / count[held],
        accuracy=np.bincount(bins, right, BINS)[held] / count[held],
        count=count[held],
    )


def brier(probabilities: np.ndarray, labels: np.ndarray) -> float:
    """Returns the multi-class Brier score, 0 (best) .. 2: squared distance to the one-hot truth."""
    truth = np.eye(probabilities.shape[1])[labels]
    return float(((probabilities - truth) ** 2).sum(axis=1).mean())


@dataclass(frozen=True)
class Coverage:
    """What refusing to answer below a confidence buys; arrays of shape (n,), most sure first.

    Attributes:
        threshold: Least confidence that is answered.
        coverage: Share of faces that are answered, 0..1.
        accuracy: Share of right answers among them.
    """

    threshold: np.ndarray
    coverage: np.ndarray
    accuracy: np.ndarray


def coverage(probabilities: np.ndarray, labels: np.ndarray) -> Coverage:
    """Returns accuracy against coverage as the threshold falls (El-Yaniv & Wiener, JMLR 2010)."""
    confidence = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == labels
    order = np.argsort(-confidence, kind="stable")
    answered = np.arange(1, len(labels) + 1)
    return Coverage(
        threshold=confidence[order],
        coverage=answered / len(labels),
        accuracy=np.cumsum(right[order]) / answered,
    )
