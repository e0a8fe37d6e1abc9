"""Sentences about a dataset, computed from it."""

from collections.abc import Sequence

import numpy as np

from fer_core.common.numerals import p_value
from fer_core.dataset.faces import USAGES
from fer_core.dataset.statistics import (
    Agreement,
    Baseline,
    imbalance_ratio,
    majority_baseline,
)

ALPHA = 0.05


def headline(counts: np.ndarray, classes: Sequence[str]) -> str:
    """Returns what to know of a dataset before trusting a model trained on it.

    Args:
        counts: Faces by split and class, shape (3, classes).
        classes: Emotion names of the columns.
    """
    totals = counts.sum(axis=0)
    if not totals.sum():
        return "None of its faces shows one of these emotions."
    most, least = classes[int(totals.argmax())], classes[int(totals.argmin())]
    if totals.max() == totals.min():
        balance = "each is equally frequent"
    elif not totals.min():
        balance = f"**{most}** is commonest, **{least}** has no face at all"
    else:
        balance = f"**{most}** is {imbalance_ratio(counts):.1f} times as frequent as **{least}**"
    baseline = majority_baseline(counts)
    faces = number_of_faces(int(totals.sum()))
    return (
        f"{faces}, {len(classes)} emotions: {balance}. A model must beat "
        f"**{100 * baseline.accuracy:.1f} %**, what always answering {classes[baseline.label]} "
        f"scores on {USAGES[baseline.split]}."
    )


def agreement_sentence(agreement: Agreement | None) -> str:
    """Returns whether the splits hold the classes in the same shares, in words."""
    if agreement is None:
        return "With one split, or one emotion, there is nothing to compare."
    figures = (
        f"χ² = {agreement.statistic:.1f}, {agreement.degrees} degrees of freedom, "
        f"{p_value(agreement.p)}; Cramér's V {agreement.cramers_v:.3f}"
    )
    if agreement.p < ALPHA:
        return f"The splits differ in their classes by more than chance explains ({figures})."
    return f"The splits hold the classes in the same shares, as far as chance tells ({figures})."


def baseline_sentence(baseline: Baseline, counts: np.ndarray, classes: Sequence[str]) -> str:
    """Returns what always giving the commonest answer scores, with n."""
    n = int(counts[baseline.split].sum())
    return (
        f"Always answering “{classes[baseline.label]}” is right for "
        f"{100 * baseline.accuracy:.1f} % of {USAGES[baseline.split]} (n = {n:,})."
    )


def number_of_faces(n: int) -> str:
    """Returns "1 face", or "1,234 faces"."""
    return f"{n:,} face{'' if n == 1 else 's'}"
