import http.server
import threading

import pytest

from fer_core.errors import DetectorError, DownloadError
from fer_core.faces import YuNetDetector, detector, fetch_yunet, yunet, yunet_file
from fer_core.settings import settings

given = yunet_file()
needs_yunet = pytest.mark.skipif(given is None, reason="FER_YUNET names no YuNet file")


@pytest.fixture
def empty_cache(tmp_path, monkeypatch):
    """Settings of a machine on which YuNet has never been."""
    monkeypatch.delenv("FER_YUNET", raising=False)
    monkeypatch.setenv("FER_CACHE", str(tmp_path))
    settings.cache_clear()
    yield tmp_path
    monkeypatch.undo()
    settings.cache_clear()


@pytest.fixture
def serve(tmp_path_factory, monkeypatch):
    """A server on 127.0.0.1 that stands in for OpenCV Zoo."""
    folder = tmp_path_factory.mktemp("zoo")

    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *args):
            super().__init__(*args, directory=str(folder))

        def log_message(self, *args):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setattr(yunet, "URL", f"http://127.0.0.1:{server.server_port}/{yunet.FILE}")
    yield lambda data: (folder / yunet.FILE).write_bytes(data)
    server.shutdown()
    server.server_close()


@needs_yunet
def test_fetched_once_checked_and_then_used_by_auto(empty_cache, serve):
    serve(given.read_bytes())
    assert detector("auto").name == "haar_alt2"
    path = fetch_yunet()
    assert path.parent == empty_cache
    assert path.read_bytes() == given.read_bytes()
    serve(b"gone")
    assert fetch_yunet() == path
    assert detector("auto").name == "yunet"


def test_another_file_is_refused_and_not_kept(empty_cache, serve):
    serve(b"<html>Sign in to the hotel's network</html>")
    with pytest.raises(DownloadError, match="sha256"):
        fetch_yunet()
    assert list(empty_cache.iterdir()) == []


def test_asked_for_by_name_but_not_here(empty_cache):
    with pytest.raises(DetectorError, match="fetches it"):
        detector("yunet")


@pytest.mark.parametrize("data", [b"", b"not a network" * 100])
def test_broken_file(tmp_path, data):
    path = tmp_path / "broken.onnx"
    path.write_bytes(data)
    with pytest.raises(DetectorError, match="cannot be read as the YuNet detector"):
        YuNetDetector(path)
