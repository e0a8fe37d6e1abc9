import numpy as np
import pandas as pd
import pytest

from fer_core.audit.duplicates import Leakage
from fer_core.charts.dataset import (
    class_counts,
    class_shares,
    face_map,
    intensity_histograms,
    leakage_effect,
    sample_grid,
    vote_matrix,
    votes,
)
from fer_core.dataset import FaceDataset
from fer_core.dataset.statistics import FaceMap, read_statistics
from fer_core.emotions import COLOURS, EMOTIONS

COUNTS = read_statistics().counts


def test_shares_of_each_split_add_up_to_one() -> None:
    exhibit = class_shares(COUNTS, EMOTIONS)
    for bar in exhibit.figure.data:
        assert sum(bar.x) == pytest.approx(1)
        assert list(bar.marker.line.color) == [COLOURS[name] for name in EMOTIONS]
    assert len({bar.marker.color for bar in exhibit.figure.data}) == 3  # splits are told apart
    assert "filled: Training (n = 28,709), pale: PublicTest (n = 3,589)" in exhibit.caption
    assert exhibit.table["All"].sum() == 35_887


def test_empty_split_is_not_drawn() -> None:
    counts = COUNTS.copy()
    counts[1] = 0
    exhibit = class_shares(counts, EMOTIONS)
    assert [bar.name for bar in exhibit.figure.data] == ["Training", "PrivateTest"]
    assert "PublicTest" not in exhibit.caption


def test_counts_are_stacked_to_the_totals() -> None:
    exhibit = class_counts(COUNTS, EMOTIONS)
    *bars, totals = exhibit.figure.data
    np.testing.assert_array_equal(np.sum([bar.y for bar in bars], axis=0), totals.y)
    assert totals.text[3] == "8,989"


def test_histogram_names_the_brightest_class() -> None:
    histograms = np.zeros((7, 32))
    histograms[3, 31] = 1
    histograms[4, 0] = 1
    exhibit = intensity_histograms(histograms, EMOTIONS, 1234)
    assert [line.name for line in exhibit.figure.data] == ["happy", "sad"]
    assert "Brightest are the faces of happy (mean gray 252), darkest those of sad (4)" in (
        exhibit.caption
    )
    assert exhibit.caption.endswith("n = 1,234 faces.")


def test_map_draws_the_classes_asked_for_and_remembers_rows() -> None:
    points = FaceMap(
        np.arange(8, dtype=np.float32).reshape(4, 2),
        np.array([10, 20, 30, 40], np.int32),
        np.array([3, 4, 3, 0], np.uint8),
        "a method",
    )
    exhibit = face_map(points, ("happy", "sad"))
    happy, sad = exhibit.figure.data
    assert list(happy.customdata) == [10, 30]
    assert list(sad.x) == [2]
    assert exhibit.caption.startswith("3 faces: a method.")
    assert exhibit.table["Row"].tolist() == [10, 20, 30]


def test_votes_of_one_face() -> None:
    exhibit = votes(np.array([7, 0, 3]), ["neutral", "happy", "no face"])
    (bar,) = exhibit.figure.data
    assert list(bar.x) == [7, 0, 3]
    assert list(bar.text) == ["7", "", "3"]
    assert "What 10 annotators" in exhibit.caption


def test_rows_of_the_vote_matrix_add_up_to_one() -> None:
    table = pd.DataFrame([[3, 1], [0, 0]], index=["happy", "sad"], columns=["happy", "no face"])
    cells = vote_matrix(table).figure.data[0].z
    assert cells.tolist() == [[0.75, 0.25], [0, 0]]


def test_leakage_draws_both_accuracies() -> None:
    exhibit = leakage_effect({"custom_cnn": Leakage(100, 10, 0.6, 0.9, 0.5)}, {"custom_cnn": "C"})
    (line,) = exhibit.figure.data
    assert list(line.x) == [0.6, 0.5]
    assert exhibit.table["On faces with a copy"].tolist() == [0.9]


def test_sample_grid_places_seven_faces_of_each_class() -> None:
    labels = np.repeat(np.array([3, 4], np.uint8), 9)
    images = np.repeat(np.array([50, 200], np.uint8), 9)[:, None, None] * np.ones(
        (1, 48, 48), np.uint8
    )
    dataset = FaceDataset(images, labels, np.zeros(18, np.uint8))
    exhibit = sample_grid(dataset, ("happy", "sad", "fear"), seed=0)
    mosaic = np.array(exhibit.figure.data[0].z)[..., 0]
    assert mosaic.shape == (3 * 48, 7 * 48)
    assert [set(np.unique(mosaic[line * 48 : (line + 1) * 48])) for line in range(3)] == [
        {50},
        {200},
        {128},
    ]
    assert exhibit.table["Row"].is_unique
    assert sample_grid(dataset, ("happy",), 1).table["Row"].tolist() != (
        sample_grid(dataset, ("happy",), 2).table["Row"].tolist()
    )
