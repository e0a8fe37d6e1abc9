"""An ensemble: which saved models, and how much of each, chosen on the validation faces alone.

Nothing is run: members' stored predictions say what their mean answers.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from fer_core.common.digest import sha256
from fer_core.common.files import write_json
from fer_core.errors import EvaluationError
from fer_core.evaluation.evaluate import as_stored
from fer_core.evaluation.judge import judge
from fer_core.evaluation.record import read_evaluation
from fer_core.evaluation.saving import write_judgement
from fer_core.evaluation.schema import CostRecord, Evaluation
from fer_core.savedmodels import (
    PredictedSplit,
    Predictions,
    RunRecord,
    SavedModel,
    new_folder,
    open_model,
    saved_names,
)
from fer_core.savedmodels.ensemble import ENSEMBLE, NETWORK, Ensemble, Member
from fer_core.savedmodels.temperature import SMALLEST
from fer_core.settings import settings

NAME = "ensemble"
PROTOCOL = "fer2013"
"""Whose models are asked, where no members are named."""

LEAST_GAIN = 0.005
"""Log-loss that one more member must take off on the validation faces to be worth its time."""

_STEPS = 1000
_DECIMALS = 4


def choose(right: dict[str, np.ndarray]) -> list[str]:
    """Returns which models to average: each in turn the one that lowers the log-loss most.

    Greedy forward selection (Caruana et al., ICML 2004), with fitted weights at each step; it ends
    where the best of those left gains less than `LEAST_GAIN`.

    Args:
        right: Probability that each model gives the true class of each validation face, (n,).
    """
    chosen: list[str] = []
    least = np.inf
    while left := [name for name in right if name not in chosen]:
        losses = {name: _log_loss([right[one] for one in (*chosen, name)]) for name in left}
        best = min(left, key=losses.__getitem__)
        if losses[best] > least - LEAST_GAIN:
            break
        chosen.append(best)
        least = losses[best]
    return chosen


def fit_weights(right: np.ndarray) -> np.ndarray:
    """Returns the weights, summing to 1, whose mean has the least log-loss; shape (k,).

    Expectation maximisation of a mixture whose parts are fixed (Dempster, Laird & Rubin 1977): the
    loss is convex in the weights, so what it comes to is the least.

    Args:
        right: Probability that each of k models gives the true class of each face, shape (k, n).
    """
    known = np.maximum(right, SMALLEST)
    weights = np.full(len(known), 1 / len(known))
    for _ in range(_STEPS):
        shares = weights[:, None] * known
        weights = (shares / shares.sum(axis=0)).mean(axis=1)
    return weights


def _log_loss(right: Sequence[np.ndarray]) -> float:
    known = np.stack(right)
    return float(-np.log(np.maximum(fit_weights(known) @ known, SMALLEST)).mean())


def save_ensemble(names: Sequence[str] = (), weights: Path | None = None) -> Evaluation:
    """Chooses and weighs members, judges their mean, and writes `weights/ensemble/`.

    Args:
        names: Members; if none is named, chosen among the saved networks of FER2013's 7 emotions.
        weights: Folder of all saved models; the settings' if not given.

    Returns:
        The judgement, as `evaluation.json` holds it.

    Raises:
        EvaluationError: If fewer than two networks are there or worth a weight, or they were judged
            on different faces.
        FerError: If a member is not saved, or a file of it is missing or changed.
    """
    weights = weights or settings().weights_to_write
    candidates = _candidates(names, weights)
    right = {name: _of_truth(one.predictions().validation) for name, one in candidates.items()}
    chosen = list(names) or choose(right)
    shares = np.round(fit_weights(np.stack([right[name] for name in chosen])), _DECIMALS)
    members = tuple(
        Member(name=name, weight=float(share), sha256=sha256(candidates[name].file(NETWORK)))
        for name, share in zip(chosen, shares, strict=True)
        if share > 0
    )
    if len(members) < 2:
        raise EvaluationError(
            f"A mean of these is no better than {chosen[0]} alone on the validation faces."
        )
    return _save(Ensemble(members=members), [candidates[m.name] for m in members], weights)


def _candidates(names: Sequence[str], weights: Path) -> dict[str, SavedModel]:
    """The networks that were named, or all of FER2013, checked to have been judged alike."""
    found = {name: open_model(name, weights) for name in names or saved_names(weights)}
    if doubled := [name for name, model in found.items() if model.is_ensemble and names]:
        raise EvaluationError(f"{doubled[0]} is an ensemble itself: name its members instead.")
    found = {name: model for name, model in found.items() if not model.is_ensemble}
    if not names:
        found = {name: m for name, m in found.items() if m.run().protocol == PROTOCOL}
    if len(found) < 2:
        raise EvaluationError("An ensemble needs at least two different saved networks.")
    first, *others = found
    for other in others:
        if not _judged_alike(found[first], found[other]):
            raise EvaluationError(
                f"{first} and {other} were judged on different faces or emotions, so their answers "
                "have no mean: name models of one protocol."
            )
    return found


def _judged_alike(one: SavedModel, other: SavedModel) -> bool:
    first, second = one.predictions(), other.predictions()
    return (
        first.classes == second.classes
        and read_evaluation(one).data.sha256 == read_evaluation(other).data.sha256
        and np.array_equal(first.validation.rows, second.validation.rows)
        and np.array_equal(first.test.rows, second.test.rows)
    )


def _of_truth(split: PredictedSplit) -> np.ndarray:
    result: np.ndarray = split.probabilities[np.arange(len(split)), split.labels]
    return result


def _save(ensemble: Ensemble, members: Sequence[SavedModel], weights: Path) -> Evaluation:
    records = [read_evaluation(member) for member in members]
    predictions = as_stored(mean_predictions(ensemble, [m.predictions() for m in members]))
    run = RunRecord(
        name=NAME,
        classes=predictions.classes,
        protocol=records[0].protocol,
        parameters=sum(record.cost.parameters for record in records),
        trainable=sum(record.cost.trainable for record in records),
    )
    with new_folder(NAME, weights) as folder:
        write_json(folder / ENSEMBLE, ensemble.model_dump(mode="json"))
        write_json(folder / "recipe.json", run.as_json())
        record = judge(
            predictions,
            name=NAME,
            protocol=run.protocol,
            optimistic=any(record.optimistic for record in records),
            cost=added_up([record.cost for record in records]),
            data=records[0].data,
            model_sha256=sha256(folder / ENSEMBLE),
            seed=None,
        )
        return write_judgement(folder, record, predictions, before=weights / NAME)


def mean_predictions(ensemble: Ensemble, predictions: Sequence[Predictions]) -> Predictions:
    """Returns what an ensemble answers, from what its members, in their order, answered."""
    shares = [member.weight for member in ensemble.members]

    def mean(splits: list[PredictedSplit]) -> PredictedSplit:
        answers = np.tensordot(shares, [split.probabilities for split in splits], axes=1)
        return PredictedSplit(answers, splits[0].labels, splits[0].rows)

    return Predictions(
        predictions[0].classes,
        mean([one.validation for one in predictions]),
        mean([one.test for one in predictions]),
    )


def added_up(costs: Sequence[CostRecord]) -> CostRecord:
    """Returns what members cost together, as they answer one after another."""
    return CostRecord(
        parameters=sum(cost.parameters for cost in costs),
        trainable=sum(cost.trainable for cost in costs),
        macs=sum(cost.macs for cost in costs),
        size=sum(cost.size for cost in costs),
        milliseconds=round(sum(cost.milliseconds for cost in costs), 4),
        machine="; ".join(dict.fromkeys(cost.machine for cost in costs)),
    )
