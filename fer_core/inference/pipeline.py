"""A picture -> the expression of each face in it."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from fer_core.errors import ImageError
from fer_core.faces import AUTO, Detector, FaceBox, crop, detector, fallback_notice
from fer_core.faces.readable import unreadable
from fer_core.inference.classifier import Classifier

SMALLEST_FACE = 20
"""Side, px, below which a picture shows no expression that could be read."""

NOT_SURE = "not sure"

SQUARES = (0.0, -0.05)
"""Margins of the squares whose answers are averaged: of 501 faces found, 68.9 % are then read
correctly, 67.1 % with the first alone (FER2013's PublicTest in `benchmarks/end_to_end.py`)."""


@dataclass(frozen=True, eq=False)
class FaceEmotion:
    """A face and how a model reads it.

    Attributes:
        box: Where it is in the picture.
        classes: Emotion names the model knows.
        probabilities: float32 array of shape (classes,), summing to 1.
        threshold: The model's own; see `answer`.
        unreadable: Why the face shows too little to be read, as "too small"; empty if it does not.
    """

    box: FaceBox
    classes: tuple[str, ...]
    probabilities: np.ndarray
    threshold: float = field(default=0.0, kw_only=True)
    unreadable: str = field(default="", kw_only=True)

    @property
    def label(self) -> str:
        """The likeliest emotion."""
        return self.classes[int(self.probabilities.argmax())]

    @property
    def confidence(self) -> float:
        """Probability of `label`, 0..1."""
        return float(self.probabilities.max())

    def answer(self, threshold: float | None = None) -> str:
        """Returns `label`, or "not sure" where that is too unlikely or the face is unreadable.

        Args:
            threshold: Least probability of what is answered; None takes the model's own.
        """
        least = self.threshold if threshold is None else threshold
        return self.label if self.confidence >= least and not self.unreadable else NOT_SURE

    def scaled(self, factor: float) -> "FaceEmotion":
        """Returns it as it is in the picture scaled by that factor."""
        return replace(self, box=self.box.scaled(factor))


class Pipeline:
    """Detect, cut out, classify; may be called by many threads at once.

    It can be copied and sent to another process, or another installation: a model loaded by name
    and a detector go by their names, and are opened as they lie there.

    Args:
        detector: Finds the faces.
        classifier: Reads them.
    """

    def __init__(self, detector: Detector, classifier: Classifier) -> None:
        self.detector = detector
        self.classifier = classifier

    @classmethod
    def load(cls, model: str, detector_name: str = AUTO, fast: bool = False) -> "Pipeline":
        """Returns the pipeline of a saved model.

        Args:
            model: Name of a saved model, as "custom_cnn".
            detector_name: As `faces.detector` takes it.
            fast: For video: small faces are left out.

        Raises:
            FerError: If model or detector are not available; the message says why.

        Warns:
            UserWarning: If "auto" has to do without YuNet; it says why and how to mend it.
        """
        if detector_name == AUTO and (notice := fallback_notice()):
            warnings.warn(notice, stacklevel=2)
        return cls(detector(detector_name, fast), Classifier.load(model))

    def analyze(self, rgb: np.ndarray) -> list[FaceEmotion]:
        """Returns every face found in a uint8 RGB picture (h, w, 3), from left to right.

        Each is read twice, as it is framed and a little tighter, and the answers are averaged.

        Raises:
            ImageError: If the array is not such a picture.
        """
        _check(rgb)
        boxes = sorted(self.detector.detect(rgb), key=lambda box: (box.left, box.top))
        return self._read(rgb, boxes, SQUARES)

    def analyze_whole(self, rgb: np.ndarray) -> FaceEmotion:
        """Returns how the model reads the middle square of a picture, taken as one face.

        Raises:
            ImageError: If the picture is too small to show a face.
        """
        _check(rgb)
        height, width = rgb.shape[:2]
        side = min(height, width)
        if side < SMALLEST_FACE:
            raise ImageError(
                f"The picture is {width} × {height} pixels: too small to show a face. "
                f"Use one of at least {SMALLEST_FACE} × {SMALLEST_FACE}."
            )
        middle = FaceBox((width - side) // 2, (height - side) // 2, side, side)
        return self._read(rgb, [middle])[0]

    def _read(
        self, rgb: np.ndarray, boxes: list[FaceBox], margins: Sequence[float] = (0.0,)
    ) -> list[FaceEmotion]:
        cut = [crop(rgb, boxes, margin) for margin in margins]
        answers = np.mean([self.classifier.predict(faces) for faces in cut], axis=0)
        return [
            FaceEmotion(
                box,
                self.classifier.classes,
                probabilities,
                threshold=self.classifier.threshold,
                unreadable=unreadable(box, face, rgb.shape[1], rgb.shape[0]),
            )
            for box, face, probabilities in zip(boxes, cut[0], answers, strict=True)
        ]


def _check(rgb: object) -> None:
    if not isinstance(rgb, np.ndarray):
        raise ImageError(
            f"A picture must be a NumPy array, not {type(rgb).__name__}: `fer_core.decode` makes "
            "one of a file's bytes."
        )
    if rgb.dtype != np.uint8 or rgb.ndim != 3 or rgb.shape[2] != 3 or rgb.size == 0:
        raise ImageError(
            f"A picture must be a uint8 array of shape (height, width, 3), RGB, "
            f"not {rgb.dtype} of shape {rgb.shape}. `fer_core.decode` makes one of a file."
        )
