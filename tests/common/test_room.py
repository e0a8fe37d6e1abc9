import threading

import pytest

from fer_core.common import isolated
from fer_core.common.room import Room


def entering(room: Room, amount: int, capacity: int) -> tuple[threading.Thread, threading.Event]:
    """A thread that takes room and gives it back when it is told to; whether it is in, and how."""
    inside, leave = threading.Event(), threading.Event()

    def stay():
        with room.take(amount, capacity):
            inside.set()
            leave.wait(30)

    threading.Thread(target=stay, daemon=True).start()
    return inside, leave


def test_as_many_are_in_as_there_is_room_for():
    room = Room()
    first, leave_first = entering(room, 6, 10)
    assert first.wait(10)
    second, leave_second = entering(room, 4, 10)
    assert second.wait(10)
    third, leave_third = entering(room, 5, 10)
    assert not third.wait(0.1)
    leave_first.set()
    assert third.wait(10)
    leave_second.set()
    leave_third.set()


def test_who_needs_less_later_lets_the_next_in():
    room = Room()
    with room.take(10, 10) as keep:
        other, leave = entering(room, 7, 10)
        assert not other.wait(0.1)
        keep(3)
        assert other.wait(10)
        leave.set()


def test_more_than_there_is_takes_all():
    room = Room()
    with room.take(1000, 10) as keep:
        assert room._taken == 10
        keep(500)
        assert room._taken == 10
    assert room._taken == 0


def test_small_one_does_not_overtake_a_large_one():
    room = Room()
    first, leave_first = entering(room, 6, 10)
    assert first.wait(10)
    large, leave_large = entering(room, 10, 10)
    assert not large.wait(0.1)
    small, leave_small = entering(room, 1, 10)
    assert not small.wait(0.1)
    leave_first.set()
    assert large.wait(10)
    assert not small.is_set()
    leave_large.set()
    assert small.wait(10)
    leave_small.set()


def test_who_gives_up_waiting_holds_up_nobody(monkeypatch):
    class Left(Exception):
        pass

    def leave():
        raise Left

    room = Room()
    first, leave_first = entering(room, 10, 10)
    assert first.wait(10)
    monkeypatch.setattr(isolated, "while_waiting", leave)
    with pytest.raises(Left), room.take(5, 10):
        pass
    monkeypatch.undo()
    leave_first.set()
    with room.take(10, 10):
        assert room._taken == 10
