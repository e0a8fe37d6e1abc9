"""Ray on this machine, with two workers; one Ray for all tests here."""

import os
import signal
import threading
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from waiting import wait_until

from fer_core.scale.engines import local, on_ray
from fer_core.scale.run import read_left
from fer_core.settings import ROOT

PATHS = os.pathsep.join([str(ROOT), str(ROOT / "tests")])


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
