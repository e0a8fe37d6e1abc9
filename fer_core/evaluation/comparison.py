"""What the comparison draws: every saved model as plain data, read from its own folder."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from fer_core.dataset import PROTOCOLS
from fer_core.emotions import EMOTIONS, is_one_of, reindexed
from fer_core.errors import CorruptModel, EvaluationError, FerError
from fer_core.evaluation.intervals import Interval
from fer_core.evaluation.judge import calibration_of, judge_classes, judge_split
from fer_core.evaluation.record import read_evaluation
from fer_core.evaluation.robustness import of_known_kinds
from fer_core.evaluation.schema import (
    CalibrationRecord,
    ClassRecord,
    CostRecord,
    ElsewhereRecord,
    EndToEndRecord,
    Evaluation,
    RobustnessRecord,
    SplitRecord,
)
from fer_core.models import REGISTRY, ModelSpec, title_of
from fer_core.savedmodels import PredictedSplit, Predictions, RunRecord, SavedModel, saved_names
from fer_core.savedmodels.temperature import apply_temperature

COMMON = "common"
"""Name of the view on the faces that every chosen model was tested on."""

LEAST = 200
"""Fewest faces on which models of different protocols are compared."""


@dataclass(frozen=True)
class Contender:
    """One model in a comparison, with all that is known of how it does.

    Attributes:
        name: Registry name, or the name that uploaded predictions were given.
        title: As people read it; it says so where the model is optimistic.
        report: R1..R5, "ours", or "uploaded".
        protocol: Which faces tested it.
        classes: Emotion names in the order of the outputs.
        split: Its uncalibrated answers on the test faces.
        judged: Metrics with intervals on them.
        per_class: Precision, recall, F1 and support on them.
        calibration: Temperature and what it does.
        data: sha256 of the dataset its row numbers refer to.
        optimistic: Whether the test faces also selected it.
        cost: None for uploaded predictions.
        robustness: None where it was not measured.
        end_to_end: On photographs; None where it was not measured.
        elsewhere: On other data, where that was measured.
        history: One row for each epoch; None for an ensemble and for uploaded predictions.
        best_epoch: The epoch that was kept, where its recipe says so.
        schedule_ended: Whether its learning rate ran down to the end of its schedule.
        reported: What its report claims.
        reported_accuracy: The accuracy in that claim.
    """

    name: str
    title: str
    report: str
    protocol: str
    classes: tuple[str, ...]
    split: PredictedSplit
    judged: SplitRecord
    per_class: tuple[ClassRecord, ...]
    calibration: CalibrationRecord
    data: str
    optimistic: bool = False
    cost: CostRecord | None = None
    robustness: RobustnessRecord | None = None
    end_to_end: EndToEndRecord | None = None
    elsewhere: tuple[ElsewhereRecord, ...] = ()
    history: pd.DataFrame | None = None
    best_epoch: int | None = None
    schedule_ended: bool = False
    reported: str | None = None
    reported_accuracy: float | None = None

    @property
    def accuracy(self) -> Interval:
        """Accuracy on its test faces."""
        return self.judged.metrics["accuracy"]

    @property
    def right(self) -> np.ndarray:
        """Whether each answer was right, bool of shape (n,)."""
        result: np.ndarray = self.split.predicted == self.split.labels
        return result

    @property
    def faces(self) -> str:
        """Digest of which faces tested it: rows of a dataset, in order, and their labels."""
        digest = hashlib.sha256(f"{self.data} {self.classes}".encode())
        digest.update(self.split.rows.tobytes())
        digest.update(self.split.labels.tobytes())
        return digest.hexdigest()

    @property
    def calibrated(self) -> np.ndarray:
        """Probabilities as the app shows them, shape (n, classes)."""
        return apply_temperature(self.split.probabilities, self.calibration.temperature)


@dataclass(frozen=True)
class Field:
    """All that can be compared, and what cannot.

    Attributes:
        contenders: Readable saved models, best known first: in the order of the registry.
        unreadable: Why each folder that could not be read could not.
        untrained: Architectures of the registry with no saved model.
    """

    contenders: tuple[Contender, ...]
    unreadable: dict[str, str]
    untrained: tuple[ModelSpec, ...]


def read_contender(saved: SavedModel) -> Contender:
    """Returns a saved model as the comparison needs it.

    Raises:
        CorruptModel: If a file of it is missing, changed, stale or truncated, or does not fit the
            others; its network too, though nothing here runs it.
    """
    record = read_evaluation(saved)
    predictions = saved.predictions()
    run = saved.run()
    saved.file("card.md")
    saved.networks()
    _require_fit(saved.name, record, predictions, run)
    spec = REGISTRY.get(saved.name)
    return Contender(
        name=saved.name,
        title=record.titled(title_of(saved.name)),
        report=spec.report if spec else "ours",
        protocol=record.protocol,
        classes=record.classes,
        split=predictions.test,
        judged=record.test,
        per_class=record.per_class,
        calibration=record.calibration,
        data=record.data.sha256,
        optimistic=record.optimistic,
        cost=record.cost,
        robustness=record.robustness and of_known_kinds(record.robustness),
        end_to_end=record.end_to_end,
        elsewhere=record.elsewhere,
        history=None if saved.is_ensemble else saved.history(),
        best_epoch=run.best_epoch,
        schedule_ended=run.schedule_ended,
        reported=spec.reported if spec else None,
        reported_accuracy=spec.reported_accuracy if spec else None,
    )


def _require_fit(name: str, record: Evaluation, predictions: Predictions, run: RunRecord) -> None:
    """Raises CorruptModel where a model's files, each readable, are not of one judgement."""
    again = f"Run `python -m fer_core evaluate {name} --write` again."
    if record.protocol not in PROTOCOLS:
        raise CorruptModel(f"{name}/evaluation.json is of no known protocol. {again}")
    if not record.classes == predictions.classes == run.classes:
        raise CorruptModel(
            f"{name}: evaluation.json, predictions.npz and recipe.json name different classes. "
            f"{again}"
        )
    test = predictions.test
    right = int((test.predicted == test.labels).sum())
    if record.test.n != len(test) or right != round(
        record.test.metrics["accuracy"].value * len(test)
    ):
        raise CorruptModel(f"{name}/evaluation.json does not judge predictions.npz. {again}")


