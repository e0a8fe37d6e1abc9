import os
import tarfile
import threading
import zipfile
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pandas as pd
import pytest

from fer_core.errors import BatchError, FileError
from fer_core.images import encode_png
from fer_core.picture_names import Skipped
from fer_core.scale.fetch import fetch
from fer_core.scale.manifest import Entry
from fer_core.scale.sources import entries_of

PICTURE = encode_png(np.zeros((60, 60, 3), np.uint8))


def listed(source: object) -> tuple[list[Entry], Skipped]:
    skipped = Skipped()
    return list(entries_of(str(source), skipped)), skipped


def uris(source: object) -> list[str]:
    return [entry.uri for entry in listed(source)[0]]


@pytest.fixture
def folder(tmp_path):
    place = tmp_path / "photos"
    for name in ("b.png", "a.png", "below/c.jpg", "below/notes.txt", ".hidden.png"):
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_bytes(PICTURE if not name.endswith(".txt") else b"text")
    return place


def test_folder_pattern_and_picture(folder):
    entries, skipped = listed(folder)
    names = ("a.png", "b.png", "below/c.jpg")
    assert [entry.uri for entry in entries] == [f"{folder}/{name}" for name in names]
    assert all(entry.size == len(PICTURE) and entry.etag and entry.modified for entry in entries)
    assert skipped.sentence.startswith("1 file is no picture")
    assert uris(f"{folder}/*.png") == [f"{folder}/a.png", f"{folder}/b.png"]
    assert uris(folder / "a.png") == [f"{folder}/a.png"]


def test_pattern_of_remote_kind_works_on_a_machine_too(folder):
    assert len(uris(f"file://{folder}")) == 3


def test_relative_folder_gives_absolute_names(folder, monkeypatch):
    monkeypatch.chdir(folder.parent)
    assert uris("photos")[0] == f"{folder}/a.png"


def test_name_that_is_no_text_can_be_read(tmp_path):
    path = tmp_path / os.fsdecode(b"caf\xe9.png")
    path.write_bytes(PICTURE)
    (entry,) = listed(tmp_path)[0]
    assert entry.uri == f"file://{tmp_path}/caf%E9.png"
    assert fetch(entry) == PICTURE


@pytest.mark.parametrize("ending", ["txt", "csv", "tsv", "parquet"])
def test_lists_name_each_picture_once_in_their_order(folder, tmp_path, ending):
    names = ["photos/b.png", f"{folder}/a.png", "photos/b.png", "https://example.org/x.jpg"]
    path = tmp_path / f"list.{ending}"
    table = pd.DataFrame({"id": range(4), "URL": names, "size": [len(PICTURE), 7, 1, None]})
    if ending == "txt":
        path.write_text("\n".join(names) + "\n\n")
    elif ending == "parquet":
        table.astype({"size": "Int64"}).to_parquet(path)
    else:
        table.astype({"size": "Int64"}).to_csv(path, sep="," if ending == "csv" else "\t")
    entries, _ = listed(path)
    assert [entry.uri for entry in entries] == [
        f"{tmp_path}/photos/b.png",
        f"{folder}/a.png",
        "https://example.org/x.jpg",
    ]
    if ending != "txt":
        assert [entry.size for entry in entries] == [len(PICTURE), 7, -1]


@pytest.mark.parametrize("ending", ["zip", "tar", "tar.gz"])
def test_members_of_archives(tmp_path, ending):
    path = tmp_path / f"a.{ending}"
    files = {"one.png": PICTURE, "below/two.png": PICTURE + b"2", "notes.txt": b"text"}
    for name, data in files.items():
        (tmp_path / "in" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "in" / name).write_bytes(data)
    if ending == "zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in files:
                archive.write(tmp_path / "in" / name, name)
    else:
        with tarfile.open(path, "w:gz" if ending == "tar.gz" else "w") as archive:
            for name in files:
                archive.add(tmp_path / "in" / name, name)
    entries, skipped = listed(path)
    assert [entry.uri for entry in entries] == [
        f"{ending[:3]}://{name}::{path}" for name in ("one.png", "below/two.png")
    ]
    assert [fetch(entry) for entry in reversed(entries)] == [PICTURE + b"2", PICTURE]
    assert skipped.count == 1
    os.utime(path, (1, 1))
    with pytest.raises(FileError, match="has changed since the manifest"):
        fetch(entries[0])


def test_shards_of_webdataset(tmp_path):
    for number in range(3):
        with tarfile.open(tmp_path / f"faces-{number:03d}.tar", "w") as archive:
            (tmp_path / "x.png").write_bytes(PICTURE)
            (tmp_path / "x.cls").write_bytes(b"3")
            archive.add(tmp_path / "x.png", "000.png")
            archive.add(tmp_path / "x.cls", "000.cls")
    found = uris(tmp_path / "faces-{000..002}.tar")
    assert found == [f"tar://000.png::{tmp_path}/faces-00{n}.tar" for n in range(3)]
    assert uris(tmp_path / "faces-*.tar") == found


def test_member_that_is_damaged_says_so(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("one.png", PICTURE)
    data = path.read_bytes()
    path.write_bytes(data.replace(PICTURE[:40], bytes(40)))
    (entry,) = listed(path)[0]
    with pytest.raises(FileError, match="damaged or encrypted within the archive"):
        fetch(entry)


def test_encrypted_archive_is_refused(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("one.png", PICTURE)
    data = bytearray(path.read_bytes())
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    with pytest.raises(BatchError, match="is encrypted"):
        listed(path)


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


def test_page_of_links_is_read_with_what_is_below(folder):
    handler = partial(_Quiet, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        base = f"http://127.0.0.1:{server.server_port}/"
        entries, _ = listed(base)
        assert [entry.uri for entry in entries] == [
            f"{base}{name}" for name in ("a.png", "b.png", "below/c.jpg")
        ]
        assert fetch(entries[2]) == PICTURE
        with pytest.raises(FileError, match=r"nothing.png is not there"):
            fetch(Entry(f"{base}nothing.png"))
        server.shutdown()


def test_place_that_needs_a_package_names_its_extra(monkeypatch):
    import fsspec.core

    def missing(*_: object) -> None:
        raise ImportError("Install gcsfs")

    monkeypatch.setattr(fsspec.core, "url_to_fs", missing)
    with pytest.raises(BatchError, match=r"pip install '\.\[gcs\]'"):
        listed("gs://bucket/")
