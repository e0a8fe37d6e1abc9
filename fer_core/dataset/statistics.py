"""A dataset in figures: counts, tests on them, and what its classes look like."""

import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy as np

from fer_core.common.files import write_arrays
from fer_core.dataset.faces import USAGES, FaceDataset
from fer_core.emotions import EMOTIONS
from fer_core.images import FACE_SIZE
from fer_core.settings import ROOT

COMMITTED = ROOT / "fer_core" / "assets" / "statistics" / "fer2013.npz"
BINS = 32
"""Bins of an intensity histogram, 8 gray values each."""

EIGENFACES = 16


def count(dataset: FaceDataset) -> np.ndarray:
    """Returns the number of faces by split and emotion, int64 of shape (3, 7)."""
    cells = dataset.usage.astype(np.int64) * len(EMOTIONS) + dataset.labels
    return np.bincount(cells, minlength=len(USAGES) * len(EMOTIONS)).reshape(len(USAGES), -1)


def imbalance_ratio(counts: np.ndarray) -> float:
    """Returns how many faces the largest class has for one of the smallest; inf if one is empty.

    Args:
        counts: Faces by split and class, shape (splits, classes).
    """
    totals = counts.sum(axis=0)
    return float(totals.max() / totals.min()) if totals.min() else float("inf")


@dataclass(frozen=True)
class Baseline:
    """What always giving the commonest answer scores.

    Attributes:
        label: Column of the class that is commonest where one would train.
        accuracy: Its share, 0..1, of the faces one would test on.
        split: Index into `USAGES` of those faces.
    """

    label: int
    accuracy: float
    split: int


def majority_baseline(counts: np.ndarray) -> Baseline:
    """Returns the baseline: the commonest class of the first split, scored on the last.

    Splits without faces are passed over, so a dataset of one split is scored on itself.

    Args:
        counts: Faces by split and class, shape (3, classes), not all 0.
    """
    present = np.flatnonzero(counts.sum(axis=1))
    label = int(counts[present[0]].argmax())
    tested = counts[present[-1]]
    return Baseline(label, float(tested[label] / tested.sum()), int(present[-1]))


@dataclass(frozen=True)
class Agreement:
    """Pearson's chi-squared test that every split draws its classes in the same shares.

    Attributes:
        statistic: Chi-squared.
        degrees: Degrees of freedom.
        p: Probability of a statistic this large if the shares are the same.
        cramers_v: Effect size, 0 (same shares) to 1 (Cramér 1946).
    """

    statistic: float
    degrees: int
    p: float
    cramers_v: float


def split_agreement(counts: np.ndarray) -> Agreement | None:
    """Returns the test on the splits and classes that have faces, or None if it has no meaning.

    Args:
        counts: Faces by split and class, shape (splits, classes).
    """
    table = counts[counts.sum(axis=1) > 0][:, counts.sum(axis=0) > 0]
    if min(table.shape) < 2:
        return None
    expected = table.sum(axis=1, keepdims=True) * table.sum(axis=0) / table.sum()
    statistic = float(((table - expected) ** 2 / expected).sum())
    degrees = (table.shape[0] - 1) * (table.shape[1] - 1)
    v = np.sqrt(statistic / (table.sum() * (min(table.shape) - 1)))
    return Agreement(statistic, degrees, _chi_squared_tail(statistic, degrees), float(v))


def _chi_squared_tail(statistic: float, degrees: int) -> float:
    """Returns the probability that chi-squared is larger, by recurrence over the degrees.

    Abramowitz & Stegun 1964, 6.5.22: exact for whole degrees, without scipy's import.
    """
    half = statistic / 2
    if half == 0:
        return 1.0
    shape, tail = (0.5, math.erfc(math.sqrt(half))) if degrees % 2 else (1.0, math.exp(-half))
    while shape < degrees / 2:
        tail += math.exp(shape * math.log(half) - half - math.lgamma(shape + 1))
        shape += 1
    return tail


@dataclass(frozen=True)
class Appearance:
    """What the faces look like, class by class and over all.

    Attributes:
        mean_faces: float32 of shape (7, 48, 48), gray 0..255; NaN for a class without faces.
        histograms: float32 of shape (7, 32): share of pixels in each bin of 8 gray values.
        mean_face: float32 of shape (48, 48), over all classes.
        eigenfaces: float32 of shape (k, 48, 48), unit length, largest variance first.
        explained: float32 of shape (k,): share of the variance along each.
    """

    mean_faces: np.ndarray
    histograms: np.ndarray
    mean_face: np.ndarray
    eigenfaces: np.ndarray
    explained: np.ndarray


