"""How a saved model does on data that is not FER2013: recorded by name in `evaluation.json`."""

import numpy as np

from fer_core.dataset import FaceDataset
from fer_core.dataset.faces import USAGES
from fer_core.dataset.fingerprint import fingerprint
from fer_core.emotions import EMOTIONS
from fer_core.errors import EvaluationError
from fer_core.evaluation.evaluate import faces_to_judge, predict
from fer_core.evaluation.intervals import mean_interval, resample_weights
from fer_core.evaluation.record import read_evaluation
from fer_core.evaluation.schema import ElsewhereRecord, Evaluation
from fer_core.savedmodels import SavedModel


def measure_elsewhere(
    saved: SavedModel, dataset: FaceDataset, name: str, source: str
) -> ElsewhereRecord:
    """Returns the share of pictures read correctly; one without a face found counts as wrong.

    Which pictures these are is as in `evaluate.evaluate_own`.

    Args:
        saved: The model.
        dataset: Other data than what it was judged on.
        name: What the data is called.
        source: Where it comes from.

    Raises:
        EvaluationError: If it is the data that the model was judged on, or no face of it shows an
            emotion the model knows.
    """
    digest = fingerprint(dataset)
    if digest == read_evaluation(saved).data.sha256:
        raise EvaluationError(
            f"{dataset.source} is what {saved.name} was trained and judged on, so it is not "
            "elsewhere. Name other data."
        )
    rows = faces_to_judge(saved, dataset, digest)
    answers = predict(saved.folder, saved.classes, dataset, rows)
    right = answers.predicted == answers.labels
    labels = np.array(saved.classes)[answers.labels]
    unfound = _unfound(saved, dataset)
    right = np.concatenate([right, np.zeros(len(unfound), bool)])
    labels = np.concatenate([labels, unfound])
    return ElsewhereRecord(
        name=name,
        source=source,
        n=len(right),
        found=len(rows),
        right=mean_interval(right, resample_weights(len(right))),
        recall={
            emotion: mean_interval(shown, resample_weights(len(shown)))
            for emotion in saved.classes
            if len(shown := right[labels == emotion])
        },
        sha256=digest,
    )


def _unfound(saved: SavedModel, dataset: FaceDataset) -> np.ndarray:
    """Emotions, known to the model, of the judged pictures in which no face was found."""
    tests = USAGES.index("PrivateTest")
    has_tests = len(dataset.rows("PrivateTest")) > 0
    judged = [label for label, usage in dataset.unfound if not has_tests or usage == tests]
    names = [EMOTIONS[label] for label in judged]
    return np.array([name for name in names if name in saved.classes], dtype=str)


def with_elsewhere(record: Evaluation, measured: ElsewhereRecord) -> Evaluation:
    """Returns a judgement with a result on other data, in place of an earlier one of that name."""
    others = tuple(one for one in record.elsewhere if one.name != measured.name)
    return record.model_copy(update={"elsewhere": (*others, measured)})
