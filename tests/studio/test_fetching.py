import hashlib
from dataclasses import replace

import pytest
from file_server import serving
from forms import noise_faces, tarball
from streamlit.testing.v1 import AppTest
from waiting import wait_until

from fer_core.common.download import fetch
from fer_core.dataset import download
from fer_core.dataset.download import SOURCES
from fer_core.dataset.statistics import count, read_statistics
from fer_core.errors import DownloadError
from fer_core.settings import ROOT, settings
from studio import fetching
from studio.fetching import Fetching, Wanted

CONTENT = bytes(range(256)) * 4000
DIGEST = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def empty_server(tmp_path, monkeypatch):
    """A server without any data, whose deployer set FER_FETCH."""
    monkeypatch.setenv("FER_FETCH", "1")
    monkeypatch.setenv("FER_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("FER_OFFLINE", "0")
    monkeypatch.delenv("FER_DATA", raising=False)
    settings.cache_clear()
    yield
    settings.cache_clear()


def wanted(url: str, path, digest: str = DIGEST) -> Wanted:
    return Wanted("Something", path.is_file, lambda tell: fetch(url, path, digest, tell))


def test_all_are_fetched_although_one_fails_and_that_is_tried_again(tmp_path):
    with serving(CONTENT) as server:
        first = replace(wanted(server.url, tmp_path / "first"), title="First")
        second = replace(wanted(server.url, tmp_path / "second"), title="Second")
        server.break_after = 300_000
        work = Fetching([first, second], pauses=(0.01,))
        work.begin()
        wait_until(lambda: first.is_here() and second.is_here())
        assert (tmp_path / "first").read_bytes() == CONTENT
    # The first broke off, the second was fetched meanwhile, and the first went on where it was.
    assert [asked is None for asked in server.ranges] == [True, True, False]


def test_how_it_stands_is_said_in_words(tmp_path, monkeypatch):
    one = wanted("http://127.0.0.1:9/file.bin", tmp_path / "file")
    work = Fetching([one], pauses=(600.0,))
    assert "will be here soon" in work.sentence("Something")
    one.note(12_000_000, 97_000_000)
    assert work.sentence("Something").endswith("fetches Something: 12 of 97 MB have come.")
    one.note(97_000_000, 97_000_000)
    assert "is being checked" in work.sentence("Something")
    work.begin()
    wait_until(lambda: one.failure is not None and "600 s" in work.sentence("Something"))
    assert "cannot be reached" in work.sentence("Something")
    monkeypatch.setattr(settings(), "hosted", True)
    said = work.sentence("Something")
    assert "could not be fetched; it is tried again in" in said and str(tmp_path) not in said


def test_error_of_the_program_is_told_and_tried_again(tmp_path):
    calls = []

    def broken(tell):
        calls.append(tell)
        if len(calls) == 1:
            raise ZeroDivisionError("boom")
        raise DownloadError("no")

    one = Wanted("Something", lambda: len(calls) == 3, broken)
    Fetching([one], pauses=(0.01,)).begin()
    wait_until(lambda: len(calls) == 3)


def test_dataset_page_tells_how_far_it_is_and_shows_the_faces(
    empty_server, saved_models, monkeypatch
):
    faces = noise_faces()
    known = replace(read_statistics(), counts=count(faces))
    monkeypatch.setattr(download, "read_statistics", lambda: known)
    with serving(tarball(faces)) as server:
        server.linked_etag = hashlib.sha256(server.content).hexdigest()
        source = replace(SOURCES["huggingface"], url=server.url)
        monkeypatch.setitem(SOURCES, "huggingface", source)
        faces_alone = {fetching.FER2013: fetching.fetching.__wrapped__().wanted[fetching.FER2013]}
        work = Fetching(list(faces_alone.values()), pauses=(0.01,))
        begun = []
        monkeypatch.setattr(work, "begin", lambda: begun.append(True))
        monkeypatch.setattr(fetching, "fetching", lambda: work)
        app = AppTest.from_file(str(ROOT / "Home.py"), default_timeout=60)
        page = app.switch_page("pages/1_Dataset.py").run()
        assert begun and not page.exception
        told = [bar.proto.text for bar in page.get("progress")]
        assert told == ["FER2013 will be here soon: this server fetches it by itself."]
        Fetching.begin(work)
        wait_until(lambda: settings().dataset is not None)
        page.run()
    assert not page.exception and not page.get("progress")
    assert any("42 faces" in caption.value for caption in page.caption)
