from pathlib import Path

import numpy as np
import pytest
from scipy.stats import chi2, chi2_contingency

from fer_core.dataset import FaceDataset
from fer_core.dataset.statistics import (
    Statistics,
    appearance,
    count,
    imbalance_ratio,
    majority_baseline,
    pixel_map,
    read_statistics,
    split_agreement,
    write_statistics,
)

FER2013 = [4953, 547, 5121, 8989, 6077, 4002, 6198]


def test_committed_counts_are_those_of_fer2013() -> None:
    counts = read_statistics().counts
    assert counts.sum(axis=0).tolist() == FER2013
    assert counts.sum(axis=1).tolist() == [28_709, 3_589, 3_589]


def test_baseline_of_fer2013_is_always_happy() -> None:
    baseline = majority_baseline(read_statistics().counts)
    assert (baseline.label, baseline.split) == (3, 2)
    assert baseline.accuracy == pytest.approx(879 / 3589)


def test_imbalance_ratio() -> None:
    assert imbalance_ratio(np.array([[10, 2], [20, 1]])) == 10
    assert imbalance_ratio(np.array([[10, 0]])) == float("inf")


def test_baseline_of_one_split_is_scored_on_itself() -> None:
    counts = np.zeros((3, 3), np.int64)
    counts[1] = (2, 5, 3)
    baseline = majority_baseline(counts)
    assert (baseline.label, baseline.accuracy, baseline.split) == (1, 0.5, 1)


def test_chi_squared_against_the_formula() -> None:
    counts = np.array([[30, 10, 0], [20, 40, 0], [0, 0, 0]])
    agreement = split_agreement(counts)
    assert agreement is not None
    observed = counts[:2, :2]
    expected = observed.sum(1, keepdims=True) * observed.sum(0) / 100
    statistic = ((observed - expected) ** 2 / expected).sum()
    assert agreement.statistic == pytest.approx(statistic)
    assert agreement.degrees == 1
    assert agreement.p == pytest.approx(chi2.sf(statistic, 1))
    assert agreement.cramers_v == pytest.approx(np.sqrt(statistic / 100))


def test_chi_squared_against_scipy() -> None:
    counts = read_statistics().counts
    agreement = split_agreement(counts)
    expected = chi2_contingency(counts)
    assert agreement is not None
    assert agreement.statistic == pytest.approx(expected.statistic)
    assert agreement.p == pytest.approx(expected.pvalue)
    assert agreement.degrees == expected.dof


@pytest.mark.parametrize("splits", [2, 3])
@pytest.mark.parametrize("classes", range(2, 8))
@pytest.mark.parametrize("largest", [3, 40, 5000])
def test_chi_squared_against_scipy_for_all_degrees(splits: int, classes: int, largest: int) -> None:
    counts = np.random.default_rng(classes).integers(1, largest, (splits, classes))
    agreement = split_agreement(counts)
    expected = chi2_contingency(counts, correction=False)
    assert agreement is not None
    assert agreement.degrees == expected.dof == (splits - 1) * (classes - 1)
    assert agreement.p == pytest.approx(expected.pvalue, rel=1e-9, abs=1e-300)


def test_splits_of_equal_shares_agree_perfectly() -> None:
    agreement = split_agreement(np.array([[1, 2, 3], [2, 4, 6]]))
    assert agreement is not None
    assert agreement.p == 1


def test_chi_squared_needs_two_splits_and_two_classes() -> None:
    assert split_agreement(np.array([[3, 4], [0, 0]])) is None
    assert split_agreement(np.array([[3, 0], [4, 0]])) is None


def test_appearance_of_known_faces() -> None:
    images = np.zeros((6, 48, 48), np.uint8)
    images[:3] = np.array([0, 30, 60], np.uint8)[:, None, None]
    images[3:, :24] = 255
    labels = np.array([0, 0, 0, 3, 3, 3], np.uint8)
    look = appearance(FaceDataset(images, labels, np.zeros(6, np.uint8)))
    assert look.mean_faces[0] == pytest.approx(30)
    assert look.mean_faces[3][0, 0] == 255
    assert look.mean_faces[3][30, 0] == 0
    assert np.isnan(look.mean_faces[1]).all()
    assert look.histograms[3][[0, 31]] == pytest.approx([0.5, 0.5])
    assert look.histograms[0][[0, 3, 7]] == pytest.approx([1 / 3] * 3)
    assert look.histograms[1].sum() == 0
    # The faces differ along two directions: gray level and the lit half.
    assert look.explained[:2].sum() == pytest.approx(1, abs=1e-4)
    assert np.linalg.norm(look.eigenfaces[0]) == pytest.approx(1, abs=1e-4)


def test_one_face_has_no_eigenface() -> None:
    one = np.zeros(1, np.uint8)
    look = appearance(FaceDataset(np.zeros((1, 48, 48), np.uint8), one, one))
    assert look.eigenfaces.shape == (0, 48, 48)
    assert pixel_map(FaceDataset(np.zeros((1, 48, 48), np.uint8), one, one)).points.shape == (1, 2)


def test_pixel_map_draws_the_same_rows_each_time(faces: FaceDataset) -> None:
    first, second = pixel_map(faces, 10), pixel_map(faces, 10)
    np.testing.assert_array_equal(first.rows, second.rows)
    np.testing.assert_array_equal(first.labels, faces.labels[first.rows])
    assert len(set(first.rows.tolist())) == 10


def test_written_statistics_are_read_back(faces: FaceDataset, tmp_path: Path) -> None:
    written = Statistics(count(faces), appearance(faces), pixel_map(faces))
    write_statistics(written, tmp_path / "s.npz")
    read = read_statistics(tmp_path / "s.npz")
    np.testing.assert_array_equal(read.counts, written.counts)
    np.testing.assert_allclose(read.appearance.mean_faces, written.appearance.mean_faces, atol=0.07)
    assert read.face_map is not None and written.face_map is not None
    np.testing.assert_array_equal(read.face_map.labels, written.face_map.labels)
    assert read.face_map.method == written.face_map.method
    write_statistics(Statistics(count(faces), appearance(faces), None), tmp_path / "s.npz")
    assert read_statistics(tmp_path / "s.npz").face_map is None


@pytest.mark.fer2013
def test_committed_statistics_are_those_of_the_dataset(fer2013: FaceDataset) -> None:
    committed = read_statistics()
    np.testing.assert_array_equal(count(fer2013), committed.counts)
    happy = fer2013.images[fer2013.labels == 3]
    np.testing.assert_allclose(committed.appearance.mean_faces[3], happy.mean(axis=0), atol=0.07)
    assert committed.appearance.histograms[3, 0] == pytest.approx((happy < 8).mean(), abs=1e-5)
    assert appearance(fer2013) is committed.appearance
