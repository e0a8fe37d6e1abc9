"""Accuracy when the picture is bad: twelve disturbances, five severities, the same 1,000 faces.

After Hendrycks & Dietterich, "Benchmarking Neural Network Robustness to Common Corruptions and
Perturbations", ICLR 2019, with levels chosen for 48-px faces. As there, some kinds are kept from
every training: how a network does on those says how it does on what nobody thought of.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from typing import Protocol as Interface

import cv2
import numpy as np

from fer_core.evaluation.intervals import mean_interval, resample_weights
from fer_core.evaluation.schema import RobustnessPoint, RobustnessRecord

FACES = 1000
SEVERITIES = (1, 2, 3, 4, 5)

EYES_ROW = 18
"""Row of the eyes in FER2013's mean face, of 48."""

MOUTH_ROW = 38
"""Row of the mouth in FER2013's mean face."""


class Predicts(Interface):
    """Anything that answers faces with probabilities, such as `Classifier`."""

    def predict(self, faces: np.ndarray) -> np.ndarray:
        """Returns probabilities (n, classes) for uint8 faces (n, 48, 48)."""


@dataclass(frozen=True)
class Corruption:
    """One disturbance of faces.

    Attributes:
        title: As people read it.
        levels: What each severity sets, slight to strong.
        unit: What the levels are, for people to read.
        apply: From uint8 faces (n, 48, 48) and a level to uint8 faces.
        is_unseen: Whether no training may use it, nor any choice between trainings.
    """

    title: str
    levels: tuple[float, float, float, float, float]
    unit: str
    apply: Callable[[np.ndarray, float], np.ndarray]
    is_unseen: bool = False


def _each(
    change: Callable[[np.ndarray, float], np.ndarray],
) -> Callable[[np.ndarray, float], np.ndarray]:
    """Applies a change of one face to each."""
    return lambda faces, level: np.stack([change(face, level) for face in faces])


def _gray(values: np.ndarray) -> np.ndarray:
    result: np.ndarray = np.clip(np.rint(values), 0, 255).astype(np.uint8)
    return result


def _noise(faces: np.ndarray, level: float) -> np.ndarray:
    noise = np.random.default_rng(0).normal(0, level, faces.shape)
    return _gray(faces + noise)


def _contrast(faces: np.ndarray, level: float) -> np.ndarray:
    mean = faces.mean(axis=(1, 2), keepdims=True)
    return _gray(mean + (faces - mean) * level)


def _jpeg(face: np.ndarray, level: float) -> np.ndarray:
    _, encoded = cv2.imencode(".jpg", face, [cv2.IMWRITE_JPEG_QUALITY, int(level)])
    decoded = cv2.imdecode(encoded, cv2.IMREAD_GRAYSCALE)
    assert decoded is not None
    return decoded


def _rotation(face: np.ndarray, level: float) -> np.ndarray:
    height, width = face.shape
    turn = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), level, 1.0)
    return cv2.warpAffine(face, turn, (width, height), borderMode=cv2.BORDER_REPLICATE)


def _covered(row: int) -> Callable[[np.ndarray, float], np.ndarray]:
    """Covers a band across the face, centred on a row, with the face's own mean gray."""

    def cover(faces: np.ndarray, level: float) -> np.ndarray:
        top = row - int(level) // 2
        covered = faces.copy()
        covered[:, top : top + int(level)] = _gray(faces.mean(axis=(1, 2), keepdims=True))
        return covered

    return cover


