"""What is read right on a photograph: found, cut out and read, where a missed face is wrong.

Faces of FER2013 are laid into scenes drawn by code, turned, shrunk, darkened or with noise, each
at a place of its own. FER2013's faces come cut out, and were all found by a detector once: a
model's accuracy on them is what this can reach at best.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import cv2
import numpy as np

from fer_core.dataset import FaceDataset
from fer_core.emotions import is_one_of
from fer_core.evaluation.intervals import (
    Interval,
    mean_interval,
    percentile_interval,
    resample_weights,
)
from fer_core.evaluation.robustness import robustness_rows
from fer_core.evaluation.scenes import scene
from fer_core.evaluation.schema import EndToEndPoint, EndToEndRecord
from fer_core.faces import FaceBox
from fer_core.images import FACE_SIZE

FACES = 1050
WIDTH, HEIGHT = 640, 480
"""Size of the pictures, px."""

_SCENES = 50
"""Different scenes; they are kept while a condition is measured, 46 MB."""
_BLANK = 10
"""Faces whose gray deviates by less than this show nothing."""


@dataclass(frozen=True)
class Condition:
    """How faces are laid into pictures.

    Attributes:
        title: As people read it.
        side: Of the face, px.
        degrees: By which it is turned, to the left and to the right by turns.
        light: Share of the light left.
        noise: Sigma of Gaussian noise over the picture, gray levels.
    """

    title: str
    side: int = 160
    degrees: float = 0.0
    light: float = 1.0
    noise: float = 0.0


CONDITIONS: dict[str, Condition] = {
    "upright": Condition("160 px, upright"),
    "80px": Condition("80 px", side=80),
    "40px": Condition("40 px", side=40),
    "turned15": Condition("Turned 15°", degrees=15),
    "turned30": Condition("Turned 30°", degrees=30),
    "turned45": Condition("Turned 45°", degrees=45),
    "dark": Condition("A fifth of the light", light=0.2),
    "noise": Condition("Noise", noise=20),
}


class Answer(NamedTuple):
    """One face that a system found in a picture.

    Attributes:
        box: Where.
        label: Its likeliest emotion.
        is_sure: Whether it is answered so, rather than by "not sure".
    """

    box: FaceBox
    label: str
    is_sure: bool = True


Answers = Sequence[Answer]
"""Of one picture."""


def end_to_end_rows(
    dataset: FaceDataset, usage: str, classes: Sequence[str], faces: int = FACES
) -> np.ndarray:
    """Returns which faces are laid: a fixed choice in the split's class shares, none blank.

    Args:
        dataset: FER2013.
        usage: PublicTest or PrivateTest.
        classes: Emotions the model knows; others are left out.
        faces: How many.
    """
    rows = dataset.rows(usage)
    rows = rows[dataset.images[rows].std(axis=(1, 2)) >= _BLANK]
    rows = rows[is_one_of(dataset.labels[rows], classes)]
    result: np.ndarray = rows[robustness_rows(dataset.labels[rows], faces)]
    return result


def pictures(faces: np.ndarray, condition: Condition) -> Iterator[tuple[np.ndarray, FaceBox]]:
    """Yields one picture for each face, uint8 RGB (480, 640, 3), and the face's square in it.

    The n-th face lies on the same scene, at the same place, under every condition of one size.

    Args:
        faces: uint8 (n, 48, 48).
        condition: How they are laid.
    """
    for number, face in enumerate(faces):
        rng = np.random.default_rng(number)
        degrees = condition.degrees * (-1) ** number
        reach = condition.side * (0.5 + abs(np.sin(np.deg2rad(degrees))) / 4)
        x, y = rng.uniform(reach, WIDTH - reach), rng.uniform(reach, HEIGHT - reach)
        picture = _laid(face, _scene(number % _SCENES), (x, y), condition.side, degrees)
        picture *= condition.light
        if condition.noise:
            picture += rng.normal(0, condition.noise, picture.shape)
        half = condition.side / 2
        place = FaceBox(round(x - half), round(y - half), condition.side, condition.side)
        yield np.clip(np.rint(picture), 0, 255).astype(np.uint8), place


@lru_cache(maxsize=_SCENES)
def _scene(number: int) -> np.ndarray:
    return scene(number, WIDTH, HEIGHT)


def _laid(
    face: np.ndarray, behind: np.ndarray, middle: tuple[float, float], side: int, degrees: float
) -> np.ndarray:
    """Returns floats: the scene with the face on it, its edge soft over a 16th of its side."""
    half = (FACE_SIZE - 1) / 2
    turn: np.ndarray = cv2.getRotationMatrix2D((half, half), degrees, side / FACE_SIZE)
    turn[:, 2] += np.array(middle) - 0.5 - half
    square = np.zeros((FACE_SIZE, FACE_SIZE), np.float32)
    square[2:-2, 2:-2] = 1
    inner = cv2.GaussianBlur(square, (0, 0), 1)
    size, cubic = (behind.shape[1], behind.shape[0]), cv2.INTER_CUBIC
    share = cv2.warpAffine(inner, turn, size, flags=cv2.INTER_LINEAR)[..., None]
    gray = cv2.warpAffine(
        face.astype(np.float32), turn, size, flags=cubic, borderMode=cv2.BORDER_REPLICATE
    )
    return behind * (1 - share) + gray[..., None] * share


def is_found(box: FaceBox, place: FaceBox) -> bool:
    """Returns whether a box is about a face: centred in its middle half, half to twice its side."""
    apart = max(
        abs(box.left + box.width / 2 - place.left - place.width / 2),
        abs(box.top + box.height / 2 - place.top - place.height / 2),
    )
    return apart <= place.width / 4 and 0.5 <= max(box.width, box.height) / place.width <= 2


def judge_answers(
    condition: str, system: str, answers: Iterable[tuple[Answers, FaceBox]], labels: Sequence[str]
) -> EndToEndPoint:
    """Returns what a system made of all pictures of one condition.

    Each found face counts by its likeliest emotion, whether it is sure or not; beside it stands
    the share that is answered, and how many of these answers are right.

    Args:
        condition: Key in `CONDITIONS`.
        system: Detector's key, or the name of a peer.
        answers: Of each picture, with the face's place in it.
        labels: The emotion of each face.
    """
    found, right, sure, false = [], [], [], 0
    for (given, place), label in zip(answers, labels, strict=True):
        about = [answer for answer in given if is_found(answer.box, place)]
        best = max(about, key=lambda answer: answer.box.score, default=None)
        found.append(best is not None)
        right.append(best is not None and best.label == label)
        sure.append(best is not None and best.is_sure)
        false += len(given) - len(about)
    is_right, is_sure = np.array(right), np.array(sure)
    weights = resample_weights(len(found))
    return EndToEndPoint(
        condition=condition,
        system=system,
        found=mean_interval(np.array(found), weights),
        right_of_found=_share(is_right, np.array(found), weights),
        right=mean_interval(is_right, weights),
        answered=mean_interval(is_sure, weights),
        right_of_answered=_share(is_right & is_sure, is_sure, weights),
        false=false,
    )


def _share(part: np.ndarray, whole: np.ndarray, weights: np.ndarray) -> Interval:
    """Returns how much of the whole the part is; 0 where there is no whole."""
    counted = np.maximum(weights @ whole.astype(np.float32), 1)
    value = part.sum() / max(whole.sum(), 1)
    return percentile_interval(value, weights @ part.astype(np.float32) / counted)


def measure_end_to_end(
    systems: dict[str, Callable[[np.ndarray], Answers]],
    faces: np.ndarray,
    labels: Sequence[str],
    usage: str,
    progress: Callable[[int, int], None] = lambda done, total: None,
    conditions: Sequence[str] = tuple(CONDITIONS),
) -> EndToEndRecord:
    """Returns how many faces each system finds and reads correctly under each condition.

    Args:
        systems: From a key, as of a detector, to what reads a picture, uint8 RGB (h, w, 3).
        faces: uint8 (n, 48, 48), of `end_to_end_rows`.
        labels: The emotion of each.
        usage: The split they are of.
        progress: Called with pictures done and pictures in all.
        conditions: Keys of `CONDITIONS`.
    """
    points, total = [], len(faces) * len(conditions)
    for turn, key in enumerate(conditions):
        answers: dict[str, list[tuple[Answers, FaceBox]]] = {name: [] for name in systems}
        for number, (picture, place) in enumerate(pictures(faces, CONDITIONS[key]), 1):
            for name, read in systems.items():
                answers[name].append((read(picture), place))
            progress(turn * len(faces) + number, total)
        points += [judge_answers(key, name, answers[name], labels) for name in systems]
    return EndToEndRecord(n=len(faces), usage=usage, points=tuple(points))
