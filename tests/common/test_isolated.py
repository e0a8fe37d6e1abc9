import os
import signal

import numpy as np
import pytest
from isolated_functions import (
    be_killed,
    compute_for_ever,
    counted,
    crash,
    doubled,
    endless,
    environment,
    kind_and_size,
    note_and_wait,
    own_call,
    refuse,
    stumble,
    take,
    wait_for_ever,
)
from waiting import wait_until

from fer_core.common import isolated
from fer_core.common.isolated import Limits, call, stream
from fer_core.errors import DatasetError, ImageError


def ended_by(function, *arguments, **limits) -> str:
    with pytest.raises(DatasetError) as caught:
        call(function, *arguments, limits=Limits(**limits), error=DatasetError, subject="a.csv")
    return str(caught.value)


def answer(function, *arguments):
    return call(function, *arguments, limits=Limits(), error=DatasetError, subject="a.csv")


def test_answer_comes_back_and_can_be_written_to():
    values = np.arange(100_000).reshape(100, 1000)
    result = answer(doubled, values)
    np.testing.assert_array_equal(result, 2 * values)
    result[0, 0] = 7


@pytest.mark.parametrize("size", [0, 10, 3 << 20])
def test_bytes_arrive_as_bytes(size):
    assert answer(kind_and_size, bytes(size)) == ("bytes", size)


def test_error_for_people_passes_as_it_is():
    with pytest.raises(ImageError, match=r"^It is no picture\.$"):
        answer(refuse)


def test_other_error_is_told_without_its_text(capfd):
    assert ended_by(stumble) == "a.csv is damaged and cannot be read (KeyError)."
    assert "secret" not in "".join(capfd.readouterr())


def test_crash_becomes_a_sentence():
    assert "makes programs crash" in ended_by(crash)


def test_killed_process_costs_nothing_but_its_answer():
    assert "was ended" in ended_by(be_killed)
    assert answer(kind_and_size, b"abc") == ("bytes", 3)


def test_processor_time_is_bounded():
    assert "more than 1 s of processor time" in ended_by(compute_for_ever, processor_seconds=1)


def test_time_is_bounded():
    assert "longer than 0.2 s" in ended_by(wait_for_ever, seconds=0.2)


def test_memory_is_bounded():
    assert "more memory than 50 MB" in ended_by(take, 100, megabytes=50)
    assert call(take, 30, limits=Limits(50), error=DatasetError, subject="a.csv") == 30 << 20


def test_settings_of_now_hold_in_the_process(monkeypatch):
    monkeypatch.setenv("FER_OF_NOW", "1")
    assert answer(environment, "FER_OF_NOW") == "1"
    monkeypatch.delenv("FER_OF_NOW")
    assert answer(environment, "FER_OF_NOW") is None


def test_call_within_a_process_starts_no_other():
    np.testing.assert_array_equal(answer(own_call, np.arange(3)), [0, 2, 4])


def test_killed_nursery_is_replaced():
    answer(kind_and_size, b"")
    process = isolated._nursery._process
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert answer(kind_and_size, b"") == ("bytes", 0)
    assert isolated._nursery._process.pid != process.pid


def test_nursery_ends_when_it_is_idle(monkeypatch):
    isolated._nursery._end()
    monkeypatch.setattr(isolated, "IDLE_SECONDS", 0.1)
    answer(kind_and_size, b"")
    wait_until(lambda: isolated._nursery._process is None)


def test_stream_comes_item_by_item():
    items = list(stream(counted, 3, limits=Limits(), error=ImageError, subject="it"))
    np.testing.assert_array_equal([item[0, 0] for item in items], [0, 1, 2])


def test_stream_keeps_what_came_before_a_crash():
    items = stream(counted, 2, "crash", limits=Limits(), error=ImageError, subject="clip.mp4")
    assert [next(items)[0, 0], next(items)[0, 0]] == [0, 1]
    with pytest.raises(ImageError, match=r"clip\.mp4 cannot be read: it is damaged"):
        next(items)


def test_closed_stream_ends_its_process():
    items = stream(endless, limits=Limits(), error=ImageError, subject="it")
    reader, guard = next(items)
    items.close()
    wait_until(lambda: not is_there(reader) and not is_there(guard))


def test_whoever_gives_up_ends_the_process(monkeypatch, tmp_path):
    class Left(Exception):
        pass

    def leave():
        raise Left

    monkeypatch.setattr(isolated, "while_waiting", leave)
    note = tmp_path / "pid"
    with pytest.raises(Left):
        answer(note_and_wait, str(note))
    wait_until(lambda: not is_there(int(note.read_text())))


@pytest.mark.parametrize("victim", ["reader", "guard", "nursery"])
def test_kill_of_any_process_costs_no_more_than_its_own_answer(victim):
    options = {"limits": Limits(), "error": ImageError, "subject": "it"}
    items, others = stream(endless, **options), stream(counted, 300, **options)
    reader, guard = next(items)
    first = next(others)[0, 0]
    nursery = isolated._nursery._process.pid
    os.kill({"reader": reader, "guard": guard, "nursery": nursery}[victim], signal.SIGKILL)
    if victim == "reader":
        with pytest.raises(ImageError, match="it cannot be read: the process that did it was end"):
            list(items)
    else:
        assert next(items) == (reader, guard)
        items.close()
        wait_until(lambda: not is_there(reader))
    assert [first, *(item[0, 0] for item in others)] == list(range(300))
    assert answer(kind_and_size, b"") == ("bytes", 0)


def is_there(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True
