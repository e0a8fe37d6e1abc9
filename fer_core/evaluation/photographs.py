"""A saved model's figures on photographs, as its record holds them: found by one detector, read."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from fer_core.dataset import FaceDataset
from fer_core.emotions import EMOTIONS
from fer_core.errors import EvaluationError
from fer_core.evaluation.end_to_end import (
    Answer,
    Answers,
    end_to_end_rows,
    measure_end_to_end,
)
from fer_core.evaluation.intervals import mean_interval, resample_weights
from fer_core.evaluation.schema import EndToEndRecord
from fer_core.faces import Detector, FaceBox
from fer_core.inference.classifier import Classifier
from fer_core.inference.pipeline import NOT_SURE, Pipeline

RECORDED = ("upright", "80px", "40px", "turned30", "turned45", "dark", "noise")
"""Keys of `end_to_end.CONDITIONS`."""

USAGE = "PrivateTest"
"""FER2013's split that records are of: once a model, and never to choose by."""


def reading(pipeline: Pipeline) -> Callable[[np.ndarray], Answers]:
    """Returns what `measure_end_to_end` takes as a system."""
    return lambda rgb: [
        Answer(face.box, face.label, face.answer() != NOT_SURE) for face in pipeline.analyze(rgb)
    ]


def measure_on_photographs(
    dataset: FaceDataset,
    classifiers: Mapping[str, Classifier],
    finder: Detector,
    progress: Callable[[int, int], None] = lambda done, total: None,
    usage: str = USAGE,
    conditions: Sequence[str] = RECORDED,
) -> dict[str, EndToEndRecord]:
    """Returns the record of each model on the same faces in the same pictures.

    Each picture is searched once for all models: what is found does not depend on them.

    Args:
        dataset: FER2013.
        classifiers: Each knows the seven emotions, by the model's name.
        finder: Finds the faces.
        progress: Called with pictures done and pictures in all.
        usage: The split whose faces are laid.
        conditions: Keys of `end_to_end.CONDITIONS`.

    Raises:
        EvaluationError: As `require_all_emotions`.
    """
    for name, classifier in classifiers.items():
        require_all_emotions(name, classifier.classes)
    rows = end_to_end_rows(dataset, usage, EMOTIONS)
    faces, labels = dataset.images[rows], [EMOTIONS[label] for label in dataset.labels[rows]]
    once = _Once(finder)
    systems = {name: reading(Pipeline(once, one)) for name, one in classifiers.items()}
    measured = measure_end_to_end(systems, faces, labels, usage, progress, conditions)
    return {
        name: EndToEndRecord(
            n=measured.n,
            usage=usage,
            points=tuple(
                point.model_copy(update={"system": finder.name})
                for point in measured.points
                if point.system == name
            ),
            cut=mean_interval(
                np.array(one.classes)[one.predict(faces).argmax(axis=1)] == np.array(labels),
                resample_weights(len(faces)),
            ),
        )
        for name, one in classifiers.items()
    }


def require_all_emotions(name: str, classes: Sequence[str]) -> None:
    """Refuses a model of fewer emotions: the faces laid into photographs may have trained it.

    Raises:
        EvaluationError: If it does not know all seven.
    """
    if set(classes) != set(EMOTIONS):
        raise EvaluationError(
            f"{name} knows {len(classes)} emotions. Faces of FER2013's {len(EMOTIONS)} are laid "
            "into photographs, and some of them may have trained it: choose a model of all seven."
        )


class _Once:
    """A detector that searches a picture once, however often it is shown in a row."""

    def __init__(self, finder: Detector) -> None:
        self.name = finder.name
        self._finder = finder
        self._rgb: np.ndarray | None = None
        self._found: list[FaceBox] = []

    def detect(self, rgb: np.ndarray) -> list[FaceBox]:
        """Returns what its detector finds, or found just before."""
        if rgb is not self._rgb:
            self._rgb, self._found = rgb, self._finder.detect(rgb)
        return self._found
