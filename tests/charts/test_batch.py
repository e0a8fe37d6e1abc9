"""What the charts of a run over very many pictures find."""

import pytest

from fer_core.charts import batch

MONTHS = {
    "2026-01": {"happy": 60, "sad": 40},
    "2026-02": {"happy": 55, "sad": 40, "fear": 5},
    "2026-03": {"happy": 30, "sad": 70},
    "2026-04": {"fear": 2},
}


def test_months_that_are_furthest_apart_are_named_unless_they_have_few_faces():
    found = batch.over_time(MONTHS)
    assert found.title == "“happy” changes most: 60.0 % in January 2026, 30.0 % in March 2026"
    assert found.table["faces"].tolist() == [100, 100, 100, 2]


def test_few_faces_are_compared_where_there_are_no_others():
    folders = {"a": {"sad": 1}, "b": {"sad": 1, "happy": 3}}
    title = batch.by_folder(folders).title
    assert title == "“happy” differs most: 0.0 % in a, 75.0 % in b"


def test_folders_that_do_not_differ_say_so():
    same = {"a": {"sad": 40, "happy": 40}, "b": {"sad": 50, "happy": 50}}
    assert batch.by_folder(same).title == "Every folder has the same shares"


@pytest.mark.parametrize(
    "below, title",
    [
        (1, "25.0 % of the answers have less than 50 % confidence"),
        (0, "Every answer is given with 50 % confidence or more"),
    ],
)
def test_share_of_unsure_answers_is_told(below, title):
    steps = [{}, {}, {"sad": below}, {}, {}, {"sad": 1}, {}, {"happy": 2}, {}, {}]
    assert batch.by_confidence(steps).title == title
