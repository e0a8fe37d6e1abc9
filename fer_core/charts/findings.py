"""What each chart shows, in a sentence computed from its figures: the chart's title."""

import re
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from fer_core.audit.duplicates import Leakage
from fer_core.common.numerals import percent
from fer_core.dataset.statistics import FaceMap
from fer_core.emotions import is_one_of
from fer_core.evaluation.calibration import coverage
from fer_core.evaluation.claims import CLAIMS
from fer_core.evaluation.comparison import Contender
from fer_core.evaluation.end_to_end import CONDITIONS
from fer_core.evaluation.metrics import METRICS, confusion_matrix, most_confused
from fer_core.evaluation.ranking import best_first
from fer_core.evaluation.robustness import CORRUPTIONS, SEVERITIES
from fer_core.evaluation.sentences import (
    figure_text,
    in_running_text,
    points,
    training_sentence,
)
from fer_core.evaluation.significance import Comparison

_NEIGHBOURS = 5
"""Nearest faces of a map that are asked for their label."""


def is_best(contenders: Sequence[Contender], metric: str) -> str:
    """Returns who is best by a key of `METRICS`."""
    if not contenders:
        return METRICS[metric].title
    best = best_first(contenders, metric)[0]
    figure = figure_text(metric, best.judged.metrics[metric].value)
    return f"{best.title} is best by {in_running_text(METRICS[metric].title)}: {figure}"


def is_ahead(leader: str, title: str, comparisons: Sequence[Comparison]) -> str:
    """Returns over how many models the leader's lead in accuracy is more than chance.

    Args:
        leader: Its name. It may lead by another metric, and be less accurate than some.
        title: As people read it.
        comparisons: Every pair.
    """
    own = [one for one in comparisons if leader in (one.first, one.second)]
    ahead = sum(one.is_real and (one.difference.value > 0) == (one.first == leader) for one in own)
    return f"{title} is ahead of {ahead} of {len(own)} models by more than chance"


def differ(comparisons: Sequence[Comparison]) -> str:
    """Returns how many pairs differ by more than chance."""
    real = sum(comparison.is_real for comparison in comparisons)
    return f"{real} of {len(comparisons)} pairs of models differ by more than chance"


def is_confused(contender: Contender) -> str:
    """Returns what a model most often takes for what."""
    split = contender.split
    counts = confusion_matrix(split.labels, split.predicted, len(contender.classes))
    found = most_confused(counts, contender.classes, 1)
    if not found:
        return f"{contender.title} takes no emotion for another"
    pair = found[0]
    return f"{contender.title} reads {percent(pair.share)} of {pair.truth} as {pair.predicted}"


def is_found(contender: Contender) -> str:
    """Returns which emotion's faces a model finds most and least of."""
    ranked = sorted(contender.per_class, key=lambda record: record.recall.value)
    least, most = ranked[0], ranked[-1]
    return (
        f"{contender.title} finds {percent(most.recall.value)} of {most.name}, "
        f"but {percent(least.recall.value)} of {least.name}"
    )


def is_told_apart(contender: Contender, areas: pd.DataFrame) -> str:
    """Returns which emotion a model tells apart best and worst.

    Args:
        contender: The model.
        areas: Columns `Emotion` and `Area`.
    """
    ranked = areas.sort_values("Area")["Emotion"].tolist()
    if len(ranked) < 2:
        return f"How {contender.title} tells emotions apart"
    return f"{contender.title} tells {ranked[-1]} apart best, {ranked[0]} worst"


def is_calibrated(contender: Contender) -> str:
    """Returns what temperature scaling does to a model's calibration error."""
    before, after = contender.calibration.before.ece, contender.calibration.after.ece
    moves = "falls" if after < before else "does not fall"
    return (
        f"{contender.title}'s calibration error {moves}: {percent(before)}, then {percent(after)}"
    )


def is_best_calibrated(contenders: Sequence[Contender]) -> str:
    """Returns whose confidence is nearest to how often it is right."""
    best = min(contenders, key=lambda one: one.calibration.after.ece)
    return f"{best.title} is calibrated best: {percent(best.calibration.after.ece)} off on average"


