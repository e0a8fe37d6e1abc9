"""Whether one model's lead over another is more than noise, on the same faces."""

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from fer_core.evaluation.intervals import DRAWS, Interval, percentile_interval

ALPHA = 0.05
"""Below this corrected p-value a difference is called real."""


@dataclass(frozen=True)
class Comparison:
    """Two models on the same faces.

    Attributes:
        first: Name of one.
        second: Name of the other.
        only_first: Faces that only the first read correctly.
        only_second: Faces that only the second read correctly.
        difference: Accuracy of the first minus that of the second, with its paired interval.
        p: McNemar's p-value.
        adjusted: The same after Holm's correction over all pairs compared together.
    """

    first: str
    second: str
    only_first: int
    only_second: int
    difference: Interval
    p: float
    adjusted: float

    @property
    def is_real(self) -> bool:
        """Whether the difference is significant at `ALPHA` after correction."""
        return self.adjusted < ALPHA


def mcnemar_p(only_first: int, only_second: int) -> float:
    """Returns McNemar's p-value from the faces that only one of two models read correctly.

    McNemar, Psychometrika 12, 1947, by the exact two-sided binomial test: of equal models, each is
    as likely to be the only right one. In whole numbers, so without rounding; scipy takes longer
    to import than all pairs of ten models take here.
    """
    differing = only_first + only_second
    ways = total = 1
    for k in range(1, min(only_first, only_second) + 1):
        ways = ways * (differing - k + 1) // k
        total += ways
    result: float = min(1.0, 2 * total / 2**differing)
    return result


def holm(p: np.ndarray) -> np.ndarray:
    """Returns p-values corrected for their number (Holm, Scandinavian J. Statistics 6, 1979)."""
    order = np.argsort(p)
    stepped = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
    corrected = np.empty(len(p))
    corrected[order] = np.minimum(stepped, 1)
    return corrected


def paired_interval(only_first: int, only_second: int, n: int) -> Interval:
    """Returns the difference of two accuracies with its paired bootstrap interval.

    Resampling n faces resamples only how many of them each model alone gets right, so the counts
    are drawn from their multinomial instead of the faces themselves: the same in distribution.
    """
    shares = np.array([only_first, only_second, n - only_first - only_second]) / n
    drawn = np.random.default_rng(0).multinomial(n, shares, size=DRAWS)
    return percentile_interval((only_first - only_second) / n, (drawn[:, 0] - drawn[:, 1]) / n)


def compare_all(right: dict[str, np.ndarray]) -> list[Comparison]:
    """Returns every pair of models compared, p-values corrected over all of them.

    Args:
        right: For each model whether each answer was right, bool of shape (n,), same faces.
    """
    pairs = list(combinations(right, 2))
    if not pairs:
        return []
    only = [
        (int((right[a] & ~right[b]).sum()), int((right[b] & ~right[a]).sum())) for a, b in pairs
    ]
    p = np.array([mcnemar_p(*counts) for counts in only])
    return [
        Comparison(
            first=a,
            second=b,
            only_first=counts[0],
            only_second=counts[1],
            difference=paired_interval(*counts, n=len(right[a])),
            p=float(raw),
            adjusted=float(adjusted),
        )
        for (a, b), counts, raw, adjusted in zip(pairs, only, p, holm(p), strict=True)
    ]
