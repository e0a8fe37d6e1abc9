import numpy as np
import pytest

from fer_core.emotions import EMOTIONS, is_one_of, reindexed
from fer_core.errors import DatasetError


def test_labels_are_counted_anew_in_other_classes():
    labels = np.array([3, 4, 6, 3], np.uint8)
    found = reindexed(labels, EMOTIONS, ("neutral", "happy", "sad"))
    assert found.tolist() == [1, 2, 0, 1]
    assert found.dtype == np.uint8
    assert reindexed(found, ("neutral", "happy", "sad"), EMOTIONS).tolist() == labels.tolist()
    assert reindexed(np.zeros(0, np.uint8), EMOTIONS, ("sad",)).tolist() == []


def test_label_of_no_class_is_named():
    with pytest.raises(DatasetError, match="show fear or sad, which is none of happy, neutral"):
        reindexed(np.array([4, 3, 2, 4]), EMOTIONS, ("happy", "neutral"))


def test_labels_of_some_emotions():
    labels = np.array([0, 3, 6])
    assert is_one_of(labels, ("neutral", "angry")).tolist() == [True, False, True]
    assert is_one_of(np.array([0, 1]), ("sad",), ("happy", "sad")).tolist() == [False, True]
