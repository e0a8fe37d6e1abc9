from collections import Counter

from fer_core.scale import shares
from fer_core.scale.tally import BINS

CELLS = Counter(
    {
        ("s3://b/x/1", "2026-01", "happy", 9): 5,
        ("s3://b/x/2", "2026-02", "sad", 4): 3,
        ("s3://b/y", "", "happy", 7): 2,
    }
)


def test_answers_by_month_folder_and_confidence():
    assert shares.answers(CELLS) == {"happy": 7, "sad": 3}
    assert shares.by_month(CELLS) == {"2026-01": {"happy": 5}, "2026-02": {"sad": 3}}
    steps = shares.by_confidence(CELLS)
    assert len(steps) == BINS
    assert (steps[9], steps[4], steps[7], steps[0]) == ({"happy": 5}, {"sad": 3}, {"happy": 2}, {})


def test_folders_are_as_deep_as_there_is_room():
    assert shares.by_folder(CELLS, most=3) == {
        "x/1": {"happy": 5},
        "x/2": {"sad": 3},
        "y": {"happy": 2},
    }
    assert shares.by_folder(CELLS, most=2) == {"x": {"happy": 5, "sad": 3}, "y": {"happy": 2}}
    many = Counter({(f"/f/{n}", "", "sad", 1): n + 1 for n in range(20)})
    found = shares.by_folder(many, most=4)
    assert list(found) == ["19", "18", "17", "16", shares.OTHERS]
    assert sum(group.total() for group in found.values()) == many.total()


def test_one_folder_and_none():
    assert list(shares.by_folder(Counter({("/a/b", "", "sad", 1): 2}))) == ["b"]
    assert list(shares.by_folder(Counter({("", "", "sad", 1): 2}))) == ["."]
    assert shares.by_folder(Counter()) == {}
