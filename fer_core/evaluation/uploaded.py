"""Predictions that somebody uploads: a third party's, or a model's on your own faces."""

import hashlib
import io
import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

from fer_core.common import isolated
from fer_core.common.archives import opened_zip
from fer_core.common.isolated import Limits
from fer_core.common.room import one_reader
from fer_core.emotions import EMOTIONS, canonical, reindexed
from fer_core.errors import EvaluationError
from fer_core.evaluation.calibration import fit_temperature
from fer_core.evaluation.comparison import Contender
from fer_core.evaluation.evaluate import OWN
from fer_core.evaluation.judge import calibration_of, judge_classes, judge_split
from fer_core.evaluation.schema import Evaluation
from fer_core.savedmodels import PredictedSplit, Predictions
from fer_core.savedmodels.predictions import checked_split, load_arrays
from fer_core.settings import settings

LARGEST = 50 * 2**20
"""Most bytes that an upload may unpack to."""

LEAST_FACES = 20

_MOST_COLUMNS, _MOST_ARRAYS = 1000, 100
"""Of a csv and of an npz: many more than are needed, and fewer than take long to list."""

SCHEMA = (
    "csv: one row for each face, columns `row` (its number in fer2013.csv), `label` (the true "
    "emotion) and one column of probabilities for each emotion. npz: arrays `test_rows`, "
    "`test_labels` (indices into `classes`), `test_probabilities` (n, classes) and `classes`, as "
    "in weights/<name>/predictions.npz; with the same three named `validation_...`, a temperature "
    "is fitted on them."
)


def read_uploaded(title: str, file: str, data: bytes, known: Sequence[Contender]) -> Contender:
    """Returns uploaded predictions as a contender, judged as the saved models are.

    It joins the contenders whose test faces are the same, with the same labels; otherwise it
    is set apart, and meets those it shares enough faces with by row number in the common view.

    Args:
        title: What to call it; only letters, digits and plain punctuation of it are kept.
        file: File name, ending in .csv or .npz.
        data: The file.
        known: Contenders it may be compared with.

    Raises:
        EvaluationError: If the file does not hold what `SCHEMA` asks for; the message says why.
    """
    if len(data) > LARGEST:
        raise EvaluationError(f"{file} is larger than {LARGEST // 2**20} MB.")
    form = file.lower().rpartition(".")[2]
    if form not in _READERS:
        raise EvaluationError(f"{file} is neither a csv nor an npz file.")
    megabytes = settings().reader_mb(settings().predictions_reader_mb)
    limits = Limits(megabytes, settings().predictions_seconds)
    with one_reader.take(1, 1):
        classes, test, validation = isolated.call(
            _READERS[form], data, limits=limits, error=EvaluationError, subject=file
        )
    if len(test) < LEAST_FACES:
        raise EvaluationError(f"{len(test)} faces are too few to judge; {LEAST_FACES} are needed.")
    protocol, fingerprint, test = _place(classes, test, known)
    temperature = 1.0
    title = re.sub(r"[^\w ()+-]", " ", title).strip() or "uploaded"
    if validation is not None and len(validation):
        temperature = fit_temperature(validation.probabilities, validation.labels)
    return Contender(
        name=f"uploaded {title}",
        title=title,
        report="uploaded",
        protocol=protocol,
        classes=classes,
        split=test,
        judged=judge_split(test),
        per_class=judge_classes(test, classes),
        calibration=calibration_of(test, temperature),
        data=fingerprint,
    )


def own_contender(title: str, predictions: Predictions, record: Evaluation) -> Contender:
    """Returns a saved model judged on your own faces, from `evaluate.evaluate_own`."""
    return Contender(
        name=f"own {title}",
        title=f"{title}, own faces",
        report="own faces",
        protocol=_set_apart(record.data.sha256, predictions.classes),
        classes=predictions.classes,
        split=predictions.test,
        judged=record.test,
        per_class=record.per_class,
        calibration=record.calibration,
        data=record.data.sha256,
        cost=record.cost,
    )


def _read_csv(data: bytes) -> tuple[tuple[str, ...], PredictedSplit, None]:
    width = data.partition(b"\n")[0].count(b",") + 1
    if width > _MOST_COLUMNS:
        raise EvaluationError(f"The csv has {width:,} columns; it needs {2 + len(EMOTIONS)}.")
    try:
        table = pd.read_csv(io.BytesIO(data))
    except (ValueError, UnicodeDecodeError) as error:
        raise EvaluationError(f"The csv cannot be read: {error}.") from error
    table.columns = [str(column).strip().lower() for column in table.columns]
    missing = {"row", "label"} - set(table.columns)
    if missing:
        raise EvaluationError(f"The csv lacks the column {' and '.join(sorted(missing))}.")
    named = [(canonical(column), column) for column in table.columns if canonical(column)]
    columns = {name: column for name, column in named if name}
    if len(named) > len(columns) or table.columns.duplicated().any():
        raise EvaluationError("Two columns of the csv have the same meaning.")
    classes = tuple(name for name in EMOTIONS if name in columns)
    names = [canonical(str(label)) for label in table["label"]]
    unknown = [str(table["label"].iloc[i]) for i, n in enumerate(names) if n not in classes]
    if unknown:
        raise EvaluationError(f"Label {unknown[0][:40]!r} is no emotion with a column of its own.")
    labels = np.array([classes.index(str(name)) for name in names], np.uint8)
    probabilities = table[[columns[name] for name in classes]].to_numpy()
    return classes, _checked(probabilities, labels, table["row"].to_numpy(), len(classes)), None


