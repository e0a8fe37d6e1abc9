"""What `evaluation.json` holds, schema 1: the recorded judgement of one saved model.

Everything a page shows about how good a model is, is read from there or from `predictions.npz`.
"""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from fer_core.emotions import EMOTIONS
from fer_core.evaluation.intervals import Interval


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, protected_namespaces=(), populate_by_name=True)


class ClassRecord(_Record):
    """One class of the test split.

    Attributes:
        name: Emotion.
        support: Number of faces of it.
        precision: Right among those answered so, 0..1.
        recall: Found among those that are so, 0..1.
        f1: Harmonic mean of both.
    """

    name: str
    support: int
    precision: Interval
    recall: Interval
    f1: Interval


class SplitRecord(_Record):
    """How a model did on one split, uncalibrated.

    Attributes:
        n: Number of faces.
        baseline: Accuracy of always answering the split's most frequent class.
        metrics: An interval for each key of `metrics.METRICS`; a file may hold fewer, which
            `read_evaluation` completes, and others, which are left alone.
    """

    n: int
    baseline: float
    metrics: dict[str, Interval]


class CalibrationFigures(_Record):
    """Calibration on the test split; see `evaluation.calibration` for each."""

    ece: float
    mce: float
    brier: float
    log_loss: float


class CalibrationRecord(_Record):
    """Temperature fitted on the validation split, and what it does to the test split.

    Attributes:
        temperature: Probabilities are shown as softmax(log p / temperature).
        before: At temperature 1.
        after: At the fitted temperature.
    """

    temperature: float = Field(gt=0)
    before: CalibrationFigures
    after: CalibrationFigures


class CostRecord(_Record):
    """What an answer costs.

    Attributes:
        parameters: Number of parameters, trainable or not.
        trainable: Number of trainable ones.
        macs: Multiply-accumulate operations per face.
        size: Bytes of `model.tflite`; of an ensemble, of all its members'.
        milliseconds: Median per face: one face at a time, warm, one thread.
        machine: Processor it was timed on.
    """

    parameters: int
    trainable: int
    macs: int
    size: int
    milliseconds: float
    machine: str


class RobustnessPoint(_Record):
    """Accuracy on the robustness faces under one disturbance.

    Attributes:
        corruption: Key in `robustness.CORRUPTIONS`, or "none" for the faces as they are.
        severity: 1 (slight) .. 5 (strong); 0 for "none".
        accuracy: With its interval.
    """

    corruption: str
    severity: int
    accuracy: Interval


class RobustnessRecord(_Record):
    """Accuracy under disturbances, all on the same faces.

    Attributes:
        n: Number of faces.
        points: One for "none", then one per corruption and severity.
    """

    n: int
    points: tuple[RobustnessPoint, ...]


class EndToEndPoint(_Record):
    """What one system made of the same faces in photographs, under one condition.

    Attributes:
        condition: Key in `end_to_end.CONDITIONS`.
        system: Key of a face detector, or the name of a peer.
        found: Share of the faces that were found.
        right_of_found: Share of these whose likeliest emotion is right.
        right: Share of all faces that were found and read correctly.
        answered: Share of all faces that were answered other than by "not sure".
        right_of_answered: Share of these that is right.
        false: Boxes about nothing, in all pictures.
    """

    condition: str
    system: str
    found: Interval
    right_of_found: Interval
    right: Interval
    answered: Interval
    right_of_answered: Interval
    false: int


class EndToEndRecord(_Record):
    """How a model reads faces that must first be found, all the same faces.

    Attributes:
        n: Number of faces.
        usage: FER2013's split they are of.
        points: One per condition and system.
        cut: Share of the same faces that is read correctly as they come, cut out already.
    """

    n: int
    usage: str
    points: tuple[EndToEndPoint, ...]
    cut: Interval | None = None


class ElsewhereRecord(_Record):
    """How a model did on data other than what it was trained and tested on.

    Attributes:
        name: What the data is called, such as "photographs".
        source: Where it comes from and what is to be said of it.
        n: Number of pictures that show an emotion the model knows, a face found in them or not.
        found: In how many of them a face was found; the others count as wrong.
        right: Share of the n that is read correctly.
        recall: The same of each emotion that occurs.
        sha256: Fingerprint of the faces and their labels.
    """

    name: str
    source: str
    n: int
    found: int
    right: Interval
    recall: dict[str, Interval]
    sha256: str


class DataRecord(_Record):
    """Which data it was judged on.

    Attributes:
        sha256: Fingerprint of every image and label of the dataset.
        faces: Number of faces in it.
        left_out: Faces of the judged split whose emotion the model does not know.
    """

    sha256: str
    faces: int
    left_out: int = 0


class Evaluation(_Record):
    """The whole judgement.

    Attributes:
        schema_number: `savedmodels.EVALUATION_SCHEMA`; "schema" in the file.
        name: Registry name.
        protocol: Key in `dataset.PROTOCOLS`, or "own" for data that is not FER2013.
        classes: Emotion names in the order of the outputs.
        optimistic: Whether the test faces also selected the model.
        validation: The split that selected; None for data of your own.
        test: The split that was touched once.
        per_class: The test split class by class.
        confusion: Counts on the test split, rows truth, columns prediction.
        calibration: Temperature and its effect.
        default_threshold: Confidence below which the answer is "not sure" unless another is asked
            for; None in records of earlier versions and of data of your own.
        cost: Parameters, operations, size, latency.
        robustness: Accuracy under disturbances; None until `evaluate --robustness` has run.
        end_to_end: Faces laid into photographs; None where that was not measured.
        elsewhere: On other data, as `evaluate --record-as` measured it.
        data: Fingerprint of the data.
        model_sha256: sha256 of the `model.tflite` that answered, or of `ensemble.json`, which holds
            its members'.
        seed: Seed of the training.
        commit: Git commit it was evaluated at; None outside a checkout.
        versions: Library versions.
    """

    schema_number: int = Field(alias="schema")
    name: str
    protocol: str
    classes: tuple[str, ...]
    optimistic: bool
    validation: SplitRecord | None
    test: SplitRecord
    per_class: tuple[ClassRecord, ...]
    confusion: tuple[tuple[int, ...], ...]
    calibration: CalibrationRecord
    default_threshold: float | None = None
    cost: CostRecord
    robustness: RobustnessRecord | None = None
    end_to_end: EndToEndRecord | None = None
    elsewhere: tuple[ElsewhereRecord, ...] = ()
    data: DataRecord
    model_sha256: str
    seed: int | None = None
    commit: str | None = None
    versions: dict[str, str] = {}

    def titled(self, title: str) -> str:
        """Returns the model's title, marked where the faces that test it also selected it."""
        return f"{title} (optimistic)" if self.optimistic else title

    @model_validator(mode="after")
    def _is_of_its_classes(self) -> "Evaluation":
        if len(set(self.classes)) < len(self.classes) or not set(self.classes) <= set(EMOTIONS):
            raise ValueError("classes must be emotions, each once")
        if tuple(row.name for row in self.per_class) != self.classes:
            raise ValueError("per_class is not of these classes")
        return self

    def as_json(self) -> dict[str, Any]:
        """Returns what `evaluation.json` holds."""
        return self.model_dump(mode="json", by_alias=True)
