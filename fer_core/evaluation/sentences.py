"""What the figures say, in sentences computed from them."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from fer_core.common.numerals import p_value
from fer_core.evaluation.claims import CLAIMS
from fer_core.evaluation.comparison import Contender
from fer_core.evaluation.end_to_end import CONDITIONS
from fer_core.evaluation.intervals import Interval
from fer_core.evaluation.metrics import METRICS, confusion_matrix, most_confused
from fer_core.evaluation.robustness import CORRUPTIONS, SEVERITIES, mean_accuracy
from fer_core.evaluation.schema import ElsewhereRecord, Evaluation
from fer_core.evaluation.significance import Comparison

FEW = 100
"""Faces below which a figure says little."""

FLAT = 0.002
"""Mean gain of validation accuracy per epoch, over the last fifth, from which it still climbs."""


def points(difference: float) -> str:
    """Returns a difference of shares in percentage points: "6.1 points"."""
    return f"{100 * abs(difference):.1f} points"


def figure_text(metric: str, value: float) -> str:
    """Returns the value of a key of `METRICS` as people read it: "69.1 %" or "0.912"."""
    return f"{100 * value:.1f} %" if METRICS[metric].is_share else f"{value:.3f}"


def interval_text(metric: str, interval: Interval, named: bool = False) -> str:
    """Returns "69.1 % (67.6 to 70.6)", or "69.1 % (95 % interval 67.6 to 70.6)" if named."""
    low, high = (
        figure_text(metric, value).removesuffix(" %") for value in (interval.low, interval.high)
    )
    name = f"{METRICS[metric].interval} " if named else ""
    return f"{figure_text(metric, interval.value)} ({name}{low} to {high})"


def lead_sentence(comparison: Comparison, titles: dict[str, str]) -> str:
    """Returns a pair in words: who beats whom by how much, or that it may be chance."""
    better, worse = comparison.first, comparison.second
    value, low, high = (
        comparison.difference.value,
        comparison.difference.low,
        comparison.difference.high,
    )
    if value < 0:
        better, worse, value, low, high = worse, better, -value, -high, -low
    found = (
        f"(95 % interval {100 * low:.1f} to {100 * high:.1f}; "
        f"corrected {p_value(comparison.adjusted)})."
    )
    if value == 0:
        return f"{titles[better]} and {titles[worse]} are level {found}"
    if comparison.is_real:
        return f"{titles[better]} beats {titles[worse]} by {points(value)} {found}"
    ahead = f"{titles[better]} is {points(value)} ahead of {titles[worse]}"
    return f"{ahead}, which may be chance {found}"


def confused_sentences(contender: Contender, top: int = 5) -> list[str]:
    """Returns the classes most often confused, in words, worst first."""
    split = contender.split
    counts = confusion_matrix(split.labels, split.predicted, len(contender.classes))
    return [
        f"{100 * pair.share:.1f} % of the {pair.truth} faces are read as {pair.predicted} "
        f"({pair.count:,})"
        for pair in most_confused(counts, contender.classes, top)
    ]


def optimistic_sentence(contenders: Sequence[Contender]) -> str | None:
    """Returns whose figures are optimistic and why, in words; None if nobody's are."""
    titles = [contender.title for contender in contenders if contender.optimistic]
    if not titles:
        return None
    return f"Optimistic, because the same faces chose the best epoch: {_listed(titles)}."


def wrong_sentence(contender: Contender) -> str:
    """Returns how many test faces a model got wrong, in words."""
    n = len(contender.split)
    wrong = int((~contender.right).sum())
    return (
        f"**{contender.title}** reads {wrong:,} of {n:,} faces wrongly ({100 * wrong / n:.1f} %)."
    )


def headline(
    ranked: Sequence[Contender], comparisons: Sequence[Comparison], metric: str = "accuracy"
) -> str:
    """Returns the answer of the whole page in a sentence.

    Args:
        ranked: Most accurate first, tested on the same faces.
        comparisons: Every pair of them.
        metric: Key of `METRICS` that they are ranked by.
    """
    if not ranked:
        return "No model is chosen."
    if metric != "accuracy" and len(ranked) > 1:
        return _headline_by(metric, ranked)
    leader = ranked[0]
    accuracy = f"{100 * leader.accuracy.value:.1f} %"
    if len(ranked) == 1:
        gain = leader.accuracy.value - leader.judged.baseline
        return (
            f"{leader.title} reads {accuracy} of {len(leader.split):,} test faces correctly, "
            f"{points(gain)} {'more' if gain > 0 else 'less'} than always giving one answer."
        )
    behind = [(c.title, _between(comparisons, leader.name, c.name)) for c in ranked[1:]]
    level = [title for title, found in behind if found.difference.value == 0]
    leads = _leads([pair for pair in behind if pair[1].difference.value != 0])
    if not level:
        return f"{leader.title} leads at {accuracy}; its {leads}."
    opening = f"{_listed([leader.title, *level])} are level at {accuracy}"
    return f"{opening}; {leader.title}'s {leads}." if leads else f"{opening}."


