"""Ray on this machine, with two workers; one Ray for all tests here."""

import os
import signal
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from waiting import wait_until

from fer_core.errors import BatchError, CorruptModel
from fer_core.scale.engines import local, on_ray
from fer_core.scale.job import Job
from fer_core.scale.run import finished, make_plan, read_left
from fer_core.scale.shard import Shard, shard_name
from fer_core.settings import ROOT

PATHS = os.pathsep.join([str(ROOT), str(ROOT / "tests")])
DRIVER = ROOT / "tests" / "fake_driver.py"


@pytest.fixture(scope="module")
def started():
    import ray

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", PATHS)
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, logging_level="error")
        yield ray
        ray.shutdown()


def rows(dest, plan) -> list[dict]:
    return [row for n in plan.names for row in pq.read_table(dest.folder / n).to_pylist()]


def read(dest, plan, wanted=None, engine=on_ray.read_shards) -> None:
    for _ in read_left(dest, plan, wanted or range(plan.shards), engine, 2):
        pass


@pytest.mark.long
def test_rows_of_a_model_are_those_of_local_bit_for_bit(started, folder, tmp_path):
    from fer_core.scale.dest import Dest

    job = Job.of("slim_vgg", "haar_alt2", None, False, "0")
    by = {}
    for name, engine in (("ray", on_ray.read_shards), ("local", local.read_shards)):
        dest = Dest(str(tmp_path / name))
        plan = make_plan(dest, str(folder), job, 3)
        read(dest, plan, engine=engine)
        by[name] = rows(dest, plan)
    assert by["ray"] == by["local"]
    assert len(by["ray"]) == 7


def test_worker_that_is_killed_in_mid_shard_loses_and_doubles_nothing(started, listed, tmp_path):
    held = tmp_path / "held"
    names = [f"/{n:02d}" for n in range(10)] + [str(held), "/x pair", "/y bad", "/killer"]
    dest, plan = listed(names, shards=7)
    reading = threading.Thread(target=read, args=(dest, plan), daemon=True)
    reading.start()
    wait_until(Path(f"{held}.held").exists)
    os.kill(int(Path(f"{held}.held").read_text()), signal.SIGKILL)
    Path(f"{held}.go").touch()
    reading.join()
    found = rows(dest, plan)
    assert [row["uri"] for row in found if row["face"] < 2] == names
    assert [row["uri"] for row in found if row["error"]] == ["/y bad", "/killer"]
    assert "process that read it ended" in found[-1]["error"]
    for name in plan.names:
        (dest.folder / name).unlink()
    read(dest, plan, engine=local.read_shards)
    assert rows(dest, plan) == found


class SlowToRestart:
    """An actor, and the Ray it is of, which say so many times that it is restarting."""

    def __init__(self, times: int) -> None:
        from ray import exceptions

        self.exceptions = exceptions
        self.left, self.ready, self.read = times, Asked(b""), Asked(b"file")

    def wait(self, answers: list, num_returns: int) -> tuple[list, list]:
        return answers[:1], answers[1:]

    def get(self, answer: "Answer") -> bytes:
        if self.left:
            self.left -= 1
            raise self.exceptions.ActorUnavailableError("The actor is restarting.", None)
        return answer.value


class Answer:
    def __init__(self, value: bytes) -> None:
        self.value = value


class Asked:
    def __init__(self, value: bytes) -> None:
        self.value = value

    def options(self, name: str) -> "Asked":
        return self

    def remote(self, *_: object) -> Answer:
        return Answer(self.value)


def test_actor_that_takes_long_to_start_again_is_waited_for(monkeypatch):
    monkeypatch.setattr(on_ray, "_PAUSE_SECONDS", 0)
    slow, shards = SlowToRestart(times=100), [Shard(n, 3, []) for n in range(3)]
    found = list(on_ray._Round(slow, [slow], iter(shards)).read())
    assert sorted(shard.index for shard, _ in found) == [0, 1, 2]


def test_actor_that_never_starts_is_said(monkeypatch):
    monkeypatch.setattr(on_ray, "_PAUSE_SECONDS", 0)
    monkeypatch.setattr(on_ray, "_PATIENCE_SECONDS", 0)
    slow = SlowToRestart(times=100)
    with pytest.raises(BatchError, match=r"Ray starts no actor: .*restarting"):
        list(on_ray._Round(slow, [slow], iter([Shard(0, 1, [])])).read())


@pytest.mark.long
def test_damaged_shard_is_read_again_and_the_others_are_not(started, listed):
    dest, plan = listed([f"/{n:02d}" for n in range(12)], shards=4)
    read(dest, plan)
    before = rows(dest, plan)
    times = {name: (dest.folder / name).stat().st_mtime_ns for name in plan.names}
    data = bytearray(dest.read(shard_name(2, 4)))
    data[len(data) // 2] ^= 1
    dest.write(shard_name(2, 4), bytes(data))
    done, faults = finished(dest, plan, range(4))
    assert (done, len(faults)) == ({0, 1, 3}, 1)
    read(dest, plan, [2])
    assert rows(dest, plan) == before
    after = {name: (dest.folder / name).stat().st_mtime_ns for name in plan.names}
    assert {name for name in times if times[name] != after[name]} == {shard_name(2, 4)}


@pytest.mark.long
def test_other_model_on_a_machine_is_refused_in_one_sentence(started, listed):
    dest, plan = listed(["/a"], shards=1)
    job = replace(Job.of("slim_vgg", "haar_alt2", None, False, "0"), model_sha256="1" * 64)
    with pytest.raises((BatchError, CorruptModel), match="What is saved on this machine is of"):
        read(dest, replace(plan, job=job))


@pytest.mark.long
def test_driver_that_is_killed_is_run_again(listed, tmp_path):
    held = tmp_path / "held"
    names = [f"/{n:02d}" for n in range(12)] + [str(held)]
    dest, plan = listed(names, shards=6)
    environment = os.environ | {"PYTHONPATH": PATHS}
    command = [sys.executable, DRIVER, dest.uri, "on_ray"]
    with subprocess.Popen(command, env=environment) as driver:
        wait_until(lambda: Path(f"{held}.held").exists() and shard_name(0, 6) in dest.names())
        driver.send_signal(signal.SIGKILL)
    done, faults = finished(dest, plan, range(6))
    assert (0 in done, 5 in done, faults) == (True, False, [])
    Path(f"{held}.go").touch()
    left = [index for index in range(6) if index not in done]
    for _ in read_left(dest, plan, left, local.read_shards, 0):
        pass
    assert [row["uri"] for row in rows(dest, plan)] == names
