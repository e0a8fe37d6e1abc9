"""From stored predictions to the recorded judgement; nothing is run here."""

import subprocess
from importlib.metadata import PackageNotFoundError, version

import numpy as np

from fer_core.evaluation import calibration
from fer_core.evaluation.intervals import metric_intervals, per_class_intervals, resample_weights
from fer_core.evaluation.metrics import confusion_matrix, largest_share, log_losses
from fer_core.evaluation.schema import (
    CalibrationFigures,
    CalibrationRecord,
    ClassRecord,
    CostRecord,
    DataRecord,
    Evaluation,
    SplitRecord,
)
from fer_core.savedmodels import EVALUATION_SCHEMA, PredictedSplit, Predictions
from fer_core.savedmodels.temperature import apply_temperature
from fer_core.savedmodels.threshold import default_threshold
from fer_core.settings import ROOT

_LIBRARIES = (
    "ai-edge-litert",
    "keras",
    "tensorflow-cpu",
    "tensorflow",
    "jax",
    "numpy",
    "scikit-learn",
)


def judge(
    predictions: Predictions,
    temperature: float | None = None,
    *,
    name: str,
    protocol: str,
    optimistic: bool,
    cost: CostRecord,
    data: DataRecord,
    model_sha256: str,
    seed: int | None,
) -> Evaluation:
    """Returns the judgement of predictions.

    Args:
        predictions: As stored. An empty validation split is left out.
        temperature: Of the answers that are shown; if not given, fitted on the validation split.
        name: Registry name.
        protocol: Key in `PROTOCOLS`, or `evaluate.OWN`.
        optimistic: Whether the test faces also selected the model.
        cost: What was measured of the model.
        data: Fingerprint of the data.
        model_sha256: sha256 of the `model.tflite` that answered.
        seed: Seed of its training.
    """
    test, validation = predictions.test, predictions.validation
    if temperature is None:
        temperature = calibration.fit_temperature(validation.probabilities, validation.labels)
    return Evaluation(
        schema=EVALUATION_SCHEMA,
        name=name,
        protocol=protocol,
        classes=predictions.classes,
        optimistic=optimistic,
        validation=judge_split(validation) if len(validation) else None,
        test=judge_split(test),
        per_class=judge_classes(test, predictions.classes),
        confusion=judge_confusion(test, predictions.classes),
        calibration=calibration_of(test, temperature),
        default_threshold=threshold_of(validation, temperature),
        cost=cost,
        data=data,
        model_sha256=model_sha256,
        seed=seed,
        commit=git_commit(),
        versions=library_versions(),
    )


def threshold_of(validation: PredictedSplit, temperature: float) -> float | None:
    """Returns the threshold below which the model is not sure; None without validation faces."""
    if not len(validation):
        return None
    confidence = apply_temperature(validation.probabilities, temperature).max(axis=1)
    return default_threshold(confidence, validation.predicted == validation.labels)


def judge_split(split: PredictedSplit) -> SplitRecord:
    """Returns every metric of a split with its interval."""
    return SplitRecord(
        n=len(split),
        baseline=largest_share(split.labels),
        metrics=metric_intervals(split, resample_weights(len(split))),
    )


def judge_classes(split: PredictedSplit, classes: tuple[str, ...]) -> tuple[ClassRecord, ...]:
    """Returns precision, recall, F1 and support of each class."""
    intervals = per_class_intervals(split, resample_weights(len(split)))
    support = np.bincount(split.labels, minlength=len(classes))
    return tuple(
        ClassRecord(
            name=name,
            support=int(support[index]),
            **{metric: values[index] for metric, values in intervals.items()},
        )
        for index, name in enumerate(classes)
    )


def judge_confusion(split: PredictedSplit, classes: tuple[str, ...]) -> tuple[tuple[int, ...], ...]:
    """Returns counts, rows truth, columns prediction."""
    counts = confusion_matrix(split.labels, split.predicted, len(classes))
    return tuple(tuple(int(count) for count in row) for row in counts)


def judge_calibration(probabilities: np.ndarray, labels: np.ndarray) -> CalibrationFigures:
    """Returns ECE, MCE, Brier score and log-loss."""
    bins = calibration.reliability(probabilities, labels)
    return CalibrationFigures(
        ece=bins.ece,
        mce=bins.mce,
        brier=calibration.brier(probabilities, labels),
        log_loss=float(log_losses(probabilities, labels).mean()),
    )


def git_commit() -> str | None:
    """Returns the commit that is checked out, or None outside a checkout of this project."""
    if not (ROOT / ".git").exists():  # installed inside somebody else's repository
        return None
    try:
        answer = subprocess.run(
            ["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return answer.stdout.strip()


def library_versions() -> dict[str, str]:
    """Returns the versions of the libraries that decide the figures, of those installed."""
    versions = {}
    for library in _LIBRARIES:
        try:
            versions[library] = version(library)
        except PackageNotFoundError:
            continue
    return versions


def calibration_of(split: PredictedSplit, temperature: float) -> CalibrationRecord:
    """Returns what a temperature does to answers that it was not fitted on."""
    softened = apply_temperature(split.probabilities, temperature)
    return CalibrationRecord(
        temperature=temperature,
        before=judge_calibration(split.probabilities, split.labels),
        after=judge_calibration(softened, split.labels),
    )