def _headline_by(metric: str, ranked: Sequence[Contender]) -> str:
    """Says which model is best by another metric than accuracy, and by how much of its interval."""
    sign = 1 if METRICS[metric].higher_is_better else -1
    order = sorted(ranked, key=lambda one: -sign * one.judged.metrics[metric].value)
    first, second = (one.judged.metrics[metric] for one in order[:2])
    apart = first.low > second.high if sign > 0 else first.high < second.low
    return (
        f"{order[0].title} is best by {in_running_text(METRICS[metric].title)}: "
        f"{interval_text(metric, first, named=True)}; {order[1].title} follows with "
        f"{figure_text(metric, second.value)}, and their intervals "
        f"{'lie apart' if apart else 'overlap'}."
    )


def _leads(behind: Sequence[tuple[str, Comparison]]) -> str:
    """Which of the leader's leads may be chance, or, if none may, that the least of them is real.

    Args:
        behind: Title of each less accurate model and its comparison with the leader, best first.
    """
    doubtful = [title for title, found in behind if not found.is_real]
    if not behind:
        return ""
    first, found = behind[0]
    real = f"lead over {first} is real ({p_value(found.adjusted)})"
    if not doubtful:
        return real
    names = (
        _listed(doubtful) if len(doubtful) < 3 else f"{doubtful[0]} and {len(doubtful) - 1} others"
    )
    least = min(found.adjusted for _, found in behind if not found.is_real)
    p = p_value(least) if len(doubtful) == 1 or least > 0.999 else f"{p_value(least)} or more"
    maybe = f"lead over {names} may be chance ({p})"
    return f"{real}, its {maybe}" if found.is_real else maybe


def _between(comparisons: Sequence[Comparison], first: str, second: str) -> Comparison:
    return next(c for c in comparisons if {c.first, c.second} == {first, second})


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def calibration_sentence(contender: Contender) -> str:
    """Returns whether a model is too sure, and what scaling changes, in words."""
    record = contender.calibration
    confidence = float(contender.split.probabilities.max(axis=1).mean())
    gap = confidence - contender.accuracy.value
    if abs(gap) < 0.01:
        habit = "is about as sure as it is right"
    else:
        habit = f"is {points(gap)} {'surer' if gap > 0 else 'less sure'} than it is right"
    before, after = 100 * record.before.ece, 100 * record.after.ece
    opening = f"As trained, {contender.title} {habit}. Its calibration error is {before:.1f} %"
    if after < before:
        return f"{opening}; temperature {record.temperature:.2f} brings it to {after:.1f} %."
    return f"{opening}; temperature {record.temperature:.2f} does not lower it ({after:.1f} %)."


def elsewhere_sentences(contenders: Sequence[Contender]) -> list[str]:
    """Returns, for each other data that models were judged on, who reads how much of it."""
    told: dict[tuple[str, int], list[tuple[str, ElsewhereRecord]]] = {}
    for contender in contenders:
        for record in contender.elsewhere:
            told.setdefault((record.name, record.n), []).append((contender.title, record))
    sentences = []
    for (name, n), found in told.items():
        ranked = sorted(found, key=lambda pair: pair[1].right.value, reverse=True)
        figures = ", ".join(
            f"{title} {interval_text('accuracy', record.right)}" for title, record in ranked
        )
        first = ranked[0][1]
        sentences.append(
            f"On other data ({name}, {n:,} pictures, a face found in {first.found:,}): {figures}."
        )
    return sentences


def claims_sentence() -> str:
    """Returns how many published results were chosen by the faces that test, in words."""
    by_test = sum(claim.chosen_by == "the test faces" for claim in CLAIMS)
    return (
        f"Of {len(CLAIMS)} published results whose source was read, {by_test} chose their epoch or "
        "their networks by the faces that test, which flatters; ours are chosen on PublicTest."
    )


