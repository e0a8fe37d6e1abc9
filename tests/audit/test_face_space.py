import numpy as np
import pytest

from fer_core.audit.face_space import blank, distance_from_face_space
from fer_core.dataset import FaceDataset
from fer_core.dataset.statistics import read_statistics


def test_blank_pictures() -> None:
    pictures = np.full((3, 48, 48), 90, np.uint8)
    pictures[1, :, :24] = 97  # deviation 3.5
    pictures[2, :, :24] = 150
    assert blank(pictures).tolist() == [True, True, False]


def test_what_is_no_face_is_far_from_face_space() -> None:
    rng = np.random.default_rng(0)
    pictures = np.zeros((20, 48, 48), np.uint8)
    pictures[:7] = np.nan_to_num(read_statistics().appearance.mean_faces)
    pictures[7:19] = rng.integers(0, 2, (12, 48, 48)) * 255
    distance = distance_from_face_space(pictures)
    assert distance[:7].max() < 0.1
    assert distance[7:19].min() > 0.8
    assert distance[19] == 0


@pytest.mark.fer2013
def test_what_annotators_call_no_face_comes_first(fer2013: FaceDataset) -> None:
    if fer2013.votes is None:
        pytest.skip("this copy of FER2013 has no FER+ votes")
    distance = distance_from_face_space(fer2013.images)
    no_face = fer2013.votes["nf"].to_numpy() >= 5
    first = np.argsort(-distance)[:100]
    assert no_face[first].mean() > 40 * no_face.mean()
