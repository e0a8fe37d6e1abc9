"""Which model to take: what matters, weighed in the open.

Every criterion is a share, 0..1, so that a point is a point; time is taken off it. What not every
model was measured on is left out for all, and said.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import log2

import numpy as np

from fer_core.evaluation.comparison import Contender
from fer_core.evaluation.photographs import RECORDED
from fer_core.evaluation.robustness import CORRUPTIONS, mean_accuracy
from fer_core.evaluation.significance import Comparison

DOUBLING = 0.005
"""Taken off for each doubling of the time a face takes, beyond the fastest model's."""

MARGIN = 0.01
"""By how much a simpler model must read more in darkness or noise to be named."""

_HARD = ("darkness", "noise")


@dataclass(frozen=True)
class Criterion:
    """Something that matters.

    Attributes:
        title: As people read it.
        weight: Its part of the whole; all weights sum to 1.
        share: From a model to its figure, 0..1; None where it was not measured.
    """

    title: str
    weight: float
    share: Callable[[Contender], float | None]


def _accuracy(contender: Contender) -> float:
    return contender.accuracy.value


def _disturbed(contender: Contender) -> float | None:
    return mean_accuracy(contender.robustness) if contender.robustness else None


def _photographs(contender: Contender) -> float | None:
    """Mean over the recorded conditions, of the detector measured first; None if one is missing."""
    if contender.end_to_end is None or not contender.end_to_end.points:
        return None
    points = contender.end_to_end.points
    right = {p.condition: p.right.value for p in points if p.system == points[0].system}
    if not set(RECORDED) <= set(right):
        return None
    return float(np.mean([right[condition] for condition in RECORDED]))


def _rarest(contender: Contender) -> float:
    return min(contender.per_class, key=lambda row: row.support).recall.value


def _calibration(contender: Contender) -> float:
    return 1 - contender.calibration.after.ece


CRITERIA: dict[str, Criterion] = {
    "accuracy": Criterion("accuracy", 0.40, _accuracy),
    "disturbed": Criterion("mean over disturbances", 0.25, _disturbed),
    "photographs": Criterion("end to end on photographs", 0.20, _photographs),
    "rarest": Criterion("recall of the rarest emotion", 0.05, _rarest),
    "calibration": Criterion("calibration", 0.10, _calibration),
}