def refuses_well(contenders: Sequence[Contender]) -> str:
    """Returns who is right most often where half of the faces are answered."""
    at_half = {}
    for one in contenders:
        curve = coverage(one.calibrated, one.split.labels)
        at_half[one.title] = float(curve.accuracy[(len(curve.accuracy) - 1) // 2])
    best = max(at_half, key=at_half.__getitem__)
    return f"Answering half of the faces, {best} is right on {percent(at_half[best])}"


def is_worth_it(front: Sequence[Contender], priced: Sequence[Contender]) -> str:
    """Returns how many models no cheaper one matches."""
    if not front:
        return "Accuracy against cost"
    return (
        f"{len(front)} of {len(priced)} models are matched by nothing cheaper, "
        f"from {front[0].title} up"
    )


def hurts_most(contenders: Sequence[Contender], corruptions: Sequence[str]) -> str:
    """Returns which disturbance leaves least of the accuracy, and who keeps most of it."""
    left = {
        (point.corruption, one.title): point.accuracy.value
        for one in contenders
        if one.robustness is not None
        for point in one.robustness.points
        if point.corruption in corruptions and point.severity == max(SEVERITIES)
    }
    if not left:
        return "Accuracy under disturbances"
    kinds = {kind for kind, _ in left}
    worst = min(kinds, key=lambda kind: np.mean([v for (k, _), v in left.items() if k == kind]))
    kept = {title: value for (kind, title), value in left.items() if kind == worst}
    best = max(kept, key=kept.__getitem__)
    return (
        f"{CORRUPTIONS[worst].title} hurts most: of the models, {best} keeps most, "
        f"{percent(kept[best])}"
    )


def is_read_on_photographs(contenders: Sequence[Contender]) -> str:
    """Returns who reads most of the faces that must first be found."""
    right = {
        one.title: point.right.value
        for one in contenders
        if one.end_to_end is not None
        for point in one.end_to_end.points[:1]
        if point.condition in CONDITIONS
    }
    if not right:
        return "On photographs"
    best = max(right, key=right.__getitem__)
    return f"On photographs {best} reads most: {percent(right[best])} of all faces"


def trained_so(contender: Contender) -> str:
    """Returns how a training went, in a few words."""
    told = training_sentence(contender).replace("**", "").removeprefix(contender.title)
    return contender.title + re.split(r"[:;,]", told.rstrip("."), maxsplit=1)[0]


def lies_apart(table: pd.DataFrame, what: str) -> str:
    """Returns whose training and validation differ most over the epochs.

    Args:
        table: Columns `Model`, `Faces` (training, then validation of each) and `Median`.
        what: "accuracy" or "loss".
    """
    wide = table.pivot_table(index="Model", columns="Faces", values="Median", sort=False)
    if not {"training", "validation"} <= set(wide.columns):
        return f"Distribution of {what} over epochs"
    gap = (wide["training"] - wide["validation"]).abs()
    name = str(gap.idxmax())
    size = points(float(gap[name])) if what == "accuracy" else f"{gap[name]:.2f}"
    return f"Training and validation {what} are {size} apart for {name}"


def is_claimed(contenders: Sequence[Contender]) -> str:
    """Returns the highest published accuracy beside ours."""
    best = best_first(contenders)[0]
    highest = max(claim.accuracy for claim in CLAIMS)
    return (
        f"Published results reach {percent(highest)}, {best.title} {percent(best.accuracy.value)}"
    )


def is_frequent(counts: np.ndarray, classes: Sequence[str]) -> str:
    """Returns the most and the least frequent emotion.

    Args:
        counts: Faces by split and class, shape (3, classes).
        classes: Emotion names of the columns.
    """
    totals = counts.sum(axis=0)
    shares = totals / max(totals.sum(), 1)
    most, least = int(shares.argmax()), int(shares.argmin())
    return (
        f"{percent(shares[most])} of the faces are {classes[most]}, "
        f"{percent(shares[least])} {classes[least]}"
    )


def is_bright(means: Mapping[str, float]) -> str:
    """Returns whose faces are brightest and darkest.

    Args:
        means: Mean gray value by emotion.
    """
    if len(means) < 2:
        return "Gray values"
    bright, dark = max(means, key=means.__getitem__), min(means, key=means.__getitem__)
    return f"Faces of {bright} are brightest, faces of {dark} darkest"


def lie_together(points: FaceMap, classes: Sequence[str]) -> str:
    """Returns how often a face's neighbours on the map have its label."""
    chosen = is_one_of(points.labels, tuple(classes))
    labels, places = points.labels[chosen], points.points[chosen]
    near = min(_NEIGHBOURS, len(labels) - 1)
    if near < 1:
        return "The faces as a map"
    found = cKDTree(places).query(places, near + 1)[1][:, 1:]
    share = float((labels[found] == labels[:, None]).mean())
    return f"{percent(share)} of a face's neighbours here carry its label"


def agree(table: pd.DataFrame) -> str:
    """Returns how often FER+'s majority gives the label.

    Args:
        table: Counts, rows labels, columns answers.
    """
    same = sum(int(table.loc[name, name]) for name in table.index if name in table.columns)
    share = same / max(int(table.to_numpy().sum()), 1)
    return f"FER+'s majority gives the label to {percent(share)} of the faces"


def voted(counts: np.ndarray, names: Sequence[str]) -> str:
    """Returns what most annotators of FER+ saw in a face."""
    most = int(counts.argmax())
    return f"{counts[most]} of {counts.sum()} annotators saw {names[most]}"


def leaks(effects: Mapping[str, Leakage], titles: Mapping[str, str]) -> str:
    """Returns whose accuracy leans most on faces with a copy in Training."""
    lost = {name: one.accuracy - one.on_clean for name, one in effects.items()}
    lost = {name: value for name, value in lost.items() if np.isfinite(value)}
    if not lost:
        return "Accuracy without leaked faces"
    most = max(lost, key=lost.__getitem__)
    if lost[most] <= 0:
        return "No model does better for the copies in Training"
    return f"Copies in Training lift {titles[most]} most, by {points(lost[most])}"


def shifted(before: float, after: float, channel: str) -> str:
    """Returns what became of a picture's mean value, 0 to 255."""
    change = after - before
    if abs(change) < 0.5:
        return f"{channel} stays at {before:.0f} of 255 on average"
    return f"{channel} {'rises' if change > 0 else 'falls'} from {before:.0f} to {after:.0f} of 255"
