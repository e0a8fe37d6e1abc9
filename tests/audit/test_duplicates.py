from pathlib import Path

import cv2
import numpy as np
import pytest

from fer_core.audit import duplicates
from fer_core.audit.duplicates import (
    Duplicates,
    find_duplicates,
    leakage,
    leaked,
    perceptual_hash,
    read_duplicates,
    remembered_duplicates,
    write_duplicates,
)
from fer_core.dataset import FaceDataset
from fer_core.dataset.fingerprint import faces_digest
from fer_core.errors import DatasetError
from fer_core.savedmodels import PredictedSplit
from fer_core.settings import settings


def smooth_noise(n: int, seed: int = 0) -> np.ndarray:
    """Pictures with structure at many scales, no two alike."""
    coarse = np.random.default_rng(seed).integers(0, 256, (n, 9, 9), np.uint8)
    return np.stack([cv2.resize(face, (48, 48), interpolation=cv2.INTER_CUBIC) for face in coarse])


@pytest.fixture
def faces() -> np.ndarray:
    """Thirty: 20 copies 3, 21 is a paler 4, 22 a moved 5, 23 a mirrored 6; 24 to 26 are blank."""
    faces = smooth_noise(30)
    faces[20] = faces[3]
    faces[21] = (faces[4] * 0.8 + 20).astype(np.uint8)
    faces[22] = np.roll(faces[5], 1, axis=1)
    faces[23] = faces[6][:, ::-1]
    faces[24:26] = 0
    faces[26] = 1
    return faces


def test_copies_are_found_and_nothing_else(faces: np.ndarray) -> None:
    found = find_duplicates(faces)
    assert found.pairs.tolist() == [[3, 20], [4, 21], [5, 22], [6, 23], [24, 25]]
    assert found.mirrored.tolist() == [False, False, False, True, False]
    assert found.correlation[0] == 1
    assert found.correlation[2] < 0.999
    group = found.groups()
    assert group[3] == group[20] >= 0
    assert (group[[0, 1, 2, 26]] == -1).all()


def test_exact_are_those_alone_that_are_the_same_in_every_pixel(faces: np.ndarray) -> None:
    found = find_duplicates(faces)
    assert found.correlation[1] > 0.999  # paler by a fifth, which correlation does not see
    assert found.exact.tolist() == [True, False, False, False, True]


def test_many_copies_of_one_picture_are_each_paired_with_the_first(faces: np.ndarray) -> None:
    many = np.concatenate([faces, np.repeat(faces[[21, 24]], 300, axis=0)])
    found = find_duplicates(many)
    assert len(found.pairs) == 5 + 600
    assert np.bincount(found.pairs[found.exact, 0])[[3, 21, 24]].tolist() == [1, 300, 301]
    group = found.groups()
    assert (group[[4, 21, *range(30, 330)]] == group[4]).all()
    assert (group[330:] == group[24]).all()