@dataclass(frozen=True)
class Recommendation:
    """The model to take, and why.

    Attributes:
        chosen: The model.
        scores: Of each model's name, in points of 100, time taken off.
        used: Keys of `CRITERIA` that every model was measured on, with their weights made whole.
        sentence: The choice and its reasons, in words.
        cautions: Where a simpler model does better, in words.
    """

    chosen: Contender
    scores: dict[str, float]
    used: dict[str, float]
    sentence: str
    cautions: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The whole, in words."""
        return " ".join((self.sentence, *self.cautions))


def recommend(ranked: Sequence[Contender], comparisons: Sequence[Comparison]) -> Recommendation:
    """Returns the model with the best weighed score; its reasons and cautions with it.

    A model whose gap in accuracy to the leader may be chance counts as accurate as the leader.
    Models whose cost is not known are not recommended while another's is.

    Args:
        ranked: Best first, tested on the same faces.
        comparisons: Every pair of them.
    """
    used = _used(ranked)
    scores = {one.name: _score(one, ranked, comparisons, used) for one in ranked}
    candidates = [one for one in ranked if one.cost is not None] or list(ranked)
    chosen = max(candidates, key=lambda one: scores[one.name])
    cautions = tuple(filter(None, (_caution(chosen, kind, ranked) for kind in _HARD)))
    sentence = _sentence(chosen, ranked, comparisons, scores, used)
    return Recommendation(chosen, scores, used, sentence, cautions)


def _used(ranked: Sequence[Contender]) -> dict[str, float]:
    """The weights of what all were measured on, summing to 1."""
    known = [
        name
        for name, criterion in CRITERIA.items()
        if all(criterion.share(one) is not None for one in ranked)
    ]
    whole = sum(CRITERIA[name].weight for name in known)
    return {name: CRITERIA[name].weight / whole for name in known}


def _score(
    one: Contender,
    ranked: Sequence[Contender],
    comparisons: Sequence[Comparison],
    used: dict[str, float],
) -> float:
    total = 0.0
    for name, weight in used.items():
        counted = (
            ranked[0] if name == "accuracy" and not is_behind(one, ranked, comparisons) else one
        )
        total += weight * (CRITERIA[name].share(counted) or 0.0)
    return 100 * (total - DOUBLING * _doublings(one, ranked))


def is_behind(
    one: Contender, ranked: Sequence[Contender], comparisons: Sequence[Comparison]
) -> bool:
    """Returns whether a model is less accurate than the first by more than chance explains."""
    return any(
        found.is_real
        for found in comparisons
        if {found.first, found.second} == {ranked[0].name, one.name}
    )


def _doublings(one: Contender, ranked: Sequence[Contender]) -> float:
    """How often the fastest model's time is to be doubled to come to this one's."""
    times = [other.cost.milliseconds for other in ranked if other.cost is not None]
    return log2(one.cost.milliseconds / min(times)) if one.cost is not None else 0.0


def _sentence(
    chosen: Contender,
    ranked: Sequence[Contender],
    comparisons: Sequence[Comparison],
    scores: dict[str, float],
    used: dict[str, float],
) -> str:
    cost = (
        f"{chosen.cost.milliseconds:.1f} ms per face and {chosen.cost.size / 1e6:.1f} MB"
        if chosen.cost
        else ""
    )
    if len(ranked) == 1:
        takes = f"it takes {cost}" if cost else "its cost is not known"
        return f"{chosen.title}: no other model is chosen; {takes}."
    leader = ranked[0]
    gap = 100 * (leader.accuracy.value - chosen.accuracy.value)
    if chosen is leader:
        lead = "it is the most accurate"
    elif gap == 0:
        lead = f"it is level with {leader.title}"
    elif is_behind(chosen, ranked, comparisons):
        lead = (
            f"it is {gap:.1f} points less accurate than {leader.title}, and does better otherwise"
        )
    else:
        lead = f"its {gap:.1f} points behind {leader.title} may be chance"
    takes = f"it takes {cost}" if cost else "its cost is not known"
    second = max((one for one in ranked if one is not chosen), key=lambda one: scores[one.name])
    parts = ", ".join(
        f"{CRITERIA[name].title} {100 * weight:.0f} %" for name, weight in used.items()
    )
    return (
        f"{chosen.title}: {lead}; {takes}. Weighed: {parts}; {100 * DOUBLING:.1f} points off for "
        f"each doubling of time: {scores[chosen.name]:.1f} points, {second.title} "
        f"{scores[second.name]:.1f}.{_left_out(ranked, used)}"
    )


def _left_out(ranked: Sequence[Contender], used: dict[str, float]) -> str:
    missing = [criterion.title for name, criterion in CRITERIA.items() if name not in used]
    return f" Not measured of all, so not weighed: {', '.join(missing)}." if missing else ""


def _caution(chosen: Contender, kind: str, ranked: Sequence[Contender]) -> str | None:
    """Says which simpler model reads most more than the chosen one in darkness or noise."""
    own = _under(chosen, kind)
    if own is None or chosen.cost is None:
        return None
    simpler = [
        (found, one)
        for one in ranked
        if one.cost is not None
        and one.cost.parameters < chosen.cost.parameters
        and (found := _under(one, kind)) is not None
    ]
    best = max(simpler, key=lambda pair: pair[0], default=None)
    if best is None or best[0] < own + MARGIN:
        return None
    title = CORRUPTIONS[kind].title.lower()
    return (
        f"Mind {title}: {best[1].title}, which is simpler, reads {100 * best[0]:.1f} % of the "
        f"faces in it on average, {chosen.title} {100 * own:.1f} %."
    )


def _under(one: Contender, kind: str) -> float | None:
    """Mean accuracy over the severities of a disturbance; None where it was not measured."""
    if one.robustness is None:
        return None
    found = [point.accuracy.value for point in one.robustness.points if point.corruption == kind]
    return float(np.mean(found)) if found else None
