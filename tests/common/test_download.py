import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from file_server import FileServer, serving

from fer_core.common.download import fetch, published_sha256
from fer_core.errors import DownloadError

CONTENT = bytes(range(256)) * 4000
DIGEST = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def server() -> Iterator[FileServer]:
    with serving(CONTENT) as server:
        yield server


def test_fetch_writes_the_file_and_tells_how_far_it_is(server: FileServer, tmp_path: Path) -> None:
    told = []
    path = fetch(server.url, tmp_path / "new" / "file.bin", DIGEST, lambda *now: told.append(now))
    assert path.read_bytes() == CONTENT
    assert told[-1] == (len(CONTENT), len(CONTENT))
    assert [done for done, _ in told] == sorted(done for done, _ in told)


def test_two_who_want_the_same_file_fetch_it_once(server: FileServer, tmp_path: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        wanted = [pool.submit(fetch, server.url, tmp_path / "file.bin", DIGEST) for _ in range(4)]
    assert {one.result().read_bytes() for one in wanted} == {CONTENT}
    assert server.ranges == [None]
    assert [path.name for path in tmp_path.iterdir()] == ["file.bin"]


def test_interrupted_transfer_resumes_where_it_broke_off(
    server: FileServer, tmp_path: Path
) -> None:
    server.break_after = 400_000
    with pytest.raises(DownloadError, match="continue from there"):
        fetch(server.url, tmp_path / "file.bin", DIGEST)
    had = (tmp_path / "file.bin.part").stat().st_size
    assert 0 < had <= 400_000
    assert not (tmp_path / "file.bin").exists()
    assert fetch(server.url, tmp_path / "file.bin", DIGEST).read_bytes() == CONTENT
    assert server.ranges == [None, f"bytes={had}-"]


def test_server_without_ranges_starts_over(server: FileServer, tmp_path: Path) -> None:
    server.has_ranges = False
    (tmp_path / "file.bin.part").write_bytes(b"rest of something else")
    assert fetch(server.url, tmp_path / "file.bin", DIGEST).read_bytes() == CONTENT


def test_complete_part_is_not_fetched_again(server: FileServer, tmp_path: Path) -> None:
    (tmp_path / "file.bin.part").write_bytes(CONTENT)
    assert fetch(server.url, tmp_path / "file.bin", DIGEST).read_bytes() == CONTENT


def test_file_with_another_sha256_is_refused_and_deleted(
    server: FileServer, tmp_path: Path
) -> None:
    with pytest.raises(DownloadError, match="sha256 differs"):
        fetch(server.url, tmp_path / "file.bin", "0" * 64)
    assert list(tmp_path.iterdir()) == []


def test_digest_published_by_the_host_is_read(server: FileServer) -> None:
    server.linked_etag = DIGEST
    assert published_sha256(server.url) == DIGEST


def test_host_that_publishes_no_digest_is_named(server: FileServer) -> None:
    with pytest.raises(DownloadError, match="without the file's sha256"):
        published_sha256(server.url)
    with pytest.raises(DownloadError, match="cannot be reached"):
        published_sha256("http://127.0.0.1:9/file.bin")


def test_file_that_is_there_asks_nobody(server: FileServer, tmp_path: Path) -> None:
    (tmp_path / "file.bin").write_bytes(CONTENT)
    fetch(server.url, tmp_path / "file.bin", DIGEST)
    assert server.ranges == []


def test_no_network_says_what_to_do_by_hand(tmp_path: Path) -> None:
    with pytest.raises(DownloadError, match=r"cannot be reached\. Or download it by hand"):
        fetch("http://127.0.0.1:9/file.bin", tmp_path / "file.bin")


def test_missing_page_names_the_status(server: FileServer, tmp_path: Path) -> None:
    with pytest.raises(DownloadError, match="404"):
        fetch(server.url.replace("file.bin", "missing"), tmp_path / "file.bin")


def test_folder_that_cannot_be_written_is_named(server: FileServer, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")  # where the folder should go
    with pytest.raises(
        DownloadError, match=r"file\.bin cannot be written: (Not a dir|File exists)"
    ):
        fetch(server.url, tmp_path / "file" / "file.bin", DIGEST)
    (tmp_path / "file.bin.part").mkdir()
    with pytest.raises(DownloadError, match="cannot be written: Is a directory"):
        fetch(server.url, tmp_path / "file.bin", DIGEST)
