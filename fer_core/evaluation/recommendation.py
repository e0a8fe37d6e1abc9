"""Which model to take: what matters, weighed in the open.

Time is taken off the points of the criteria. What not every model was measured on is left out for
all, and said.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log2

from fer_core.evaluation.comparison import Contender
from fer_core.evaluation.criteria import CRITERIA, PRESETS, Conditions, mean_under
from fer_core.evaluation.robustness import CORRUPTIONS
from fer_core.evaluation.significance import Comparison

MARGIN = 0.01
"""By how much a simpler model must read more in darkness or noise to be named."""

_HARD = ("darkness", "noise")


@dataclass(frozen=True)
class Recommendation:
    """The model to take, and why.

    Attributes:
        chosen: The model.
        conditions: What was asked for.
        scores: Of each model's name, in points of 100, time taken off.
        used: Keys of `CRITERIA` that every model was measured on, with their weights made whole.
        reason: What speaks for it, without its name, a clause.
        weighing: What was weighed and what came of it, in sentences; nothing for one model alone.
        cautions: Where a simpler model does better, in words.
        hinges: What another weight would change, in words.
    """

    chosen: Contender
    conditions: Conditions
    scores: dict[str, float]
    used: dict[str, float]
    reason: str
    weighing: str
    cautions: tuple[str, ...] = ()
    hinges: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """The choice and its reasons, in words."""
        return f"{self.chosen.title}: {self.reason}. {self.weighing}".rstrip()

    @property
    def text(self) -> str:
        """The whole, in words."""
        return " ".join((self.sentence, *self.cautions, *self.hinges))


def recommend(
    ranked: Sequence[Contender],
    comparisons: Sequence[Comparison],
    conditions: Conditions = PRESETS["general"],
) -> Recommendation:
    """Returns the model with the best weighed score; its reasons and cautions with it.

    A model whose gap in accuracy to the leader may be chance counts as accurate as the leader.
    Models that do not keep the limits, or whose cost is not known, are not recommended while
    another's do.

    Args:
        ranked: Best first, tested on the same faces.
        comparisons: Every pair of them.
        conditions: What matters.
    """
    used = _used(ranked, conditions)
    scores = {one.name: _score(one, ranked, comparisons, used, conditions) for one in ranked}
    chosen = _best(ranked, scores, conditions)
    cautions = tuple(filter(None, (_caution(chosen, kind, ranked) for kind in _HARD)))
    reason = _reason(chosen, ranked, comparisons)
    weighing = _weighing(chosen, ranked, scores, used, conditions)
    hinges = _hinges(chosen, ranked, comparisons, used, conditions)
    return Recommendation(chosen, conditions, scores, used, reason, weighing, cautions, hinges)


def _best(
    ranked: Sequence[Contender], scores: dict[str, float], conditions: Conditions
) -> Contender:
    candidates = (
        [one for one in ranked if conditions.allows(one)]
        or [one for one in ranked if one.cost is not None]
        or list(ranked)
    )
    return max(candidates, key=lambda one: scores[one.name])


def _used(ranked: Sequence[Contender], conditions: Conditions) -> dict[str, float]:
    """The weights of what all were measured on, summing to 1."""
    known = {
        name: weight
        for name, weight in conditions.weights
        if weight > 0 and all(CRITERIA[name].share(one, conditions) is not None for one in ranked)
    }
    whole = sum(known.values())
    return {name: weight / whole for name, weight in known.items()}


def _score(
    one: Contender,
    ranked: Sequence[Contender],
    comparisons: Sequence[Comparison],
    used: dict[str, float],
    conditions: Conditions,
) -> float:
    total = 0.0
    for name, weight in used.items():
        counted = (
            ranked[0] if name == "accuracy" and not is_behind(one, ranked, comparisons) else one
        )
        total += weight * (CRITERIA[name].share(counted, conditions) or 0.0)
    return 100 * (total - conditions.doubling * _doublings(one, ranked))


def _hinges(
    chosen: Contender,
    ranked: Sequence[Contender],
    comparisons: Sequence[Comparison],
    used: dict[str, float],
    conditions: Conditions,
) -> tuple[str, ...]:
    """Says which weight, dropped or doubled, would change the answer."""
    told = []
    for name in used:
        for factor, words in ((0.0, "without"), (2.0, "with twice the weight of")):
            changed = {key: w * (factor if key == name else 1) for key, w in used.items()}
            whole = sum(changed.values())
            if not whole:
                continue
            changed = {key: weight / whole for key, weight in changed.items() if weight}
            scores = {
                one.name: _score(one, ranked, comparisons, changed, conditions) for one in ranked
            }
            other = _best(ranked, scores, conditions)
            if other is not chosen:
                title = CRITERIA[name].named(conditions)
                told.append(f"{words} {title} it would be {other.title}")
    return (f"The answer hangs on the weights: {'; '.join(told)}.",) if told else ()


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


def _reason(
    chosen: Contender, ranked: Sequence[Contender], comparisons: Sequence[Comparison]
) -> str:
    cost = chosen.cost
    takes = (
        f"it takes {cost.milliseconds:.1f} ms per face and {cost.size / 1e6:.1f} MB"
        if cost
        else "its cost is not known"
    )
    if len(ranked) == 1:
        return f"no other model is chosen; {takes}"
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
    return f"{lead}; {takes}"


def _weighing(
    chosen: Contender,
    ranked: Sequence[Contender],
    scores: dict[str, float],
    used: dict[str, float],
    conditions: Conditions,
) -> str:
    if len(ranked) == 1:
        return ""
    second = max((one for one in ranked if one is not chosen), key=lambda one: scores[one.name])
    parts = ", ".join(
        f"{CRITERIA[name].named(conditions)} {100 * weight:.0f} %" for name, weight in used.items()
    )
    time = (
        f"; {100 * conditions.doubling:.1f} points off for each doubling of time"
        if conditions.doubling
        else "; time does not count"
    )
    return (
        f"Weighed: {parts}{time}: "
        f"{scores[chosen.name]:.1f} points, {second.title} {scores[second.name]:.1f}."
        f"{_left_out(used, conditions)}{_kept(chosen, ranked, conditions)}"
    )


def _left_out(used: dict[str, float], conditions: Conditions) -> str:
    missing = [
        CRITERIA[name].named(conditions)
        for name, weight in conditions.weights
        if weight > 0 and name not in used
    ]
    return f" Not measured of all, so not weighed: {', '.join(missing)}." if missing else ""


def _kept(chosen: Contender, ranked: Sequence[Contender], conditions: Conditions) -> str:
    """Says what the limits leave out, or that no model keeps them."""
    if not conditions.limits:
        return ""
    if not conditions.allows(chosen):
        return f" No model keeps to {conditions.limits}; this one is the best of all."
    out = [one.title for one in ranked if not conditions.allows(one)]
    return f" Beyond {conditions.limits}: {', '.join(out)}." if out else ""


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
    return mean_under(one, (kind,))
