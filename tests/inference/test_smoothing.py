from itertools import pairwise

import numpy as np
import pytest

from fer_core.faces import FaceBox
from fer_core.inference.pipeline import NOT_SURE
from fer_core.inference.smoothing import MARGIN, Smoother, TrackedFace

CLASSES = ("happy", "sad", "neutral")


def p(happy: float) -> np.ndarray:
    return np.array([happy, 1 - happy, 0], np.float32)


def labels(values, half_life=0.0, threshold=0.0, step=1 / 30):
    smoother, said = Smoother(CLASSES), []
    for index, value in enumerate(values):
        smoother.update(p(value), index * step, half_life, threshold)
        face = TrackedFace(
            FaceBox(0, 0, 9, 9), CLASSES, smoother.probabilities, 1, smoother.label, smoother.sure
        )
        said.append(face.answer(threshold))
    return said


def switches(said: list[str]) -> int:
    return sum(a != b for a, b in pairwise(said))


def test_half_life_is_when_half_of_the_old_is_left():
    smoother = Smoother(CLASSES)
    smoother.update(p(1.0), 0.0, 0.5, 0.0)
    smoother.update(p(0.0), 0.5, 0.5, 0.0)
    np.testing.assert_allclose(smoother.probabilities, [0.5, 0.5, 0])


def test_half_life_does_not_depend_on_the_frame_rate():
    ends = []
    for fps in (10, 60):
        smoother = Smoother(CLASSES)
        smoother.update(p(1.0), 0.0, 0.4, 0.0)
        for frame in range(1, fps + 1):
            smoother.update(p(0.0), frame / fps, 0.4, 0.0)
        ends.append(smoother.probabilities[0])
    assert ends[0] == pytest.approx(ends[1], rel=1e-4) == pytest.approx(0.5**2.5, rel=1e-4)


def test_no_half_life_smooths_nothing():
    smoother = Smoother(CLASSES)
    for index, value in enumerate((0.9, 0.2, 0.7)):
        smoother.update(p(value), index / 30, 0.0, 0.0)
        np.testing.assert_allclose(smoother.probabilities, p(value))


def test_probabilities_still_sum_to_one():
    rng = np.random.default_rng(0)
    smoother = Smoother(CLASSES)
    for index in range(500):
        smoother.update(rng.dirichlet(np.ones(3)).astype(np.float32), index / 25, 0.3, 0.4)
    assert smoother.probabilities.sum() == pytest.approx(1, abs=1e-4)


def test_two_nearly_equal_emotions_do_not_flicker():
    rng = np.random.default_rng(3)
    values = 0.5 + rng.normal(0, 0.1, 900)
    assert switches(["happy" if value > 0.5 else "sad" for value in values]) > 300
    assert switches(labels(values, half_life=0.4)) == 0


def test_label_switches_once_the_other_leads_by_the_margin():
    just_under, just_over = 0.5 - MARGIN / 2 + 0.01, 0.5 - MARGIN / 2 - 0.01
    assert labels([0.9, just_under])[-1] == "happy"
    assert labels([0.9, just_over])[-1] == "sad"


def test_real_change_is_followed_within_a_second():
    said = labels([0.95] * 60 + [0.05] * 30, half_life=0.4)
    assert switches(said) == 1
    assert said[-1] == "sad"


def test_confidence_about_the_threshold_does_not_flicker():
    rng = np.random.default_rng(4)
    values = 0.7 + rng.uniform(-0.025, 0.025, 600)
    assert switches(labels(values, threshold=0.7)) <= 1


@pytest.mark.parametrize("start, end", [(0.9, "happy"), (0.55, NOT_SURE)])
def test_sure_and_not_sure_hold_near_the_threshold(start, end):
    assert labels([start] + [0.7] * 20, threshold=0.7)[-1] == end


def test_confidence_is_that_of_the_label_shown():
    smoother = Smoother(CLASSES)
    for index, value in enumerate((0.6, 0.47)):
        smoother.update(p(value), index / 30, 0.0, 0.0)
    face = TrackedFace(
        FaceBox(0, 0, 9, 9), CLASSES, smoother.probabilities, 1, smoother.label, True
    )
    assert (face.label, round(face.confidence, 2)) == ("happy", 0.47)
    assert face.scaled(2).number == 1
