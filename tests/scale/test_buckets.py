"""S3 as moto's server on 127.0.0.1 speaks it."""

import io
import os
import tarfile
import zipfile
from dataclasses import replace

import numpy as np
import pyarrow.parquet as pq
import pytest
from bucket_server import serving

from fer_core.errors import BatchError
from fer_core.images import encode_png
from fer_core.picture_names import Skipped
from fer_core.scale import alone, sources
from fer_core.scale.alone import alone_in
from fer_core.scale.dest import Dest
from fer_core.scale.engines.local import read_shards
from fer_core.scale.job import Job
from fer_core.scale.manifest import Entry
from fer_core.scale.merge import merge
from fer_core.scale.run import finished, make_plan, open_plan, read_left, status_of
from fer_core.scale.shard import shard_name
from fer_core.scale.sources import entries_of


@pytest.fixture(scope="module")
def server():
    with serving() as running:
        yield running


@pytest.fixture(scope="module")
def face(astronaut) -> bytes:
    return encode_png(np.ascontiguousarray(astronaut[:260, 80:360]))


@pytest.fixture
def job() -> Job:
    return Job.of("slim_vgg", "haar_alt2", None, True, "0")


def listed(source: str) -> tuple[list[Entry], Skipped]:
    skipped = Skipped()
    return list(entries_of(source, skipped)), skipped


def read(dest, plan, wanted=None) -> dict[str, str | None]:
    """Reads shards; returns the error of each picture in all of them."""
    for _ in read_left(dest, plan, wanted or range(plan.shards), read_shards, 0):
        pass
    found = {}
    for name in plan.names:
        rows = pq.read_table(io.BytesIO(dest.read(name))).select(["uri", "error"]).to_pylist()
        assert not found.keys() & {row["uri"] for row in rows}
        found |= {row["uri"]: row["error"] for row in rows}
    return found


def test_prefix_is_listed_in_order_page_by_page(server, monkeypatch):
    monkeypatch.setattr(sources, "_PAGE", 10)
    for number in range(25):
        server.put(f"many/{number:04d}.png", b"x")
    for name in ("many/notes.txt", "many/.hidden.png", "many/0000000000"):
        server.put(name, b"y")
    entries, skipped = listed("s3://photos/many/")
    names = [entry.uri.removeprefix("s3://photos/many/") for entry in entries]
    assert names == sorted(["0000000000", *(f"{number:04d}.png" for number in range(25))])
    assert all(entry.size == 1 and entry.etag and entry.modified for entry in entries)
    assert skipped.count == 1
    pages = [path for method, path in server.asked if (method, path) == ("GET", "/photos")]
    assert len(pages) == 3
    assert [entry.uri for entry in listed("s3://photos/many/000*.png")[0]] == [
        f"s3://photos/many/000{number}.png" for number in range(10)
    ]


def test_run_reads_from_a_bucket_into_a_bucket(server, job, face, tmp_path):
    for number in range(5):
        server.put(f"run/{number}.png", face)
    server.put("run/bad.png", b"text")
    dest = Dest("s3://photos/dest-of-run")
    plan = make_plan(dest, "s3://photos/run/", job, 3)
    assert (plan.pictures, plan.shards) == (6, 3)
    assert make_plan(Dest("s3://photos/dest-of-run/"), plan.source, job) == plan
    read_some = [s.index for s in read_left(dest, plan, [0, 2], read_shards, 0)]
    assert read_some == [0, 2]
    assert finished(dest, plan, range(3)) == ({0, 2}, [])
    assert status_of(dest).left == 2
    found = read(dest, plan, [1])
    assert len(found) == 6
    assert [uri for uri, error in found.items() if error] == ["s3://photos/run/bad.png"]
    assert merge(dest, tmp_path / "all.parquet") == 6
    dest.write(shard_name(1, 3), b"PAR1")
    assert finished(dest, plan, range(3))[0] == {0, 2}


