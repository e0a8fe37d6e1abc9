import io
import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest
from fake_job import FAKE
from full_disk import a_disk_of
from waiting import wait_until

from fer_core.errors import BatchError, FileError
from fer_core.scale.alone import alone_in
from fer_core.scale.dest import Dest
from fer_core.scale.engines.local import read_shards
from fer_core.scale.merge import merge
from fer_core.scale.run import finished, make_plan, open_plan, read_left, status_of
from fer_core.scale.shard import shard_name
from fer_core.settings import ROOT

DRIVER = ROOT / "tests" / "fake_driver.py"
NAMES = [f"/{'ab'[n % 2]}/{n:03d}{('', ' pair', ' none', ' bad')[n % 4]}" for n in range(50)]


def read(dest, plan, wanted=None, workers=0) -> list[int]:
    wanted = range(plan.shards) if wanted is None else wanted
    return [shard.index for shard in read_left(dest, plan, wanted, read_shards, workers)]


def rows_in(dest) -> list[dict]:
    return ds.dataset(dest.folder, format="parquet").to_table().to_pylist()


def expected() -> list[tuple[str, int]]:
    faces = {"pair": (1, 2), "none": (0,), "bad": (0,)}
    return [(name, n) for name in NAMES for n in faces.get(name.partition(" ")[2], (1,))]


def test_every_picture_is_in_one_shard_once(listed):
    dest, plan = listed(NAMES, shards=7)
    assert read(dest, plan) == list(range(7))
    assert [(row["uri"], row["face"]) for row in rows_in(dest)] == expected()
    assert sorted(dest.names()) == sorted([*plan.names, "_batch.json", "_manifest.parquet"])
    sizes = {plan.size_of(index) for index in range(7)}
    assert sizes == {7, 8}


def test_rows_say_by_what_and_from_what_they_were_read(listed):
    dest, plan = listed(["/a/1", "/a/2 bad"], shards=1)
    read(dest, plan)
    face, bad = rows_in(dest)
    assert (face["model"], face["model_sha256"]) == ("fake", FAKE.model_sha256)
    assert (face["detector"], face["version"]) == ("haar_alt2", "0")
    assert face["happy"] == pytest.approx(face["confidence"])
    assert (bad["face"], bad["answer"], bad["error"]) == (0, None, "/a/2 bad is bad.")


def test_processes_answer_as_one_does_and_one_that_dies_costs_one_picture(listed):
    dest, plan = listed([*NAMES, "/killer"], shards=3)
    read(dest, plan, workers=2)
    *others, last = rows_in(dest)
    assert [(row["uri"], row["face"]) for row in others] == expected()
    assert last["uri"] == "/killer"
    assert "process that read it ended" in last["error"]


def test_finished_shards_are_never_read_again(listed):
    dest, plan = listed(NAMES, shards=5)
    read(dest, plan, [0, 3])
    assert finished(dest, plan, range(5)) == ({0, 3}, [])
    before = {name: dest.read(name) for name in (shard_name(0, 5), shard_name(3, 5))}
    read(dest, plan, [1, 2, 4])
    assert all(dest.read(name) == data for name, data in before.items())
    assert [(row["uri"], row["face"]) for row in rows_in(dest)] == expected()


@pytest.mark.parametrize("at", [0.02, 0.3, 0.6, 0.97])
def test_shard_with_one_other_byte_or_cut_short_is_read_again(listed, at):
    dest, plan = listed(NAMES, shards=2)
    read(dest, plan)
    name = shard_name(1, 2)
    data = bytearray(dest.read(name))
    whole = bytes(data)
    place = int(at * len(data))
    data[place] ^= 0xFF
    for damaged in (bytes(data), whole[:place]):
        dest.write(name, damaged)
        done, faults = finished(dest, plan, range(2))
        assert done == {0}
        assert len(faults) == 1 and faults[0].startswith(f"{name} is damaged")
    read(dest, plan, [1])
    assert [(row["uri"], row["face"]) for row in rows_in(dest)] == expected()


def test_driver_that_is_killed_leaves_whole_shards_and_no_part_of_another(listed, tmp_path):
    held = tmp_path / "held"
    names = [*NAMES[:30], str(held), *NAMES[30:]]
    dest, plan = listed(names, shards=6)
    environment = os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}"}
    command = [sys.executable, DRIVER, dest.uri, "local"]
    with subprocess.Popen(command, env=environment) as driver:
        wait_until(lambda: shard_name(2, 6) in dest.names() and Path(f"{held}.held").exists())
        driver.send_signal(signal.SIGKILL)
    done, faults = finished(dest, plan, range(6))
    assert (done, faults) == ({0, 1, 2}, [])
    assert not [path for path in dest.folder.glob(".*") if path.suffix == ".parquet"]
    Path(f"{held}.go").touch()
    read(dest, plan, [index for index in range(6) if index not in done])
    assert [row["uri"] for row in rows_in(dest) if row["face"] < 2] == names


def test_status_tells_what_is_done_failing_and_left(listed):
    dest, plan = listed(NAMES, shards=5)
    read(dest, plan, [0, 1])
    dest.write(shard_name(4, 5), b"PAR1 of somebody else")
    status = status_of(dest)
    assert (status.done, status.tally.pictures, status.left) == (2, 20, 30)
    assert status.tally.reasons == {"It is bad.": 5}
    assert len(status.damaged) == 1
    assert status.speed is None or status.speed > 0


