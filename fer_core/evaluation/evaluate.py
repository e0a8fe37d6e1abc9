"""Running a saved model on its validation and test faces, and judging what it answered."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np

from fer_core.common.digest import sha256
from fer_core.dataset import FaceDataset, find_protocol
from fer_core.dataset.fingerprint import fingerprint
from fer_core.emotions import EMOTIONS, is_one_of, reindexed
from fer_core.errors import EvaluationError
from fer_core.evaluation import cost
from fer_core.evaluation.judge import judge
from fer_core.evaluation.record import read_evaluation
from fer_core.evaluation.robustness import measure_robustness, robustness_rows
from fer_core.evaluation.schema import CostRecord, DataRecord, Evaluation
from fer_core.models import find
from fer_core.savedmodels import (
    PredictedSplit,
    Predictions,
    RunRecord,
    SavedModel,
    read_predictions,
    read_run,
    write_predictions,
)
from fer_core.savedmodels.ensemble import answering, networks_of

OWN = "own"
"""Name of the protocol of data that is not FER2013: every face of a known emotion tests."""


def evaluate(folder: Path, dataset: FaceDataset) -> tuple[Predictions, Evaluation]:
    """Runs a saved model, uncalibrated, on its protocol's faces and judges the answers.

    The folder's files are read as they are, not checked against the manifest: a training ends
    with this, before its files are recorded. Open it with `open_model` first where it matters.

    Args:
        folder: `weights/<name>/`, with `recipe.json` and its network or ensemble.
        dataset: FER2013.

    Returns:
        The predictions, as `predictions.npz` will hold them, and the judgement.

    Raises:
        DatasetError: If the protocol finds no faces to select by or to test on.
    """
    run = read_run(folder / "recipe.json")
    classes = run.classes
    protocol = find_protocol(run.protocol)
    split = protocol.whole_split(dataset, "validation", "test")
    predictions = as_stored(
        Predictions(
            classes,
            predict(folder, classes, dataset, split.validation),
            predict(folder, classes, dataset, split.test),
        )
    )
    same_faces = np.array_equal(predictions.validation.rows, predictions.test.rows)
    record = judge(
        predictions,
        name=run.name,
        protocol=protocol.name,
        optimistic=same_faces,
        cost=measure_cost(folder, run, dataset.images[split.test]),
        data=DataRecord(sha256=fingerprint(dataset), faces=len(dataset)),
        model_sha256=sha256(answering(folder)),
        seed=run.seed,
    )
    return predictions, record


def evaluate_own(saved: SavedModel, dataset: FaceDataset) -> tuple[Predictions, Evaluation]:
    """Judges a saved model on data of your own: any faces with labels.

    Where the dataset has a test split (PrivateTest, a folder `test`), only that is used, else
    every face; of the same data it was trained on, only its protocol's test faces. Faces whose
    emotion the model does not know are left out and counted. The temperature is the model's own:
    nothing is fitted to the data.

    Raises:
        EvaluationError: If no face of the dataset shows an emotion the model knows.
    """
    run = saved.run()
    digest = fingerprint(dataset)
    known = faces_to_judge(saved, dataset, digest)
    left_out = len(_tested(saved, dataset, digest)) - len(known)
    predictions = as_stored(
        Predictions(
            saved.classes,
            predict(saved.folder, saved.classes, dataset, known[:0]),
            predict(saved.folder, saved.classes, dataset, known),
        )
    )
    record = judge(
        predictions,
        saved.temperature,
        name=saved.name,
        protocol=OWN,
        optimistic=False,
        cost=measure_cost(saved.folder, run, dataset.images[known]),
        data=DataRecord(sha256=digest, faces=len(dataset), left_out=left_out),
        model_sha256=sha256(answering(saved.folder)),
        seed=run.seed,
    )
    return predictions, record


def seconds_to_judge(saved: SavedModel, dataset: FaceDataset) -> float:
    """Returns about how long `evaluate_own` takes, by the model's recorded time for a face, s.

    Raises:
        EvaluationError: As `evaluate_own` does.
    """
    faces = len(faces_to_judge(saved, dataset, fingerprint(dataset)))
    return faces * read_evaluation(saved).cost.milliseconds / 1000


def faces_to_judge(saved: SavedModel, dataset: FaceDataset, digest: str) -> np.ndarray:
    """Returns the rows of data of your own that judge a model, as `evaluate_own` says.

    Args:
        saved: The model.
        dataset: Any faces.
        digest: Its fingerprint.

    Raises:
        EvaluationError: If no face shows an emotion the model knows.
    """
    rows = _tested(saved, dataset, digest)
    known: np.ndarray = rows[is_one_of(dataset.labels[rows], saved.classes)]
    if len(known) == 0:
        raise EvaluationError(
            f"No face of {dataset.source} shows one of {saved.name}'s emotions: "
            f"{', '.join(saved.classes)}."
        )
    return known


def _tested(saved: SavedModel, dataset: FaceDataset, digest: str) -> np.ndarray:
    """The test faces there, or all where there are none, whatever they show."""
    if digest == read_evaluation(saved).data.sha256:
        tested = find_protocol(saved.run().protocol).split(dataset).test
    else:
        tested = dataset.rows("PrivateTest")
    return tested if len(tested) else np.arange(len(dataset), dtype=np.int32)


def judge_stored(saved: SavedModel) -> Evaluation:
    """Judges the answers in `predictions.npz` again; runs no network and needs no data.

    The temperature is fitted to them again. What was measured otherwise (cost, robustness, faces in
    photographs, which data it was) is kept as recorded.

    Raises:
        CorruptModel: If the record or the answers cannot be read.
    """
    recorded = read_evaluation(saved)
    judged = judge(
        saved.predictions(),
        name=recorded.name,
        protocol=recorded.protocol,
        optimistic=recorded.optimistic,
        cost=recorded.cost,
        data=recorded.data,
        model_sha256=recorded.model_sha256,
        seed=recorded.seed,
    )
    of_answers: tuple[str, ...] = ("validation", "test", "per_class", "confusion", "calibration")
    if recorded.default_threshold is not None:
        of_answers += ("default_threshold",)
    return recorded.model_copy(update={name: getattr(judged, name) for name in of_answers})


def with_robustness(
    folder: Path,
    dataset: FaceDataset,
    predictions: Predictions,
    record: Evaluation,
    progress: Callable[[int, int], None],
) -> Evaluation:
    """Returns the judgement with accuracy under disturbances, measured on 1,000 test faces.

    Args:
        folder: `weights/<name>/`.
        dataset: What `predictions` were made on.
        predictions: Tell which faces tested.
        record: The judgement so far.
        progress: Called with steps done and steps in all.
    """
    from fer_core.inference.classifier import Classifier

    chosen = robustness_rows(predictions.test.labels)
    classifier = Classifier(networks_of(folder), predictions.classes)
    measured = measure_robustness(
        classifier,
        dataset.images[predictions.test.rows[chosen]],
        predictions.test.labels[chosen],
        progress,
    )
    return record.model_copy(update={"robustness": measured})


def predict(
    folder: Path, classes: tuple[str, ...], dataset: FaceDataset, rows: np.ndarray
) -> PredictedSplit:
    """Returns the model's uncalibrated answers on some rows of a dataset.

    Raises:
        DatasetError: If a row's emotion is none of the classes.
    """
    from fer_core.inference.classifier import Classifier

    labels = reindexed(dataset.labels[rows], EMOTIONS, classes)
    probabilities = Classifier(networks_of(folder), classes).predict(dataset.images[rows])
    return PredictedSplit(probabilities, labels, rows.astype(np.int32))


def as_stored(predictions: Predictions) -> Predictions:
    """Returns the predictions rounded as the file holds them, which alone gives the figures."""
    file = BytesIO()
    write_predictions(file, predictions)
    file.seek(0)
    return read_predictions(file)


def measure_cost(folder: Path, run: RunRecord, faces: np.ndarray) -> CostRecord:
    """Returns what the model costs, timed on some faces (uint8, (n, 48, 48)).

    An ensemble runs its members one after another, so it costs their sum.
    """
    paths = list(networks_of(folder))
    if run.parameters is None or run.trainable is None:
        parameters, trainable = find(run.name).parameters, find(run.name).trainable
    else:
        parameters, trainable = run.parameters, run.trainable
    return CostRecord(
        parameters=parameters,
        trainable=trainable,
        macs=sum(map(cost.multiply_accumulates, paths)),
        size=sum(path.stat().st_size for path in paths),
        milliseconds=round(sum(cost.milliseconds_per_face(path, faces) for path in paths), 4),
        machine=cost.machine(),
    )