def test_search_among_faces_that_all_look_alike_is_given_up(
    faces: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(duplicates, "MOST_PAIRS", 100)
    alike = np.repeat(faces[:1], 20, axis=0)
    alike[:, 0, 0] = np.arange(20)
    with pytest.raises(DatasetError, match="Over 100 pairs of faces look alike"):
        find_duplicates(alike)


def test_picture_that_is_its_own_mirror_image_is_one_pair() -> None:
    faces = smooth_noise(3)
    faces[0] = np.maximum(faces[0], faces[0][:, ::-1])
    faces[2] = faces[0]
    found = find_duplicates(faces)
    assert found.pairs.tolist() == [[0, 2]]
    assert found.mirrored.tolist() == [False]


def test_no_copies_is_no_pair() -> None:
    found = find_duplicates(smooth_noise(5))
    assert found.pairs.shape == (0, 2)
    assert (found.groups() == -1).all()
    assert not leaked(found, np.ones(5, bool)).any()


def test_hash_ignores_brightness_and_contrast(faces: np.ndarray) -> None:
    paler = (faces * 0.5 + 60).astype(np.uint8)
    bits = np.bitwise_count(perceptual_hash(faces[:20]) ^ perceptual_hash(paler[:20]))
    assert bits.max() <= 4
    others = np.bitwise_count(perceptual_hash(faces[:10]) ^ perceptual_hash(faces[10:20]))
    assert others.min() > 10


def test_only_faces_with_a_copy_in_training_leak() -> None:
    pairs = np.array([[0, 3], [3, 4], [1, 2], [5, 6]], np.int32)
    found = Duplicates(pairs, np.ones(4, np.float32), np.zeros(4, bool), np.ones(4, bool), 7)
    learnt = np.array([True, True, True, False, False, False, False])
    # 3 and 4 hang together with 0 in Training; 1 and 2 are both in it; 5 and 6 are both outside.
    assert np.flatnonzero(leaked(found, learnt)).tolist() == [3, 4]


def test_leakage_compares_accuracies() -> None:
    probabilities = np.array([[0.9, 0.1], [0.2, 0.8], [0.7, 0.3], [0.6, 0.4]])
    split = PredictedSplit(
        probabilities, np.array([0, 1, 1, 1], np.uint8), np.array([2, 4, 5, 7], np.int32)
    )
    is_leaked = np.zeros(8, bool)
    is_leaked[[2, 4]] = True
    found = leakage(split, is_leaked)
    assert (found.faces, found.leaked) == (4, 2)
    assert (found.accuracy, found.on_leaked, found.on_clean) == (0.5, 1, 0)
    assert np.isnan(leakage(split, np.zeros(8, bool)).on_leaked)


def test_written_duplicates_are_read_back(faces: np.ndarray, tmp_path: Path) -> None:
    found = find_duplicates(faces)
    write_duplicates(found, tmp_path / "d.npz")
    read = read_duplicates(tmp_path / "d.npz")
    np.testing.assert_array_equal(read.pairs, found.pairs)
    np.testing.assert_array_equal(read.mirrored, found.mirrored)
    np.testing.assert_array_equal(read.exact, found.exact)
    np.testing.assert_array_equal(read.correlation, found.correlation)
    assert read.n == 30
    assert read.digest == found.digest == faces_digest(faces)


def test_search_tells_how_far_it_is(faces: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duplicates, "_ROWS_AT_ONCE", 5)
    told: list[float] = []
    find_duplicates(faces, told.append)
    assert len(told) > 4
    assert told == sorted(told)
    assert 0 <= told[0] < told[-1] <= 1


@pytest.mark.parametrize("keep", [True, False])
def test_known_faces_are_not_searched_again(
    faces: np.ndarray, keep: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings(), "cache", tmp_path)
    searched = []
    monkeypatch.setattr(
        duplicates,
        "find_duplicates",
        lambda faces, progress: searched.append(len(faces)) or find_duplicates(faces),
    )
    first, again = remembered_duplicates(faces, keep), remembered_duplicates(faces, keep)
    np.testing.assert_array_equal(again.pairs, first.pairs)
    assert searched == ([30] if keep else [30, 30])
    assert len(list(tmp_path.rglob("*.npz"))) == keep


@pytest.mark.fer2013
@pytest.mark.parametrize("keep", [True, False])
def test_fer2013_is_not_searched(
    fer2013: FaceDataset, keep: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(duplicates, "find_duplicates", lambda *_: pytest.fail("It was searched."))
    assert remembered_duplicates(fer2013.images, keep).n == len(fer2013)


@pytest.mark.fer2013
def test_committed_duplicates_are_the_same_photographs(fer2013: FaceDataset) -> None:
    committed = read_duplicates()
    assert committed.n == len(fer2013)
    one, two = fer2013.images[committed.pairs[:, 0]], fer2013.images[committed.pairs[:, 1]]
    np.testing.assert_array_equal((one == two).all(axis=(1, 2)), committed.exact)
    assert committed.exact.sum() == 1851
