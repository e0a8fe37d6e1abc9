import numpy as np
import pytest

from fer_core.dataset import FaceDataset
from fer_core.emotions import EMOTIONS
from fer_core.errors import EvaluationError
from fer_core.evaluation.end_to_end import CONDITIONS, end_to_end_rows, pictures
from fer_core.evaluation.photographs import RECORDED, measure_on_photographs
from fer_core.faces import FaceBox


@pytest.fixture(scope="module")
def dataset() -> FaceDataset:
    """A face of each emotion and split, the brighter the later the emotion."""
    labels = np.repeat(np.arange(7, dtype=np.uint8), 2)
    rows = np.random.default_rng(0).integers(-20, 21, (len(labels), 48, 48))
    images = np.clip(labels[:, None, None] * 30 + 40 + rows, 0, 255).astype(np.uint8)
    return FaceDataset(images, labels, usage=np.tile(np.array([1, 2], np.uint8), 7))


class Knows:
    """Finds each face where it was laid, but every third; counts how often it is asked."""

    name = "yunet"

    def __init__(self, places: list[FaceBox]) -> None:
        self._places, self.asked = places, 0

    def detect(self, rgb: np.ndarray) -> list[FaceBox]:
        place = self._places[self.asked]
        self.asked += 1
        return [] if self.asked % 3 == 0 else [place]


class Bright:
    """Reads a face by its brightness."""

    threshold = 0.0

    def __init__(self, classes: tuple[str, ...]) -> None:
        self.classes = classes

    def predict(self, faces: np.ndarray) -> np.ndarray:
        levels = np.clip((faces.mean(axis=(1, 2)) - 25) // 30, 0, len(self.classes) - 1)
        return np.eye(len(self.classes), dtype=np.float32)[levels.astype(int)]


def test_each_picture_is_searched_once_for_all_models(dataset) -> None:
    rows = end_to_end_rows(dataset, "PrivateTest", EMOTIONS)
    conditions = ("upright", "turned30")
    places = [
        place for key in conditions for _, place in pictures(dataset.images[rows], CONDITIONS[key])
    ]
    finder = Knows(places)
    models = {"one": Bright(EMOTIONS), "other": Bright(EMOTIONS[::-1])}
    steps = []
    found = measure_on_photographs(
        dataset, models, finder, lambda *at: steps.append(at), conditions=conditions
    )
    assert finder.asked == len(places) == 2 * len(rows)
    assert steps[-1] == (len(places), len(places))
    for record in found.values():
        assert (record.n, record.usage) == (len(rows), "PrivateTest")
        assert [(p.condition, p.system) for p in record.points] == [
            ("upright", "yunet"),
            ("turned30", "yunet"),
        ]
        assert all(
            point.found.value in (pytest.approx(5 / 7), pytest.approx(4 / 7))
            for point in record.points
        )
        assert all(point.false == 0 for point in record.points)
    labels = np.array(EMOTIONS)[dataset.labels[rows]]
    for name, one in models.items():
        answers = np.array(one.classes)[one.predict(dataset.images[rows]).argmax(axis=1)]
        assert found[name].cut.value == pytest.approx((answers == labels).mean())
    assert found["one"].cut.value > found["other"].cut.value
    assert found["one"].points[0].right.value > found["other"].points[0].right.value


def test_model_of_fewer_emotions_is_refused_before_anything_is_searched(dataset) -> None:
    finder = Knows([])
    few = Bright(("happy", "sad", "neutral"))
    with pytest.raises(EvaluationError, match="few knows 3 emotions"):
        measure_on_photographs(dataset, {"few": few}, finder)
    assert finder.asked == 0


def test_recorded_conditions_are_known() -> None:
    assert set(RECORDED) <= set(CONDITIONS)