def _motion(face: np.ndarray, level: float) -> np.ndarray:
    """Smears a face along a line of some pixels, 30 degrees from the horizontal."""
    length = int(level)
    line = np.zeros((length, length), np.float32)
    line[length // 2] = 1
    turn = cv2.getRotationMatrix2D(((length - 1) / 2, (length - 1) / 2), 30, 1.0)
    kernel = cv2.warpAffine(line, turn, (length, length))
    return cv2.filter2D(face, -1, kernel / kernel.sum(), borderType=cv2.BORDER_REPLICATE)


def _side_light(faces: np.ndarray, level: float) -> np.ndarray:
    """Dims a face evenly from its left edge, which keeps its light, to its right."""
    return _gray(faces * np.linspace(1, level, faces.shape[2]))


def _salt_and_pepper(faces: np.ndarray, level: float) -> np.ndarray:
    """Turns a share of the pixels black or white, those of a lower severity among them."""
    random = np.random.default_rng(0)
    struck, white = random.random(faces.shape) < level / 100, random.random(faces.shape) < 0.5
    return np.where(struck, np.where(white, 255, 0), faces).astype(np.uint8)


CORRUPTIONS: dict[str, Corruption] = {
    "blur": Corruption(
        "Blur",
        (0.5, 0.9, 1.3, 1.8, 2.5),
        "Gaussian sigma, px",
        _each(lambda face, level: cv2.GaussianBlur(face, (0, 0), level)),
    ),
    "noise": Corruption("Noise", (5, 10, 20, 30, 45), "sigma, gray levels", _noise),
    "darkness": Corruption(
        "Darkness",
        (0.7, 0.5, 0.35, 0.2, 0.1),
        "share of the light left",
        lambda faces, level: _gray(faces * level),
    ),
    "brightness": Corruption(
        "Brightness",
        (25, 50, 75, 100, 130),
        "gray levels added",
        lambda faces, level: _gray(faces.astype(np.float32) + level),
    ),
    "contrast": Corruption("Low contrast", (0.7, 0.5, 0.35, 0.2, 0.1), "share left", _contrast),
    "jpeg": Corruption("JPEG", (50, 30, 18, 10, 5), "quality, %", _each(_jpeg)),
    "rotation": Corruption("Rotation", (5, 10, 20, 30, 45), "degrees", _each(_rotation)),
    "eyes": Corruption("Eyes covered", (4, 6, 9, 12, 16), "rows of 48", _covered(EYES_ROW)),
    "mouth": Corruption("Mouth covered", (4, 6, 9, 12, 16), "rows of 48", _covered(MOUTH_ROW)),
    "motion": Corruption("Motion blur", (3, 5, 7, 9, 11), "px", _each(_motion), is_unseen=True),
    "side_light": Corruption(
        "Side light",
        (0.7, 0.5, 0.35, 0.2, 0.1),
        "share of the light left at the far edge",
        _side_light,
        is_unseen=True,
    ),
    "salt_and_pepper": Corruption(
        "Impulse noise",
        (1, 3, 6, 10, 15),
        "% of the pixels black or white",
        _salt_and_pepper,
        is_unseen=True,
    ),
}


def robustness_rows(labels: np.ndarray, faces: int = FACES) -> np.ndarray:
    """Returns which faces of a split are disturbed: a fixed stratified choice, ascending.

    Args:
        labels: Shape (n,); a split of no more than `faces` faces is taken whole.
        faces: How many to choose.
    """
    from sklearn.model_selection import train_test_split

    everything = np.arange(len(labels))
    if len(labels) <= faces:
        return everything
    chosen, _ = train_test_split(everything, train_size=faces, stratify=labels, random_state=0)
    return np.sort(chosen)


def measure_robustness(
    classifier: Predicts,
    faces: np.ndarray,
    labels: np.ndarray,
    progress: Callable[[int, int], None] = lambda done, total: None,
    known: RobustnessRecord | None = None,
) -> RobustnessRecord:
    """Returns accuracy with interval as the faces are, and under each disturbance and severity.

    Args:
        classifier: Answers uint8 faces.
        faces: uint8 array of shape (n, 48, 48).
        labels: Shape (n,), indices into the classifier's classes.
        progress: Called with steps done and steps in all.
        known: Measured on the same faces before; only what it lacks is measured.
    """
    points = list(known.points) if known else []
    there = {(point.corruption, point.severity) for point in points}
    weights = resample_weights(len(labels))
    steps = [("none", 0), *((name, severity) for name in CORRUPTIONS for severity in SEVERITIES)]
    steps = [step for step in steps if step not in there]
    for done, (name, severity) in enumerate(steps, start=1):
        changed = faces
        if severity:
            corruption = CORRUPTIONS[name]
            changed = corruption.apply(faces, corruption.levels[severity - 1])
        right = classifier.predict(changed).argmax(axis=1) == labels
        accuracy = mean_interval(right, weights)
        points.append(RobustnessPoint(corruption=name, severity=severity, accuracy=accuracy))
        progress(done, len(steps))
    return RobustnessRecord(n=len(labels), points=tuple(points))


def of_known_kinds(record: RobustnessRecord) -> RobustnessRecord | None:
    """Returns what a record says of the disturbances there are; None if that is nothing.

    A kind counts as measured where each of its severities was, beside the faces as they are.
    """
    there = {(point.corruption, point.severity) for point in record.points}
    known = [name for name in CORRUPTIONS if {(name, level) for level in SEVERITIES} <= there]
    if ("none", 0) not in there or not known:
        return None
    steps = {("none", 0), *product(known, SEVERITIES)}
    points = tuple(p for p in record.points if (p.corruption, p.severity) in steps)
    return record.model_copy(update={"points": points})


def mean_accuracy(record: RobustnessRecord, unseen: bool = False) -> float | None:
    """Returns the mean accuracy over kinds and severities; None if a kind was not measured.

    Args:
        record: What was measured.
        unseen: Of the kinds kept from training, instead of the others.
    """
    kinds = [name for name, kind in CORRUPTIONS.items() if kind.is_unseen == unseen]
    found = [point.accuracy.value for point in record.points if point.corruption in kinds]
    if len(found) < len(kinds) * len(SEVERITIES):
        return None
    return float(np.mean(found))
