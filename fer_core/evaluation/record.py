"""Reading `evaluation.json` for what it holds; what else there is to know is computed."""

from collections.abc import Callable
from typing import Any

from pydantic import ValidationError

from fer_core.common.digest import sha256
from fer_core.errors import CorruptModel
from fer_core.evaluation.intervals import metric_intervals, resample_weights
from fer_core.evaluation.judge import judge_classes, judge_confusion, judge_split
from fer_core.evaluation.metrics import METRICS
from fer_core.evaluation.schema import Evaluation, SplitRecord
from fer_core.savedmodels import PredictedSplit, Predictions, SavedModel
from fer_core.savedmodels.ensemble import ENSEMBLE, NETWORK, answering

_KINDS = {NETWORK: "network", ENSEMBLE: "ensemble"}

_COMPUTED: dict[str, Callable[[Predictions], Any]] = {
    "validation": lambda found: judge_split(found.validation) if len(found.validation) else None,
    "test": lambda found: judge_split(found.test),
    "per_class": lambda found: judge_classes(found.test, found.classes),
    "confusion": lambda found: judge_confusion(found.test, found.classes),
}
"""Parts of a record that follow from the answers in `predictions.npz`."""


def read_evaluation(saved: SavedModel) -> Evaluation:
    """Returns the recorded judgement of a saved model.

    What follows from `predictions.npz` and is not in the record, as metrics that are newer, is
    computed from it; `evaluate --from-predictions --write` records that.

    Raises:
        CorruptModel: If it is missing, of another schema, lacks what was measured or decided, or
            judges another network or ensemble than the one there.
    """
    found = saved.evaluation()
    again = f"Run `python -m fer_core evaluate {saved.name} --write` again."
    lacking = _COMPUTED.keys() - found.keys()
    if lacking:
        predictions = saved.predictions()
        found = found | {part: _COMPUTED[part](predictions) for part in lacking}
    try:
        record = Evaluation.model_validate(found)
    except ValidationError as error:
        first = error.errors()[0]
        where = "".join(f"{part}: " for part in first["loc"])
        raise CorruptModel(
            f"{saved.name}/evaluation.json: {where}{first['msg']}. {again}"
        ) from error
    answers = answering(saved.folder).name
    if record.model_sha256 != sha256(saved.file(answers)):
        raise CorruptModel(
            f"{saved.name}/evaluation.json judges another {_KINDS[answers]} than {answers}. {again}"
        )
    return _completed(record, saved)


def _completed(record: Evaluation, saved: SavedModel) -> Evaluation:
    """The record with every metric of `METRICS` for each split that it judges."""
    splits = {"validation": record.validation, "test": record.test}
    lacking = {name: split for name, split in splits.items() if split and _lacks(split)}
    if not lacking:
        return record
    predictions = saved.predictions()
    return record.model_copy(
        update={
            name: _with_metrics(split, getattr(predictions, name))
            for name, split in lacking.items()
        }
    )


def _lacks(split: SplitRecord) -> list[str]:
    return [name for name in METRICS if name not in split.metrics]


def _with_metrics(record: SplitRecord, answers: PredictedSplit) -> SplitRecord:
    found = metric_intervals(answers, resample_weights(len(answers)), _lacks(record))
    return record.model_copy(update={"metrics": record.metrics | found})