def robustness_sentence(contender: Contender) -> str:
    """Returns which disturbance hurts a model most at its strongest, in words."""
    assert contender.robustness is not None
    points_of = contender.robustness.points
    clean = next(p.accuracy.value for p in points_of if p.corruption == "none")
    strongest = [p for p in points_of if p.severity == max(SEVERITIES)]
    worst = min(strongest, key=lambda p: p.accuracy.value)
    mildest = max(strongest, key=lambda p: p.accuracy.value)
    hardest, easiest = (in_running_text(CORRUPTIONS[p.corruption].title) for p in (worst, mildest))
    seen, unseen = (mean_accuracy(contender.robustness, kind) for kind in (False, True))
    means = f" Its mean is {100 * seen:.1f} % over the kinds that training may use" if seen else ""
    if seen and unseen:
        means += f" and {100 * unseen:.1f} % over those kept from training"
    return (
        f"**{contender.title}** falls from {100 * clean:.1f} % to "
        f"{100 * worst.accuracy.value:.1f} % with {hardest} at severity 5; "
        f"{easiest} at severity 5 costs it least ({100 * mildest.accuracy.value:.1f} % are left)."
        f"{means and means + '.'}"
    )


def photographs_sentence(contender: Contender) -> str:
    """Returns what a model reads of faces that must first be found in a picture, in words."""
    assert contender.end_to_end is not None
    record = contender.end_to_end
    plain, *harder = [p for p in record.points if p.condition in CONDITIONS]
    title = CONDITIONS[plain.condition].title
    told = (
        f"**{contender.title}** finds and reads {interval_text('accuracy', plain.right)} of "
        f"{record.n:,} faces correctly ({title})"
    )
    if record.cut is not None:
        told += f", and {interval_text('accuracy', record.cut)} of the same faces cut out already"
    if not harder:
        return f"{told}."
    worst = min(harder, key=lambda point: point.right.value)
    return (
        f"{told}. It falls lowest, to {100 * worst.right.value:.1f} %, under "
        f"“{CONDITIONS[worst.condition].title}”, where {100 * worst.found.value:.1f} % are found."
    )


def own_faces_sentences(record: Evaluation, left_out: int) -> list[str]:
    """Returns what makes figures of data of your own worth less than they look.

    Args:
        record: The judgement.
        left_out: Pictures or rows that could not be used.
    """
    told = []
    if left_out:
        what = "picture or row is" if left_out == 1 else "pictures or rows are"
        told.append(f"{left_out:,} {what} left out.")
    missing = [row.name for row in record.per_class if not row.support]
    if missing:
        told.append(f"No face shows {_listed(missing)}: nothing is known of that.")
    if record.test.n < FEW:
        few = "face is" if record.test.n == 1 else "faces are"
        told.append(f"{record.test.n} {few} few: mind the intervals.")
    return told


def in_running_text(title: str) -> str:
    """Returns a title as it stands in a sentence: small, unless it is an abbreviation."""
    return title if title.isupper() else title[0].lower() + title[1:]


def training_sentence(contender: Contender) -> str:
    """Returns how a model's training went, in words; it must have a history."""
    assert contender.history is not None
    return f"**{contender.title}** {judge_training(contender.history, contender.schedule_ended)}"


def judge_training(history: pd.DataFrame, schedule_ended: bool = False) -> str:
    """Says whether a training overfitted, and from which epoch, or was still climbing.

    It overfits where validation loss, smoothed over three epochs, rises by 2 % or more after its
    least value while training loss continues falling; it still climbs where validation accuracy
    gains `FLAT` or more per epoch over the last fifth of the epochs.

    Args:
        history: One row for each epoch.
        schedule_ended: Whether the learning rate had run down to its end: then continuing as it was
            would gain nothing.
    """
    smooth = history[["loss", "val_loss"]].rolling(3, min_periods=1, center=True).mean()
    least = int(smooth["val_loss"].to_numpy().argmin())
    rises = smooth["val_loss"].iloc[-1] / smooth["val_loss"].iloc[least] - 1
    falls = smooth["loss"].iloc[least] - smooth["loss"].iloc[-1]
    if rises >= 0.02 and falls > 0:
        epoch = int(history["epoch"].iloc[least])
        return (
            f"overfits from epoch {epoch}: validation loss rises by {100 * rises:.0f} % after it "
            "while training loss still falls."
        )
    final = int(history["epoch"].iloc[-1])
    last = history["val_accuracy"].tail(max(3, len(history) // 5))
    slope = float(np.polyfit(np.arange(len(last)), last, 1)[0]) if len(last) > 1 else 0.0
    gains = f"{points(slope)} of validation accuracy per epoch over the last ones"
    if slope >= FLAT and schedule_ended:
        return (
            f"gained {gains}, until its learning rate reached its end at epoch {final}: "
            "a longer schedule may go further."
        )
    if slope >= FLAT:
        return f"still climbs at epoch {final}: {gains}."
    epoch = int(history["epoch"].iloc[int(history["val_loss"].to_numpy().argmin())])
    return f"levels off; its least validation loss is at epoch {epoch}."