def appearance(dataset: FaceDataset, sample: int | None = 3000) -> Appearance:
    """Returns mean faces, histograms and eigenfaces (Turk & Pentland 1991).

    Args:
        dataset: The faces.
        sample: Eigenfaces are taken from this many faces, drawn with a fixed seed; None for all.
            Where mean faces and histograms are FER2013's, its eigenfaces are those kept with the
            code, which were taken from all.
    """
    sums = np.zeros((len(EMOTIONS), FACE_SIZE, FACE_SIZE))
    histograms = np.zeros((len(EMOTIONS), BINS), np.float32)
    sizes = np.bincount(dataset.labels, minlength=len(EMOTIONS))
    for label in np.flatnonzero(sizes):
        faces = dataset.images[dataset.labels == label]
        sums[label] = faces.sum(axis=0, dtype=np.uint32)
        pixels = faces.reshape(-1, FACE_SIZE)
        bins = cv2.calcHist([pixels], [0], None, [BINS], [0, 256]).ravel()
        histograms[label] = bins / bins.sum()
    with np.errstate(invalid="ignore"):
        mean_faces = (sums / sizes[:, None, None]).astype(np.float32)
    mean_face = (sums.sum(axis=0) / len(dataset)).astype(np.float32)
    if sample is not None:
        fer2013 = read_statistics().appearance
        is_fer2013 = np.allclose(mean_faces, fer2013.mean_faces, atol=0.1) and np.allclose(
            histograms, fer2013.histograms, atol=1e-4
        )
        if is_fer2013:
            return fer2013
    rows = np.arange(len(dataset))
    if sample is not None and len(dataset) > sample:
        rows = np.random.default_rng(0).choice(len(dataset), sample, replace=False)
    eigenfaces, explained = _principal_components(dataset.images[rows])
    return Appearance(mean_faces, histograms, mean_face, eigenfaces, explained)


def _principal_components(faces: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    from sklearn.decomposition import PCA

    pixels = faces.reshape(len(faces), -1).astype(np.float32)
    k = min(EIGENFACES, len(faces) - 1) if len(faces) > 1 else 0
    if k == 0:
        return np.zeros((0, FACE_SIZE, FACE_SIZE), np.float32), np.zeros(0, np.float32)
    pca = PCA(k, svd_solver="randomized", random_state=0).fit(pixels)
    shares = np.nan_to_num(pca.explained_variance_ratio_).astype(np.float32)
    return pca.components_.reshape(k, FACE_SIZE, FACE_SIZE).astype(np.float32), shares


@dataclass(frozen=True)
class FaceMap:
    """Faces as points of a plane, near where they are alike.

    Attributes:
        points: float32 of shape (n, 2), no unit.
        rows: int32 of shape (n,): rows of the dataset.
        labels: uint8 of shape (n,): indices into `EMOTIONS`.
        method: How the points were made, for people to read.
    """

    points: np.ndarray
    rows: np.ndarray
    labels: np.ndarray
    method: str


def pixel_map(dataset: FaceDataset, sample: int = 3000) -> FaceMap:
    """Returns the plane of the two directions in which the pixels vary most.

    Args:
        dataset: The faces.
        sample: At most this many, drawn with a fixed seed.
    """
    from sklearn.decomposition import PCA

    rows = np.arange(len(dataset))
    if len(rows) > sample:
        rows = np.sort(np.random.default_rng(0).choice(len(dataset), sample, replace=False))
    pixels = dataset.images[rows].reshape(len(rows), -1).astype(np.float32)
    if len(rows) < 3:
        points = np.zeros((len(rows), 2), np.float32)
    else:
        points = PCA(2, svd_solver="randomized", random_state=0).fit_transform(pixels)
    method = f"first two principal components of the pixels of {len(rows):,} faces"
    return FaceMap(points.astype(np.float32), rows.astype(np.int32), dataset.labels[rows], method)


@dataclass(frozen=True)
class Statistics:
    """What is known of FER2013 without having it: the statistics kept with the code."""

    counts: np.ndarray
    appearance: Appearance
    face_map: FaceMap | None


@cache
def read_statistics(path: Path = COMMITTED) -> Statistics:
    """Returns the statistics kept with the code."""
    with np.load(path, allow_pickle=False) as file:
        arrays = {name: file[name] for name in file.files}
    drawn = Appearance(
        arrays["mean_faces"].astype(np.float32),
        arrays["histograms"],
        arrays["mean_face"].astype(np.float32),
        arrays["eigenfaces"].astype(np.float32),
        arrays["explained"],
    )
    face_map = None
    if "map_points" in arrays:
        face_map = FaceMap(
            arrays["map_points"].astype(np.float32),
            arrays["map_rows"],
            arrays["map_labels"],
            str(arrays["map_method"]),
        )
    return Statistics(arrays["counts"], drawn, face_map)


def write_statistics(statistics: Statistics, path: Path = COMMITTED) -> None:
    """Writes what `read_statistics` reads; pictures and points as float16."""
    drawn, face_map = statistics.appearance, statistics.face_map
    arrays = {
        "counts": statistics.counts,
        "mean_faces": drawn.mean_faces.astype(np.float16),
        "histograms": drawn.histograms,
        "mean_face": drawn.mean_face.astype(np.float16),
        "eigenfaces": drawn.eigenfaces.astype(np.float16),
        "explained": drawn.explained,
    }
    if face_map is not None:
        arrays |= {
            "map_points": face_map.points.astype(np.float16),
            "map_rows": face_map.rows,
            "map_labels": face_map.labels,
            "map_method": np.array(face_map.method),
        }
    write_arrays(path, **arrays)
    read_statistics.cache_clear()