def _read_npz(data: bytes) -> tuple[tuple[str, ...], PredictedSplit, PredictedSplit | None]:
    with opened_zip(data, "The npz", EvaluationError, _MOST_ARRAYS) as archive:
        if sum(member.file_size for member in archive.infolist()) > LARGEST:
            raise EvaluationError(f"The npz unpacks to more than {LARGEST // 2**20} MB.")
    try:
        arrays = load_arrays(io.BytesIO(data))
    except ValueError as error:
        raise EvaluationError(f"The npz cannot be read: {error}") from error
    try:
        named = [canonical(str(name)) for name in np.atleast_1d(arrays["classes"])]
        found = [name for name in named if name]
        classes = tuple(name for name in EMOTIONS if name in found)
        if len(classes) != len(named):
            raise EvaluationError("`classes` must name emotions, each once.")
        test = _arrays(arrays, "test", found, classes)
        has_validation = "validation_probabilities" in arrays
        validation = _arrays(arrays, "validation", found, classes) if has_validation else None
    except KeyError as error:
        raise EvaluationError(f"The npz lacks the array {error}.") from error
    return classes, test, validation


_READERS = {"csv": _read_csv, "npz": _read_npz}


def _arrays(
    arrays: dict[str, np.ndarray], name: str, columns: list[str], classes: tuple[str, ...]
) -> PredictedSplit:
    """One split of an npz, its columns put in the order of the classes."""
    split = _checked(
        arrays[f"{name}_probabilities"],
        arrays[f"{name}_labels"],
        arrays[f"{name}_rows"],
        len(columns),
    )
    order = [columns.index(name) for name in classes]
    labels = reindexed(split.labels, columns, classes)
    return PredictedSplit(split.probabilities[:, order], labels, split.rows)


def _checked(
    probabilities: np.ndarray, labels: np.ndarray, rows: np.ndarray, width: int
) -> PredictedSplit:
    """Returns a split whose shapes, values and row numbers make sense."""
    if width < 2:
        raise EvaluationError("There must be two emotions or more.")
    try:
        return checked_split(probabilities, labels, rows, width)
    except ValueError as error:
        raise EvaluationError(str(error)) from error


def _place(
    classes: tuple[str, ...], test: PredictedSplit, known: Sequence[Contender]
) -> tuple[str, str, PredictedSplit]:
    """Returns protocol, data fingerprint, and the split in the order of those it joins."""
    ordered = _reordered(test, np.argsort(test.rows))
    truth = np.array(classes)[ordered.labels]
    for other in known:
        if set(classes) == set(other.classes) and _agreeing(ordered.rows, truth, other) == len(
            other.split
        ) == len(test):
            back = np.empty(len(test), int)
            back[np.argsort(other.split.rows)] = np.arange(len(test))
            return other.protocol, other.data, _reordered(ordered, back)
    digest = hashlib.sha256(ordered.rows.tobytes() + "".join(truth).encode()).hexdigest()
    agreeing = (c.data for c in known if _agreeing(ordered.rows, truth, c) >= LEAST_FACES)
    return _set_apart(digest, classes), next(agreeing, digest), ordered


def _agreeing(rows: np.ndarray, truth: np.ndarray, other: Contender) -> int:
    """Number of test faces shared with a contender by row number; 0 if any has another truth.

    Args:
        rows: Row numbers, ascending.
        truth: Emotion of each.
        other: The contender.
    """
    _, mine, theirs = np.intersect1d(
        rows, other.split.rows, assume_unique=True, return_indices=True
    )
    same = truth[mine] == np.array(other.classes)[other.split.labels[theirs]]
    return len(mine) if same.all() else 0


def _set_apart(digest: str, classes: tuple[str, ...]) -> str:
    """The protocol of faces that are no known protocol's."""
    return f"{OWN}-{digest[:8]}-{len(classes)}"


def _reordered(split: PredictedSplit, order: np.ndarray) -> PredictedSplit:
    return PredictedSplit(split.probabilities[order], split.labels[order], split.rows[order])
