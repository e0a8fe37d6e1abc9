"""What visitors hold in the real server's memory: never on disk, never more than there is."""

import io
import sys

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from waiting import eventually

from benchmarks.visitor import Visitor

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
MB = 2**20


@pytest.fixture(scope="module")
def server(start_server):
    return start_server("--server.disconnectedSessionTTL=1", FER_MEMORY_MB="60", FER_HOSTED="1")


def send(visitor: Visitor, megabytes: int) -> None:
    """Sends a file that no widget shows."""
    urls = visitor.new_file("film.mp4")
    assert visitor.put(urls.upload_url, "film.mp4", [bytes(MB)] * megabytes) == 204


def test_upload_opens_no_file_on_disk_while_it_arrives(server):
    with Visitor(server.address) as visitor:
        visitor.open()
        before = server.files_on_disk()
        seen = []

        def pieces():
            # What was sent has been read but for what the sockets hold, a few MB.
            for _ in range(24):
                yield bytes(MB)
                seen.append(server.files_on_disk())

        urls = visitor.new_file("film.mp4")
        assert visitor.put(urls.upload_url, "film.mp4", pieces()) == 204
        assert seen == [before] * 24


def test_upload_beyond_a_visitors_share_is_refused_in_words(server):
    with Visitor(server.address) as visitor:
        visitor.open()
        send(visitor, 40)
        visitor.run()
        assert visitor.says("“film.mp4” was not taken. One visitor may hold 30 MB")
        send(visitor, 20)
        visitor.run()
        assert not visitor.says("was not taken")


def test_oldest_session_gives_way_and_reads_why(server):
    with (
        Visitor(server.address) as first,
        Visitor(server.address) as second,
        Visitor(server.address) as third,
    ):
        for visitor in (first, second, third):
            visitor.open()
            send(visitor, 24)
        for visitor in (second, third, first):
            visitor.run()
        assert first.says("ran short of memory and dropped")
        assert not second.says("ran short")
        assert not third.says("ran short")
        first.run()
        assert not first.says("ran short")


def many_faces_in_few_bytes(faces: int) -> bytes:
    """A parquet that holds one face many times: 2,304 bytes for each when it is read."""
    rows = np.zeros(faces, np.int32)
    columns = {
        "emotion": pa.array(rows),
        "usage": pa.DictionaryArray.from_arrays(pa.array(rows), ["Training"]),
        "pixels": pa.DictionaryArray.from_arrays(pa.array(rows), [bytes(2304)]),
    }
    file = io.BytesIO()
    pq.write_table(pa.table(columns), file)
    return file.getvalue()


def test_small_file_of_a_large_dataset_is_refused_before_it_is_unpacked(server):
    data = many_faces_in_few_bytes(200_000)
    assert len(data) < MB
    with Visitor(server.address) as visitor:
        visitor.open("Dataset")
        before = server.memory
        visitor.upload("dataset_file", "faces.parquet", data)
        assert visitor.says("200,000 rows, which would take 439 MB; the limit is 15 MB")
        assert server.memory < before + 60


def test_memory_of_who_left_comes_back_without_another_visitor(server):
    with Visitor(server.address) as visitor:
        visitor.open()
    before = server.memory
    with Visitor(server.address) as one, Visitor(server.address) as other:
        for visitor in (one, other):
            visitor.open()
            send(visitor, 28)
        assert server.memory > before + 40
    assert eventually(lambda: server.memory < before + 15)