def read_field(weights: Path) -> Field:
    """Returns every saved model that can be read, and why the others cannot."""
    contenders, unreadable = {}, {}
    for name in _folders(weights):
        try:
            contenders[name] = read_contender(SavedModel(name, weights))
        except FerError as error:
            unreadable[name] = str(error)
    order = list(REGISTRY)
    ranked = sorted(contenders, key=lambda name: order.index(name) if name in order else len(order))
    untrained = tuple(
        spec for name, spec in REGISTRY.items() if name not in {*contenders, *unreadable}
    )
    return Field(tuple(contenders[name] for name in ranked), unreadable, untrained)


def _folders(weights: Path) -> list[str]:
    """Saved models, and folders that were meant to be one but lack their network."""
    partial = {path.parent.name for path in weights.glob("*/recipe.json")}
    return sorted(partial | set(saved_names(weights)))


def groups_of(contenders: Sequence[Contender]) -> dict[str, list[Contender]]:
    """Returns the contenders by the faces that tested them: only within a group are they paired.

    A group is called by its protocol, for `group_title`. Where a protocol's models were not all
    judged on the same rows of the same data, those that differ from its first are groups of their
    own, called "<protocol>~<digest of their faces>".
    """
    groups: dict[str, list[Contender]] = {}
    for contender in contenders:
        others = groups.get(contender.protocol)
        same = others is None or others[0].faces == contender.faces
        key = contender.protocol if same else f"{contender.protocol}~{contender.faces[:8]}"
        groups.setdefault(key, []).append(contender)
    return groups


def group_title(group: str) -> str:
    """Returns which faces a key of `groups_of` stands for, or `COMMON`, in a few words."""
    protocol, _, other = group.partition("~")
    if protocol == COMMON:
        title = "Faces common to all"
    elif protocol in PROTOCOLS:
        title = PROTOCOLS[protocol].short_title
    else:
        _, digest, classes = protocol.split("-")
        title = f"Own faces {digest}, {classes} emotions"
    return f"{title}, other faces {other}" if other else title


def common_view(contenders: Sequence[Contender]) -> tuple[Contender, ...]:
    """Returns the contenders on the faces that every one of them was tested on.

    Only rows in each one's test split are used, so no model sees a face it was trained on;
    other classes are dropped and the probabilities renormalised over those all of them know.

    Raises:
        EvaluationError: If they were tested on different data, or on fewer than `LEAST` faces.
    """
    if len({contender.data for contender in contenders}) > 1:
        raise EvaluationError(
            "These models were tested on different data sets: no face is common. "
            "Choose models of one data set."
        )
    classes = tuple(
        name for name in EMOTIONS if all(name in contender.classes for contender in contenders)
    )
    if len(classes) < 2:
        raise EvaluationError("These models have fewer than two emotions in common.")
    rows = _common_rows(contenders, classes)
    if len(rows) < LEAST:
        raise EvaluationError(
            f"Only {len(rows)} faces were test faces of every chosen model; "
            f"a comparison needs {LEAST}. Choose fewer models."
        )
    return tuple(restricted(contender, rows, classes) for contender in contenders)


def _common_rows(contenders: Sequence[Contender], classes: tuple[str, ...]) -> np.ndarray:
    rows: set[int] | None = None
    for contender in contenders:
        known = is_one_of(contender.split.labels, classes, contender.classes)
        own = set(contender.split.rows[known].tolist())
        rows = own if rows is None else rows & own
    return np.array(sorted(rows or ()), np.int32)


def restricted(contender: Contender, rows: np.ndarray, classes: tuple[str, ...]) -> Contender:
    """Returns a contender judged again on some of its test faces and some of its classes.

    Args:
        contender: As it was judged.
        rows: Row numbers, ascending, each one of its test rows.
        classes: Emotion names, each one of its classes.
    """
    order = np.argsort(contender.split.rows)
    place = order[np.searchsorted(contender.split.rows, rows, sorter=order)]
    columns = [contender.classes.index(name) for name in classes]
    probabilities = contender.split.probabilities[place][:, columns]
    split = PredictedSplit(
        probabilities / probabilities.sum(axis=1, keepdims=True).clip(min=1e-12),
        reindexed(contender.split.labels[place], contender.classes, classes),
        rows,
    )
    return replace(
        contender,
        classes=classes,
        split=split,
        judged=judge_split(split),
        per_class=judge_classes(split, classes),
        calibration=calibration_of(split, contender.calibration.temperature),
        robustness=None,
        end_to_end=None,
    )
