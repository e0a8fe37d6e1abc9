import io
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fer_core.common.budget import Budget, memory_limit, size_of
from fer_core.errors import BudgetError


class Clock:
    now = 0.0

    def __call__(self) -> float:
        self.now += 1
        return self.now


def budget(limit=100, share=60, busy=()):
    """A budget, and who was dropped, in order."""
    dropped: list[str] = []

    def drop(owner):
        if owner in busy:
            return False
        dropped.append(owner)
        return True

    return Budget(limit, share, drop, Clock()), dropped


def test_holdings_add_up_and_are_released():
    held, _ = budget()
    held.hold("a", "file", 30)
    held.hold("a", "other", 20)
    held.hold("b", "file", 10)
    assert (held.used, held.held_by("a")) == (60, 50)
    held.hold("a", "file", 5)
    assert held.used == 35
    held.release("a", "other")
    held.release("b")
    assert held.used == 5


def test_who_was_not_heard_of_for_longest_gives_way_and_no_more_than_needed():
    held, dropped = budget()
    for owner in "abc":
        held.hear(owner)
        held.hold(owner, "file", 30)
    held.hear("a")
    held.hold("d", "file", 35)
    assert dropped == ["b"]
    assert held.used == 95


def test_who_is_at_work_keeps_what_he_holds_and_the_newcomer_is_refused_in_words():
    held, dropped = budget(busy=("a", "b"))
    held.hold("a", "file", 50)
    held.hold("b", "file", 50)
    with pytest.raises(BudgetError, match="memory for uploads is full"):
        held.hold("c", "file", 1)
    assert dropped == []
    assert held.used == 100


def test_nobody_may_hold_more_than_a_share_and_nobody_else_suffers_for_it():
    held, dropped = budget()
    held.hold("a", "file", 50)
    held.hold("b", "file", 40)
    with pytest.raises(BudgetError, match="One visitor may hold"):
        held.hold("b", "other", 21)
    assert dropped == []
    assert held.held_by("b") == 40


def test_no_owner_is_dropped_for_what_he_himself_asks():
    held, dropped = budget(limit=50)
    held.hold("a", "file", 40)
    with pytest.raises(BudgetError):
        held.hold("a", "other", 15)
    assert dropped == []


def test_what_was_found_held_already_is_settled_by_the_oldest():
    held, dropped = budget()
    for owner in "abc":
        held.hear(owner)
        held.note(owner, "state", 45)
    held.settle()
    assert dropped == ["a"]
    held.note("b", "state", 61)
    held.settle()
    assert dropped == ["a", "b"]


@given(
    st.lists(
        st.tuples(st.sampled_from("abcd"), st.sampled_from("xy"), st.integers(0, 70)), max_size=40
    ),
    st.sets(st.sampled_from("abcd")),
)
def test_never_more_than_the_limit(steps, busy):
    held, _ = budget(busy=busy)
    for owner, what, size in steps:
        held.hear(owner)
        try:
            held.hold(owner, what, size)
        except BudgetError:
            pass
        assert held.used <= 100
        assert all(held.held_by(one) <= 60 for one in "abcd")


@dataclass
class Thing:
    pixels: np.ndarray
    more: object = None


class Network:
    def __init__(self):
        self.weights = bytes(10_000)


def test_size_of_what_holds_pixels_and_files():
    pixels = np.zeros((10, 10), np.uint8)
    assert size_of(pixels) == 100
    assert size_of(Thing(pixels)) == pytest.approx(100, abs=50)
    assert size_of(io.BytesIO(bytes(500))) == 500
    assert size_of(pd.DataFrame({"a": np.zeros(100)})) == pytest.approx(800, abs=200)
    assert size_of("x" * 5000, bytes(7000)) == pytest.approx(12_000, abs=200)
    assert size_of({"a": [bytes(30_000), bytes(40_000)]}) == pytest.approx(70_000, abs=1000)


def test_what_is_held_twice_is_counted_once_and_what_is_shared_is_not_counted():
    data = bytes(10_000)
    assert size_of(data, Thing(np.zeros(1), data)) == pytest.approx(10_000, abs=200)
    assert size_of(Thing(np.zeros(1), Network())) < 200


def test_long_lists_are_measured_by_a_sample_and_loops_end():
    rows = [{"picture": "x" * 92, "face": 1} for _ in range(100_000)]
    assert 9_200_000 < size_of(rows) < 60_000_000
    loop: list = []
    loop.append(loop)
    assert size_of(loop) < 200


def _machine(tmp_path, cgroup, **limits):
    (tmp_path / "proc/self").mkdir(parents=True)
    (tmp_path / "proc/self/cgroup").write_text(cgroup)
    for place, text in limits.items():
        file = tmp_path / "sys/fs/cgroup" / place
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return tmp_path


MB = 2**20


@pytest.mark.parametrize(
    ("cgroup", "limits"),
    [
        ("0::/app/web\n", {"app/web/memory.max": "max\n", "app/memory.max": f"{64 * MB}\n"}),
        ("0::/\n", {"memory.max": f"{64 * MB}\n"}),
        # In a container of version 1 the path is the host's; its top is what is mounted.
        (
            "5:cpu:/docker/ab\n4:memory:/docker/ab\n0::/\n",
            {"memory/memory.limit_in_bytes": f"{64 * MB}\n"},
        ),
        (
            "4:memory:/docker/ab\n",
            {
                "memory/docker/ab/memory.limit_in_bytes": f"{64 * MB}\n",
                "memory/memory.limit_in_bytes": "9223372036854771712\n",
            },
        ),
    ],
)
def test_limit_of_the_container_is_found(tmp_path, cgroup, limits):
    assert memory_limit(_machine(tmp_path, cgroup, **limits)) == 64 * MB


def test_machine_without_a_container_has_its_own_memory(tmp_path):
    whole = memory_limit(tmp_path)
    assert whole > 256 * MB
    unlimited = _machine(tmp_path, "0::/\n", **{"memory.max": "max\n"})
    assert memory_limit(unlimited) == whole
