import numpy as np
import pytest

from fer_core.dataset import FaceDataset
from fer_core.evaluation.end_to_end import (
    CONDITIONS,
    Answer,
    end_to_end_rows,
    is_found,
    judge_answers,
    measure_end_to_end,
    pictures,
)
from fer_core.evaluation.scenes import KINDS, scene
from fer_core.faces import FaceBox


@pytest.fixture
def faces() -> np.ndarray:
    """Black above, white below: a picture shows which way it lies."""
    face = np.zeros((48, 48), np.uint8)
    face[24:] = 255
    return np.stack([face, face])


def halves(picture: np.ndarray, place: FaceBox) -> tuple[float, float]:
    """Mean gray of the middle of the upper and of the lower half of a face's square."""
    part = picture[place.top : place.bottom, place.left : place.right]
    quarter = place.width // 4
    middle = part[:, quarter:-quarter]
    return middle[quarter // 2 : quarter].mean(), middle[-quarter : -quarter // 2].mean()


@pytest.mark.parametrize("key", CONDITIONS)
def test_face_lies_where_it_is_said_to_lie(faces, key):
    condition = CONDITIONS[key]
    for picture, place in pictures(faces, condition):
        assert picture.shape == (480, 640, 3)
        assert place.width == place.height == condition.side
        assert 0 <= place.left < place.right <= 640 and 0 <= place.top < place.bottom <= 480
        upper, lower = halves(picture, place)
        assert upper < lower - 150 * condition.light


def test_faces_are_turned_to_either_side(faces):
    (left, here), (right, there) = pictures(faces, CONDITIONS["turned30"])
    edges = []
    for picture, place in ((left, here), (right, there)):
        part = picture[place.top : place.bottom, place.left : place.right].mean(axis=2)
        row = place.height // 2
        edges.append(part[row, place.width // 4] - part[row, -place.width // 4])
    assert edges[0] * edges[1] < 0


def test_same_pictures_each_time(faces):
    for (first, here), (second, there) in zip(
        pictures(faces, CONDITIONS["noise"]), pictures(faces, CONDITIONS["noise"]), strict=True
    ):
        assert here == there
        np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize("number", range(len(KINDS)))
def test_scenes_differ_and_are_not_empty(number):
    picture = scene(number)
    assert (picture.shape, picture.dtype) == ((480, 640, 3), np.uint8)
    assert picture.std() > 2
    assert (picture != scene(number + len(KINDS))).mean() > 0.3
    np.testing.assert_array_equal(picture, scene(number))


PLACE = FaceBox(100, 100, 80, 80)


@pytest.mark.parametrize(
    ("box", "found"),
    [
        (PLACE, True),
        (FaceBox(119, 100, 80, 80), True),
        (FaceBox(121, 100, 80, 80), False),
        (FaceBox(60, 60, 160, 160), True),
        (FaceBox(55, 55, 170, 170), False),
        (FaceBox(125, 125, 30, 30), False),
    ],
)
def test_box_about_a_face(box, found):
    assert is_found(box, PLACE) is found


def test_missed_face_is_wrong_and_the_best_box_counts():
    away = FaceBox(400, 300, 80, 80)
    low, high = FaceBox(100, 100, 80, 80, 0.6), FaceBox(102, 100, 80, 80, 0.9)
    answers = [
        [Answer(low, "sad"), Answer(high, "happy")],
        [Answer(low, "fear", is_sure=False), Answer(away, "happy")],
        [Answer(high, "sad")],
        [],
    ]
    point = judge_answers(
        "upright", "haar_alt2", [(a, PLACE) for a in answers], ["happy", "fear", "happy", "happy"]
    )
    assert point.found.value == 0.75
    assert point.right_of_found.value == pytest.approx(2 / 3)
    assert point.right.value == 0.5
    assert point.answered.value == 0.5
    assert point.right_of_answered.value == 0.5
    assert point.false == 1


def test_nothing_found_is_no_division_by_zero():
    point = judge_answers("dark", "yunet", [([], PLACE)] * 3, ["sad"] * 3)
    assert (point.found.value, point.right_of_found.value, point.right.value) == (0, 0, 0)


def test_one_who_knows_reads_all_and_progress_is_told(faces):
    told = iter([place for _, place in pictures(faces, CONDITIONS["40px"])])
    steps = []
    record = measure_end_to_end(
        {"knows": lambda rgb: [Answer(next(told), "sad")], "sees none": lambda rgb: []},
        faces,
        ["sad", "sad"],
        "PublicTest",
        lambda done, total: steps.append((done, total)),
        conditions=["40px"],
    )
    assert [(p.system, p.right.value) for p in record.points] == [("knows", 1), ("sees none", 0)]
    assert (record.n, record.usage, steps) == (2, "PublicTest", [(1, 2), (2, 2)])


def test_rows_are_of_one_split_in_class_shares_and_none_is_blank():
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (600, 48, 48), np.uint8)
    images[::10] = 127
    labels = np.repeat(np.array([3, 4, 1], np.uint8), (360, 180, 60))
    usage = np.arange(600, dtype=np.uint8) % 2
    dataset = FaceDataset(images, labels, usage)
    rows = end_to_end_rows(dataset, "PublicTest", ("happy", "sad"), 90)
    assert len(rows) == 90
    assert (usage[rows] == 1).all()
    assert not (rows % 10 == 0).any()
    assert np.bincount(labels[rows]).tolist() == [0, 0, 0, 60, 30]
    np.testing.assert_array_equal(
        rows, end_to_end_rows(dataset, "PublicTest", ("happy", "sad"), 90)
    )
