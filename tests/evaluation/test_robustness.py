import numpy as np
import pytest

from fer_core.evaluation.intervals import Interval
from fer_core.evaluation.robustness import (
    CORRUPTIONS,
    EYES_ROW,
    MOUTH_ROW,
    SEVERITIES,
    mean_accuracy,
    measure_robustness,
    of_known_kinds,
    robustness_rows,
)
from fer_core.evaluation.schema import RobustnessPoint, RobustnessRecord


@pytest.fixture
def faces() -> np.ndarray:
    rng = np.random.default_rng(0)
    return rng.integers(60, 200, (6, 48, 48), dtype=np.uint8)


@pytest.mark.parametrize("name", CORRUPTIONS)
def test_each_severity_moves_further_from_the_face(name: str, faces: np.ndarray) -> None:
    corruption = CORRUPTIONS[name]
    smooth = np.stack([np.add.outer(np.arange(48) * 2, np.arange(48)) + 50] * 2).astype(np.uint8)
    picture = faces if name in {"blur", "noise", "jpeg", "motion", "salt_and_pepper"} else smooth
    distances = []
    for level in corruption.levels:
        changed = corruption.apply(picture, level)
        assert changed.shape == picture.shape
        assert changed.dtype == np.uint8
        distances.append(np.abs(changed.astype(int) - picture).mean())
    assert distances[0] > 0
    assert distances == sorted(distances)


def test_brightness_saturates_at_white() -> None:
    assert (CORRUPTIONS["brightness"].apply(np.full((1, 48, 48), 250, np.uint8), 130) == 255).all()


def test_bands_cover_eyes_and_mouth_and_nothing_else(faces: np.ndarray) -> None:
    for name, row in (("eyes", EYES_ROW), ("mouth", MOUTH_ROW)):
        covered = CORRUPTIONS[name].apply(faces, 12)
        assert np.ptp(covered[:, row], axis=1).max() == 0
        assert (covered != faces).any(axis=(0, 2)).sum() == 12


def test_the_chosen_faces_are_fixed_and_stratified() -> None:
    labels = np.repeat([0, 1, 2], [500, 1500, 2000])
    rows = robustness_rows(labels)
    assert np.bincount(labels[rows]).tolist() == [125, 375, 500]
    assert (rows == robustness_rows(labels)).all()
    assert len(robustness_rows(labels[:800])) == 800


class _ByBrightness:
    """Answers class 1 for bright faces: right until the light goes."""

    def predict(self, faces: np.ndarray) -> np.ndarray:
        bright = (faces.mean(axis=(1, 2)) > 100).astype(int)
        return np.eye(2)[bright]


def test_a_model_that_needs_light_fails_in_the_dark_only() -> None:
    labels = np.array([0, 1] * 50)
    faces = np.where(labels[:, None, None] == 1, 180, 60) * np.ones((1, 48, 48))
    steps = []
    record = measure_robustness(
        _ByBrightness(), faces.astype(np.uint8), labels, lambda done, total: steps.append(done)
    )
    accuracy = {(p.corruption, p.severity): p.accuracy.value for p in record.points}
    assert record.n == 100
    assert len(record.points) == 1 + len(CORRUPTIONS) * len(SEVERITIES)
    assert steps[-1] == len(record.points)
    assert accuracy["none", 0] == 1
    assert accuracy["darkness", 5] == 0.5
    assert accuracy["blur", 5] == 1


def test_motion_smears_along_one_line_and_keeps_the_light() -> None:
    point = np.zeros((1, 48, 48), np.uint8)
    point[0, 24, 24] = 255
    smeared = CORRUPTIONS["motion"].apply(point, 11)[0].astype(float)
    rows, columns = np.nonzero(smeared)
    assert np.ptp(columns) > np.ptp(rows) > 2
    assert smeared.sum() == pytest.approx(255, rel=0.1)


def test_light_from_one_side_leaves_one_edge() -> None:
    lit = CORRUPTIONS["side_light"].apply(np.full((1, 48, 48), 200, np.uint8), 0.1)[0]
    assert (lit[:, 0] == 200).all() and (lit[:, -1] == 20).all()
    assert (np.diff(lit[0].astype(int)) < 0).all()


def test_salt_and_pepper_strike_the_stated_share(faces: np.ndarray) -> None:
    struck = CORRUPTIONS["salt_and_pepper"].apply(faces, 15)
    share = (struck != faces).mean()
    assert 0.13 < share < 0.17
    assert set(np.unique(struck[struck != faces])) == {0, 255}


def test_means_keep_what_was_trained_on_apart_from_what_was_not() -> None:
    def record(*kinds: str) -> RobustnessRecord:
        points = [RobustnessPoint(corruption="none", severity=0, accuracy=interval(0.9))]
        for kind in kinds:
            value = 0.2 if CORRUPTIONS[kind].is_unseen else 0.6
            points += [
                RobustnessPoint(corruption=kind, severity=s, accuracy=interval(value))
                for s in SEVERITIES
            ]
        return RobustnessRecord(n=10, points=tuple(points))

    whole = record(*CORRUPTIONS)
    assert mean_accuracy(whole) == pytest.approx(0.6)
    assert mean_accuracy(whole, unseen=True) == pytest.approx(0.2)
    nine = record(*(kind for kind in CORRUPTIONS if not CORRUPTIONS[kind].is_unseen))
    assert mean_accuracy(nine) == pytest.approx(0.6)
    assert mean_accuracy(nine, unseen=True) is None


def interval(value: float) -> Interval:
    return Interval(value=value, low=value, high=value)


def test_what_is_known_is_not_measured_again(faces: np.ndarray) -> None:
    class Counting:
        asked = 0

        def predict(self, given: np.ndarray) -> np.ndarray:
            self.asked += 1
            return np.tile(np.array([1.0, 0.0]), (len(given), 1))

    labels = np.zeros(len(faces), np.uint8)
    whole = measure_robustness(Counting(), faces, labels)
    lacking = whole.points[:-5]
    again = Counting()
    found = measure_robustness(
        again, faces, labels, known=RobustnessRecord(n=len(faces), points=lacking)
    )
    assert again.asked == 5
    assert found == whole


def test_record_is_read_for_the_kinds_it_holds_whole() -> None:
    def record(*steps: tuple[str, int]) -> RobustnessRecord:
        half = Interval(value=0.5, low=0.4, high=0.6)
        points = (
            RobustnessPoint(corruption=kind, severity=level, accuracy=half) for kind, level in steps
        )
        return RobustnessRecord(n=1000, points=tuple(points))

    noise = [("noise", level) for level in SEVERITIES]
    of_old = [("of_old", level) for level in SEVERITIES]
    whole = record(("none", 0), *noise)
    assert of_known_kinds(whole) == whole
    assert of_known_kinds(record(("none", 0), *noise, *of_old, ("jpeg", 1))) == whole
    assert of_known_kinds(record(("none", 0), ("jpeg", 1))) is None
    assert of_known_kinds(record(*noise)) is None
