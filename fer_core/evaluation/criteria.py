"""What may matter of a model, and what somebody needs: the figures that a choice is weighed by.

Every criterion is a share, 0..1, so that a point is a point.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from fer_core.evaluation.comparison import Contender
from fer_core.evaluation.photographs import RECORDED
from fer_core.evaluation.robustness import mean_accuracy

DOUBLING = 0.005
"""Taken off for each doubling of the time a face takes, beyond the fastest model's."""

_LIGHT = ("darkness", "brightness", "contrast", "side_light")
_CAMERA = ("noise", "blur", "motion", "jpeg", "salt_and_pepper")


@dataclass(frozen=True)
class Conditions:
    """What somebody needs of a model.

    Attributes:
        title: As people read it.
        weights: What matters and how much: keys of `CRITERIA` and figures of at least 0, of which
            only the proportions count.
        emotions: Those that must be recognised; the rarest if none is named.
        costly: The emotion whose false alarms are costly; "angry" if none is named.
        doubling: Taken off for each doubling of the time a face takes, a share.
        longest: Most milliseconds that a face may take, or None.
        largest: Most megabytes that the file may have, or None.
    """

    title: str
    weights: tuple[tuple[str, float], ...]
    emotions: tuple[str, ...] = ()
    costly: str = "angry"
    doubling: float = DOUBLING
    longest: float | None = None
    largest: float | None = None

    def allows(self, contender: Contender) -> bool:
        """Returns whether a model keeps to time and size; one whose cost is unknown does not."""
        cost = contender.cost
        if cost is None:
            return False
        in_time = self.longest is None or cost.milliseconds <= self.longest
        return in_time and (self.largest is None or cost.size <= 1e6 * self.largest)

    @property
    def limits(self) -> str:
        """The limits in words, or nothing."""
        limits = (
            f"{self.longest:g} ms per face" if self.longest is not None else "",
            f"{self.largest:g} MB" if self.largest is not None else "",
        )
        return " and ".join(filter(None, limits))


@dataclass(frozen=True)
class Criterion:
    """Something that may matter.

    Attributes:
        title: As people read it.
        share: From a model and what is needed to its figure, 0..1; None where it is not known.
        help: What the figure is, for people to read.
    """

    title: str
    share: Callable[[Contender, Conditions], float | None]
    help: str

    def named(self, conditions: Conditions) -> str:
        """Returns the title with the emotions that the conditions name."""
        emotions = ", ".join(conditions.emotions) or "the rarest emotion"
        return self.title.format(emotions=emotions, costly=conditions.costly)


def mean_under(one: Contender, kinds: Sequence[str]) -> float | None:
    """Returns mean accuracy over kinds of disturbance and severities; None where one is unknown."""
    if one.robustness is None:
        return None
    points = [point for point in one.robustness.points if point.corruption in kinds]
    if not set(kinds) <= {point.corruption for point in points}:
        return None
    return float(np.mean([point.accuracy.value for point in points]))


def _accuracy(contender: Contender, conditions: Conditions) -> float:
    return contender.accuracy.value


def _disturbed(contender: Contender, conditions: Conditions) -> float | None:
    return mean_accuracy(contender.robustness) if contender.robustness else None


def _light(contender: Contender, conditions: Conditions) -> float | None:
    return mean_under(contender, _LIGHT)


def _camera(contender: Contender, conditions: Conditions) -> float | None:
    return mean_under(contender, _CAMERA)


def _photographs(contender: Contender, conditions: Conditions) -> float | None:
    """Mean over the recorded conditions, of the detector measured first; None if one is missing."""
    if contender.end_to_end is None or not contender.end_to_end.points:
        return None
    points = contender.end_to_end.points
    right = {p.condition: p.right.value for p in points if p.system == points[0].system}
    if not set(RECORDED) <= set(right):
        return None
    return float(np.mean([right[condition] for condition in RECORDED]))


def _recognised(contender: Contender, conditions: Conditions) -> float | None:
    """Mean recall of the emotions that count; None where the model does not know them all."""
    recall = {row.name: row.recall.value for row in contender.per_class}
    if not conditions.emotions:
        return min(contender.per_class, key=lambda row: row.support).recall.value
    if not set(conditions.emotions) <= set(recall):
        return None
    return float(np.mean([recall[emotion] for emotion in conditions.emotions]))


def _trusted(contender: Contender, conditions: Conditions) -> float | None:
    """Precision of the emotion whose false alarms are costly; None where it is not known."""
    precision = {row.name: row.precision.value for row in contender.per_class}
    return precision.get(conditions.costly)


def _calibration(contender: Contender, conditions: Conditions) -> float:
    return 1 - contender.calibration.after.ece


CRITERIA: dict[str, Criterion] = {
    "accuracy": Criterion(
        "accuracy", _accuracy, "Share of the test faces read correctly, all emotions."
    ),
    "disturbed": Criterion(
        "mean over disturbances", _disturbed, "Mean accuracy over nine disturbances."
    ),
    "light": Criterion(
        "bad light", _light, "Mean accuracy in darkness, glare, low contrast and light from a side."
    ),
    "camera": Criterion(
        "a poor camera", _camera, "Mean accuracy under noise, blur, motion and hard compression."
    ),
    "photographs": Criterion(
        "end to end on photographs",
        _photographs,
        "Share right when faces must first be found in whole photographs.",
    ),
    "recognised": Criterion(
        "recall of {emotions}", _recognised, "Share of the faces of these emotions recognised."
    ),
    "trusted": Criterion(
        "few false “{costly}”", _trusted, "Share of the answers of this emotion that are right."
    ),
    "calibration": Criterion(
        "calibration", _calibration, "How well stated confidence agrees with accuracy."
    ),
}

PRESETS: dict[str, Conditions] = {
    "general": Conditions(
        "Anything",
        (
            ("accuracy", 40),
            ("disturbed", 25),
            ("photographs", 20),
            ("recognised", 5),
            ("calibration", 10),
        ),
    ),
    "dark": Conditions(
        "Kiosk in a dark room",
        (("light", 45), ("accuracy", 25), ("photographs", 20), ("calibration", 10)),
    ),
    "phone": Conditions(
        "Phone app",
        (("camera", 35), ("accuracy", 30), ("photographs", 25), ("calibration", 10)),
        longest=5,
        largest=5,
    ),
    "stills": Conditions(
        "Research on stills",
        (("accuracy", 50), ("recognised", 25), ("calibration", 25)),
        doubling=0,
    ),
}
"""Conditions to begin with; the first is what is recommended where none are stated."""