def test_throttled_vanished_and_changed_objects_are_read_later_or_rows(server, job, face):
    for name in "abcd":
        server.put(f"odd/{name}.png", face)
    dest = Dest("s3://photos/dest-of-odd")
    plan = make_plan(dest, "s3://photos/odd/", job, 1)
    server.client.delete_object(Bucket="photos", Key="odd/b.png")
    server.put("odd/c.png", face[:-20])
    server.busy = 6
    found = {uri.rpartition("/")[2]: error for uri, error in read(dest, plan).items()}
    assert server.busy == 0
    assert found == {
        "a.png": None,
        "b.png": "s3://photos/odd/b.png is not there.",
        "c.png": "s3://photos/odd/c.png has changed since the manifest was written.",
        "d.png": None,
    }
    assert status_of(dest).tally.reasons.keys() == {
        "It is not there.",
        "It has changed since the manifest was written.",
    }


def test_archives_and_lists_in_a_bucket(server, job, face):
    packed, tarred = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("one.png", face)
    with tarfile.open(fileobj=tarred, mode="w") as archive:
        info = tarfile.TarInfo("two.png")
        info.size = len(face)
        archive.addfile(info, io.BytesIO(face))
    server.put("packed/a.zip", packed.getvalue())
    server.put("packed/b-0.tar", tarred.getvalue())
    server.put("packed/b-1.tar", tarred.getvalue())
    server.put("packed/three.png", face)
    server.put("packed/list.csv", b"uri,size\nthree.png,%d\nfour.png,\n" % len(face))
    expected = {
        "s3://photos/packed/a.zip": [("zip://one.png::s3://photos/packed/a.zip", None)],
        "s3://photos/packed/b-{0..1}.tar": [
            (f"tar://two.png::s3://photos/packed/b-{n}.tar", None) for n in (0, 1)
        ],
        "s3://photos/packed/list.csv": [
            ("s3://photos/packed/three.png", None),
            ("s3://photos/packed/four.png", "s3://photos/packed/four.png is not there."),
        ],
    }
    for number, (source, rows) in enumerate(expected.items()):
        dest = Dest(f"s3://photos/dest-of-packed-{number}")
        assert list(read(dest, make_plan(dest, source, job)).items()) == rows


def test_what_a_bucket_refuses_is_a_sentence(server, job, monkeypatch, tmp_path):
    with pytest.raises(BatchError, match="s3://nobodys/ is not there"):
        listed("s3://nobodys/")
    with pytest.raises(BatchError, match="There is no picture in s3://photos/none/"):
        make_plan(Dest(str(tmp_path)), "s3://photos/none/", job)
    (tmp_path / "list.txt").write_text("x.png")
    with pytest.raises(BatchError, match=r"s3://nobodys/dest/_manifest.parquet is not there"):
        make_plan(Dest("s3://nobodys/dest"), str(tmp_path / "list.txt"), job)


def test_one_run_at_a_time_in_a_bucket_and_one_that_died_is_forgotten(server, monkeypatch):
    dest = Dest("s3://photos/dest-of-two")
    with alone_in(dest):
        refused = pytest.raises(BatchError, match=f"process {os.getpid()} on .* sign of life")
        with refused, alone_in(dest):
            pass
        note = dest.read("_driver.json")
    assert dest.names() == {}
    dest.write("_driver.json", note)
    with pytest.raises(BatchError, match="counts as ended after 180 s"), alone_in(dest):
        pass
    monkeypatch.setattr(alone, "STALE_SECONDS", 0.0)
    with alone_in(dest):
        pass
    dest.write("_driver.json", b"no note")
    with alone_in(dest):
        pass


def test_other_model_in_a_bucket_is_refused(server, job, face):
    server.put("one/a.png", face)
    dest = Dest("s3://photos/dest-of-one")
    plan = make_plan(dest, "s3://photos/one/", job)
    read(dest, plan)
    with pytest.raises(BatchError, match="Name another DEST"):
        make_plan(dest, plan.source, replace(job, detector="yunet", whole=False))
    assert open_plan(dest) == plan
