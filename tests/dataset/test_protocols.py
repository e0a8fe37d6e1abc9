import numpy as np
import pytest

from fer_core.dataset import PROTOCOLS, FaceDataset
from fer_core.emotions import EMOTIONS
from fer_core.errors import DatasetError


@pytest.mark.fer2013
@pytest.mark.parametrize(
    ("name", "sizes"),
    [
        ("fer2013", (28_709, 3_589, 3_589)),
        ("r3", (17_223, 1_914, 2_127)),
        ("r3-report", (19_137, 2_127, 2_127)),
        ("r4", (20_181, 2_570, 2_515)),
        ("r5", (24_176, 3_037, 3_006)),
    ],
)
def test_sizes_are_those_of_the_reports(fer2013, name, sizes):
    split = PROTOCOLS[name].split(fer2013)
    assert (len(split.train), len(split.validation), len(split.test)) == sizes


@pytest.mark.fer2013
@pytest.mark.parametrize("name", ["fer2013", "r3", "r4", "r5"])
def test_no_face_is_in_two_parts_and_none_is_left_out(fer2013, name):
    protocol = PROTOCOLS[name]
    split = protocol.split(fer2013)
    rows = np.concatenate([split.train, split.validation, split.test])
    wanted = np.isin(fer2013.labels, [EMOTIONS.index(c) for c in protocol.classes])
    assert sorted(rows) == np.flatnonzero(wanted).tolist()


@pytest.mark.fer2013
def test_r3_tests_on_the_reports_own_faces(fer2013):
    from sklearn.model_selection import train_test_split

    rows = np.flatnonzero(np.isin(fer2013.labels, [3, 4, 6]))
    labels = fer2013.labels[rows]
    expected = train_test_split(rows, stratify=labels, test_size=0.1, random_state=42)[1]
    np.testing.assert_array_equal(PROTOCOLS["r3"].split(fer2013).test, expected)


@pytest.mark.parametrize("name", ["r3", "r3-report"])
def test_too_few_faces_for_a_stratified_tenth_are_one_sentence(name):
    few = _dataset([3, 4, 6, 3, 4, 6, 3, 4], [0] * 8)
    with pytest.raises(DatasetError, match="too few faces of some emotion"):
        PROTOCOLS[name].whole_split(few)


def test_a_split_without_faces_is_one_sentence():
    alone = _dataset([3, 4, 5, 6], [0] * 4)
    with pytest.raises(DatasetError, match="finds no faces to select by and none to test on in"):
        PROTOCOLS["fer2013"].whole_split(alone)
    untrained = _dataset([3, 4], [1, 2])
    assert PROTOCOLS["fer2013"].whole_split(untrained, "validation", "test").test.tolist() == [1]
    with pytest.raises(DatasetError, match="no faces to train on in"):
        PROTOCOLS["fer2013"].whole_split(untrained)


def _dataset(labels, usage) -> FaceDataset:
    n = len(labels)
    return FaceDataset(
        np.zeros((n, 48, 48), np.uint8), np.array(labels, np.uint8), np.array(usage, np.uint8)
    )


def test_labels_are_indices_into_the_protocols_own_classes():
    dataset = _dataset([3, 4, 5, 6, 0], [0, 0, 1, 2, 0])
    r4 = PROTOCOLS["r4"]
    split = r4.split(dataset)
    assert split.train.tolist() == [0, 1]
    assert r4.labels(dataset, np.array([0, 1, 2, 3])).tolist() == [0, 1, 2, 3]
    with pytest.raises(DatasetError, match="show angry, which is none of happy, sad"):
        r4.labels(dataset, np.array([4]))
