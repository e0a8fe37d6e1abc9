from types import SimpleNamespace

import pytest

from studio.turns import waiting


@pytest.mark.parametrize(
    ("before", "seconds", "told"),
    [
        (0, 0.0, "Starting"),
        (1, None, "Waiting: 1 video before this one"),
        (1, 42.0, "Waiting: 1 video before this one, about 40 s"),
        (3, 180.0, "Waiting: 3 videos before this one, about 3 min"),
    ],
)
def test_who_waits_reads_place_and_time(before, seconds, told):
    queue = SimpleNamespace(place=lambda job: before, wait=lambda job: seconds)
    assert waiting(queue, None, "video") == told
