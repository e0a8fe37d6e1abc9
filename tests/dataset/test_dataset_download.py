import hashlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from file_server import FileServer, serving
from forms import tarball, write_tree, zipped

from fer_core.dataset import FaceDataset, download, load
from fer_core.dataset.download import SOURCES, fetch_fer2013
from fer_core.dataset.statistics import count, read_statistics
from fer_core.errors import DownloadError
from fer_core.settings import settings


@pytest.fixture(autouse=True)
def no_data(monkeypatch: pytest.MonkeyPatch, cache: Path) -> None:
    monkeypatch.delenv("FER_DATA", raising=False)
    settings.cache_clear()


@pytest.fixture(autouse=True)
def counts_of_faces(faces: FaceDataset, monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes the made-up faces pass for FER2013."""
    known = replace(read_statistics(), counts=count(faces))
    monkeypatch.setattr(download, "read_statistics", lambda: known)


def point_to(server: FileServer, source: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if SOURCES[source].names_sha256:
        server.linked_etag = hashlib.sha256(server.content).hexdigest()
    monkeypatch.setitem(SOURCES, source, replace(SOURCES[source], url=server.url))


def test_fetched_dataset_is_found_and_its_archive_is_gone(
    faces: FaceDataset, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(tarball(faces)) as server:
        point_to(server, "huggingface", monkeypatch)
        fetch_fer2013()
    found = settings().dataset
    assert found is not None
    np.testing.assert_array_equal(load(found).images, faces.images)
    assert list((cache / "downloads").iterdir()) == []


def test_interrupted_fetch_goes_on(faces: FaceDataset, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(tarball(faces)) as server:
        point_to(server, "huggingface", monkeypatch)
        server.break_after = 80_000
        with pytest.raises(DownloadError, match="continue from there"):
            fetch_fer2013()
        assert len(fetch_fer2013()) == 42
        assert server.ranges == [None, "bytes=65536-"]


def test_kaggle_zip_of_files(
    faces: FaceDataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = {"Training": "train", "PublicTest": "val", "PrivateTest": "test"}
    root = write_tree(faces, tmp_path / "tree", names)
    files = {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*.png")}
    with serving(zipped(files)) as server:
        point_to(server, "kaggle", monkeypatch)
        assert len(fetch_fer2013("kaggle")) == 42


def test_other_faces_are_refused_and_deleted(
    faces: FaceDataset, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fewer = FaceDataset(faces.images[1:], faces.labels[1:], faces.usage[1:])
    with serving(tarball(fewer)) as server:
        point_to(server, "huggingface", monkeypatch)
        with pytest.raises(DownloadError, match="not FER2013's"):
            fetch_fer2013()
    assert settings().dataset is None
    assert list((cache / "downloads").iterdir()) == []


def test_other_bytes_than_published_are_refused_and_deleted(
    faces: FaceDataset, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(tarball(faces)) as server:
        point_to(server, "huggingface", monkeypatch)
        server.linked_etag = "0" * 64
        with pytest.raises(DownloadError, match="sha256 differs"):
            fetch_fer2013()
    assert list((cache / "downloads").iterdir()) == []


def test_page_instead_of_an_archive_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(b"<html>Please log in</html>") as server:
        point_to(server, "huggingface", monkeypatch)
        with pytest.raises(DownloadError, match=r"damaged.*deleted\. By hand: download FER2013"):
            fetch_fer2013()


def test_no_network_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    unreachable = replace(SOURCES["huggingface"], url="http://127.0.0.1:9/fer2013.tar.gz")
    monkeypatch.setitem(SOURCES, "huggingface", unreachable)
    with pytest.raises(DownloadError, match=r"cannot be reached\. By hand: download FER2013"):
        fetch_fer2013()


def test_unknown_source_names_the_known() -> None:
    with pytest.raises(DownloadError, match="huggingface, kaggle"):
        fetch_fer2013("nowhere")