def test_speed_is_that_of_the_last_shards(listed):
    dest, _ = listed(NAMES, shards=5)
    status = status_of(dest)
    status.tally.finished += [(100.0, 9), (5000.0, 10), (5002.0, 10), (5010.0, 10)]
    assert status.speed == 2.0


def test_shards_that_end_together_say_nothing_of_how_long_they_took(listed):
    dest, _ = listed(NAMES, shards=5)
    status = status_of(dest)
    status.tally.finished += [(5000.0, 10), (5000.01, 10), (5000.02, 10)]
    assert status.speed is None
    status.tally.finished += [(5010.0, 10), (5010.02, 10)]
    assert status.speed == pytest.approx(2.0)


def test_shards_of_another_model_or_detector_are_refused(listed):
    dest, plan = listed(NAMES, shards=2)
    read(dest, plan)
    source = plan.source
    other = replace(FAKE, model_sha256="1" * 64)
    with pytest.raises(BatchError, match=r"is of fake 00000000 .* not of fake 11111111"):
        make_plan(dest, source, other)
    with pytest.raises(BatchError, match=r"is of fake 00000000 \(haar_alt2, threshold 0.5\)"):
        make_plan(dest, source, replace(FAKE, threshold=0.6))
    with pytest.raises(BatchError, match=r"shard-00000-of-00002.parquet is of fake"):
        finished(dest, replace(plan, job=other), [0])
    assert make_plan(dest, source, replace(FAKE, version="1")).pictures == 50


def test_dest_that_was_begun_otherwise_is_refused(listed, tmp_path):
    dest, plan = listed(NAMES, shards=2)
    with pytest.raises(BatchError, match=r"was begun for .*names.txt, not for other"):
        make_plan(dest, "other", FAKE)
    with pytest.raises(BatchError, match="begun with 2 shards, not 3"):
        make_plan(dest, plan.source, FAKE, 3)
    with pytest.raises(BatchError, match="holds no run"):
        status_of(Dest(str(tmp_path / "empty")))
    dest.write("_batch.json", b"{}")
    with pytest.raises(BatchError, match=r"_batch.json is damaged"):
        open_plan(dest)
    (dest.folder / "_batch.json").unlink()
    dest.write(shard_name(0, 2), b"somebody's")
    with pytest.raises(BatchError, match=r"holds shard-00000-of-00002.parquet and no _batch.json"):
        make_plan(dest, plan.source, FAKE)
    (tmp_path / "file").touch()
    with pytest.raises(BatchError, match="is a file: name a folder"):
        Dest(str(tmp_path / "file"))


def test_shard_of_another_place_is_refused(listed):
    dest, plan = listed(NAMES, shards=2)
    read(dest, plan)
    dest.write(shard_name(1, 2), dest.read(shard_name(0, 2)))
    with pytest.raises(BatchError, match="was written as shard-00000"):
        finished(dest, plan, range(2))


def test_second_run_in_one_dest_is_refused(listed):
    dest, _ = listed(NAMES, shards=2)
    with alone_in(dest), pytest.raises(BatchError, match="Another run is at work"), alone_in(dest):
        pass
    with alone_in(dest, "shard-00000"), alone_in(dest, "shard-00001"):
        pass


def test_full_disk_ends_the_run_with_a_sentence_and_leaves_whole_shards(listed):
    dest, plan = listed([f"/{n} pair" for n in range(2000)], shards=4)
    read(dest, plan, [0])
    with a_disk_of(5_000), pytest.raises(FileError, match="cannot be written: File too large"):
        read(dest, plan, [1, 2, 3])
    assert finished(dest, plan, range(4)) == ({0}, [])
    read(dest, plan, [1, 2, 3])
    assert len(rows_in(dest)) == 4000


def test_more_shards_than_pictures_are_as_many_as_pictures(listed):
    dest, plan = listed(NAMES[:3], shards=10)
    assert (plan.pictures, plan.shards) == (3, 3)
    assert make_plan(dest, plan.source, FAKE, 10).shards == 3


def test_merged_table_holds_all_rows_in_order(listed, tmp_path):
    dest, plan = listed(NAMES, shards=5)
    out = tmp_path / "all.parquet"
    read(dest, plan, [0, 1, 3])
    with pytest.raises(BatchError, match="2 of 5 shards are not read yet, shard-00002"):
        merge(dest, out)
    read(dest, plan, [2, 4])
    assert merge(dest, out) == len(expected())
    table = pq.read_table(out)
    assert list(zip(*table.select(["uri", "face"]).to_pydict().values(), strict=True)) == expected()
    assert table.to_pylist() == rows_in(dest)
    with pytest.raises(BatchError, match=r"must end in \.csv or \.parquet"):
        merge(dest, tmp_path / "all.xlsx")


def test_merged_csv_is_safe_to_open(listed, tmp_path):
    import pandas as pd

    names = ["=1+2.png", *NAMES]
    dest, plan = listed(names, shards=2)
    read(dest, plan)
    merge(dest, tmp_path / "all.csv")
    table = pd.read_csv(tmp_path / "all.csv")
    assert len(table) == len(expected()) + 1
    assert table["uri"][0] == f"{tmp_path}/=1+2.png"
    assert not table.map(lambda cell: str(cell).startswith("=")).any(axis=None)


def test_tally_of_a_shard_is_read_from_its_footer(listed):
    dest, plan = listed(NAMES, shards=1)
    read(dest, plan)
    notes = pq.read_metadata(io.BytesIO(dest.read(plan.names[0]))).metadata
    assert json.loads(notes[b"fer_tally"])["pictures"] == 50
