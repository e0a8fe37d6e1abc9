"""A readable answer from probabilities that change with each frame."""

from dataclasses import dataclass

import numpy as np

from fer_core.inference.pipeline import NOT_SURE, FaceEmotion

MARGIN = 0.1
"""By how much another emotion must lead before the label switches to it."""
_SLACK = 0.03
"""How far confidence must pass the threshold, either way, before sure and not sure switch."""


@dataclass(frozen=True, eq=False)
class TrackedFace(FaceEmotion):
    """A face in one frame of many; its probabilities are smoothed over time.

    Attributes:
        number: The same in every frame.
        held: The label, which switches only by `MARGIN`.
        sure: Whether it was sure so far; moves the threshold a little, so that no answer flickers.
    """

    number: int
    held: str
    sure: bool

    @property
    def label(self) -> str:
        """The emotion that leads, or led until lately."""
        return self.held

    @property
    def confidence(self) -> float:
        """Probability of `label`, 0..1."""
        return float(self.probabilities[self.classes.index(self.held)])

    def answer(self, threshold: float | None = None) -> str:
        """Returns `label`, or "not sure" where that is too unlikely or the face is unreadable."""
        least = self.threshold if threshold is None else threshold
        bar = least - _SLACK if self.sure else least + _SLACK
        is_sure = least == 0 or self.confidence >= bar
        return self.label if is_sure and not self.unreadable else NOT_SURE


class Smoother:
    """Smooths one face's probabilities over time, and holds its label against flicker.

    Args:
        classes: Emotion names.
    """

    def __init__(self, classes: tuple[str, ...]) -> None:
        self.classes = classes
        self.probabilities: np.ndarray | None = None
        self.label = ""
        self.sure = False
        self._seconds = 0.0

    def update(
        self, probabilities: np.ndarray, seconds: float, half_life: float, threshold: float
    ) -> None:
        """Takes one frame's probabilities, shape (classes,).

        Args:
            probabilities: As the model gave them.
            seconds: Time of the frame.
            half_life: Seconds after which what was seen counts half; 0 smooths nothing.
            threshold: Confidence below which the answer is "not sure".
        """
        if self.probabilities is None:
            self.probabilities = probabilities
            self.label = self.classes[int(probabilities.argmax())]
            self.sure = float(probabilities.max()) >= threshold
        else:
            gone = max(seconds - self._seconds, 0.0)
            weight = 0.5 ** (gone / half_life) if half_life > 0 else 0.0
            mixed = weight * self.probabilities + (1 - weight) * probabilities
            self.probabilities = mixed.astype(np.float32)
            self._hold(threshold)
        self._seconds = seconds

    def _hold(self, threshold: float) -> None:
        assert self.probabilities is not None
        best = int(self.probabilities.argmax())
        held = float(self.probabilities[self.classes.index(self.label)])
        if float(self.probabilities[best]) >= held + MARGIN:
            self.label = self.classes[best]
            held = float(self.probabilities[best])
        self.sure = held >= (threshold - _SLACK if self.sure else threshold + _SLACK)
