import os
import sys
from pathlib import PurePath

import numpy as np
import pandas as pd
import pytest

from fer_core.cli import main
from fer_core.images import encode_png
from fer_core.scale.shard import shard_name


@pytest.fixture
def run(monkeypatch, capsys):
    """Runs `python -m fer_core batch ...`; returns exit status, standard output and error."""

    def command(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["fer_core", "batch", *map(str, arguments)])
        with pytest.raises(SystemExit) as end:
            main()
        return (end.value.code, *capsys.readouterr())

    return command


@pytest.fixture
def pictures(tmp_path, astronaut):
    """A face, a picture without one, a bad one, and a text."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    (folder / "face.png").write_bytes(encode_png(np.ascontiguousarray(astronaut[:260, 80:360])))
    (folder / "blank.png").write_bytes(encode_png(np.zeros((60, 60, 3), np.uint8)))
    (folder / "bad.jpg").write_bytes(b"text")
    (folder / "notes.txt").write_text("no picture")
    return folder


ONE = ("--workers", 0, "--detector", "haar_alt2")


def test_folder_becomes_shards_and_one_table(run, pictures, tmp_path):
    dest, table = tmp_path / "dest", tmp_path / "all.csv"
    status, out, err = run(pictures, "--out", dest, "--shards", 2, *ONE)
    assert (status, err.strip()) == (0, "")
    assert "3 pictures in 2 shards" in out
    assert f"1 file is no picture and was left out: {pictures / 'notes.txt'}." in out
    assert "Shards: 2 of 2 done; pictures read: 3, left: 0" in out
    assert "Faces: 1; pictures without a face: 1; errors: 1" in out
    assert "1 × The file is text, not a picture" in out
    assert run("--merge", dest, "--out", table)[1] == f"Rows: 3. Written: {table}\n"
    rows = pd.read_csv(table)
    assert [PurePath(uri).name for uri in rows["uri"]] == ["bad.jpg", "blank.png", "face.png"]
    assert rows["landmarks"].isna().all()
    again = run(pictures, "--out", dest, *ONE)[1]
    assert "2 of 2 shards are there and are not read again." in again


def test_rows_are_those_of_classify(run, pictures, tmp_path, monkeypatch, capsys):
    run(pictures, "--out", tmp_path / "dest", *ONE)
    run("--merge", tmp_path / "dest", "--out", tmp_path / "batch.csv")
    argv = ["fer_core", "classify", str(pictures), "--out", str(tmp_path / "one.csv")]
    monkeypatch.setattr(sys, "argv", [*argv, *map(str, ONE)])
    with pytest.raises(SystemExit):
        main()
    one, many = pd.read_csv(tmp_path / "one.csv"), pd.read_csv(tmp_path / "batch.csv")
    shared = ["face", "left", "width", "score", "answer", "confidence", "happy", "error"]
    pd.testing.assert_frame_equal(one[shared], many[shared])


def test_jobs_of_an_array_read_a_shard_each(run, pictures, tmp_path):
    dest = tmp_path / "dest"
    status, _, err = run(pictures, "--out", dest, "--shards", 2, "--shard", 0, *ONE)
    assert status == 1
    assert f"fer-studio batch {pictures} --out {dest} --shards 2 --plan" in err
    assert (
        "3 pictures in 2 shards" in run(pictures, "--out", dest, "--shards", 2, "--plan", *ONE)[1]
    )
    assert run(pictures, "--out", dest, "--shard", 1, *ONE)[0] == 0
    assert "Shards: 1 of 2 done; pictures read: 2, left: 1" in run("--status", dest)[1]
    assert run(pictures, "--out", dest, "--shard", 2, *ONE)[0] == 2
    (dest / shard_name(1, 2)).write_bytes(b"PAR1")
    status, _, err = run(pictures, "--out", dest, "--shard", 1, *ONE)
    assert (status, "shard-00001-of-00002.parquet is damaged" in err) == (0, True)
    assert run(pictures, "--out", dest, "--shard", 0, *ONE)[0] == 0
    assert "Shards: 2 of 2 done" in run("--status", dest)[1]


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("nowhere", "nowhere is not there: name a folder"),
        ("empty", "There is no picture in "),
        ("{}/*.jpg", "Nothing is named like "),
        ("ftp3://bucket/", "ftp3://bucket/ cannot be reached"),
        ("broken.zip", "broken.zip is damaged, or no archive"),
        ("broken.tar", "broken.tar is damaged, or no archive"),
        ("broken.parquet", "broken.parquet is damaged, or no Parquet file"),
        ("columns.csv", "has no column that names pictures: call it uri. There are: a, b."),
        ("empty.txt", "There is no picture in "),
        ("latin.txt", "is no list of pictures in UTF-8"),
    ],
)
def test_bad_source_is_one_sentence(run, tmp_path, source, said):
    (tmp_path / "empty").mkdir()
    for name in ("broken.zip", "broken.tar", "broken.parquet"):
        (tmp_path / name).write_bytes(b"nothing of the kind" * 100)
    (tmp_path / "columns.csv").write_text("a,b\n1,2\n")
    (tmp_path / "empty.txt").write_text("\n")
    (tmp_path / "latin.txt").write_bytes(b"caf\xe9.png\n")
    place = source if "://" in source else tmp_path / source
    status, _, err = run(place, "--out", tmp_path / "dest", *ONE)
    assert (status, err.startswith("Error: "), said in err) == (1, True, True), err
    assert "Traceback" not in err
    assert not (tmp_path / "dest" / "_batch.json").exists()


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may read everything")
def test_folder_that_may_not_be_read(run, tmp_path):
    (tmp_path / "closed").mkdir(mode=0)
    status, _, err = run(tmp_path / "closed", "--out", tmp_path / "dest", *ONE)
    assert (status, "may not be read with these rights" in err) == (1, True)


def test_options_that_exclude_each_other(run, tmp_path):
    assert run(tmp_path)[0] == 2
    assert run("--out", tmp_path / "dest")[0] == 2
    assert run(tmp_path, "--status", tmp_path)[0] == 2
    assert run(tmp_path, "--merge", tmp_path, "--out", tmp_path / "x.csv")[0] == 2
    status, _, err = run("--status", tmp_path / "none")
    assert (status, "holds no run" in err) == (1, True)
