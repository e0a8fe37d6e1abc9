import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
import pytest
from file_server import serving

from fer_core.errors import DetectorError, DownloadError
from fer_core.faces import (
    FaceBox,
    YuNetDetector,
    detector,
    fallback_notice,
    fetch_file,
    is_here,
    prepare,
    resolve,
    yunet,
)
from fer_core.faces import file as files
from fer_core.faces.file import Attempt, DetectorFile
from fer_core.settings import settings

table = sys.modules["fer_core.faces.detector"]  # the package has a function of that name
given = yunet.FILE.path()
needs_yunet = pytest.mark.skipif(given is None, reason="FER_YUNET names no YuNet file")


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """A machine on which YuNet has never been; `machine(url)` says where OpenCV Zoo is."""
    monkeypatch.delenv("FER_YUNET", raising=False)
    monkeypatch.delenv("FER_OFFLINE")
    monkeypatch.setenv("FER_CACHE", str(tmp_path))
    settings.cache_clear()

    def at(url: str, sha256: str = yunet.FILE.sha256) -> None:
        file = DetectorFile(yunet.FILE.name, url, sha256, "233 kB", "yunet")
        kind = table.DETECTORS["yunet"]
        moved = table.DetectorKind(kind.title, kind.caption, kind.make, file)
        monkeypatch.setitem(table.DETECTORS, "yunet", moved)
        monkeypatch.setattr(table, "_attempt", Attempt(file.fetch))

    yield at
    monkeypatch.undo()
    settings.cache_clear()


@needs_yunet
def test_auto_fetches_it_once_for_all_who_ask_at_the_same_time(machine, tmp_path):
    with serving(given.read_bytes()) as server:
        machine(server.url)
        with ThreadPoolExecutor(8) as visitors:
            assert set(visitors.map(resolve, ["auto"] * 16)) == {"yunet"}
        assert len(server.ranges) == 1
    assert (tmp_path / yunet.FILE.name).read_bytes() == given.read_bytes()
    assert fallback_notice() == ""
    assert detector("auto").name == "yunet"


@needs_yunet
def test_prepared_in_the_background(machine):
    with serving(given.read_bytes()) as server:
        machine(server.url)
        prepare()
        assert resolve("auto") == "yunet"
        prepare()
        assert len(server.ranges) == 1


def test_haar_reads_where_it_cannot_be_fetched_and_says_why(machine):
    with serving(b"") as server:
        machine(server.url.replace("file.bin", "missing"))
        assert detector("auto").name == "haar_alt2"
        assert not is_here("yunet")
    notice = fallback_notice()
    assert "found by Haar cascade alt2, which misses" in notice
    assert "404" in notice and "download it by hand and save it as" in notice


def test_another_file_is_refused_and_not_kept(machine, tmp_path):
    with serving(b"<html>Sign in to the hotel's network</html>") as server:
        machine(server.url)
        with pytest.raises(DownloadError, match="sha256"):
            fetch_file("yunet")
        assert list(tmp_path.iterdir()) == []
        assert resolve("auto") == "haar_alt2"
        assert "sha256" in fallback_notice()


def test_server_that_does_not_answer_is_not_waited_for(machine, monkeypatch):
    answer = threading.Event()
    attempt = Attempt(answer.wait)
    machine("http://127.0.0.1:9/never")
    monkeypatch.setattr(table, "_attempt", attempt)
    monkeypatch.setattr(files, "PATIENCE_SECONDS", 0.0)
    try:
        assert resolve("auto") == "haar_alt2"
        assert "has not answered yet" in fallback_notice()
    finally:
        answer.set()


def test_offline_nothing_is_asked_of_any_server(machine, monkeypatch):
    monkeypatch.setenv("FER_OFFLINE", "1")
    settings.cache_clear()
    with serving(b"anything") as server:
        machine(server.url)
        assert resolve("auto") == "haar_alt2"
        with pytest.raises(DownloadError, match="FER_OFFLINE forbids"):
            fetch_file("yunet")
        assert server.ranges == []
    assert "FER_OFFLINE" in fallback_notice() and "FER_YUNET" in fallback_notice()


def test_asked_for_by_name_but_not_here(machine):
    machine("http://127.0.0.1:9/never")
    with pytest.raises(DetectorError, match="fetches it"):
        detector("yunet")


@pytest.mark.parametrize("name", ["yunett", "", "haar", "YuNet"])
def test_unknown_name_is_an_error_and_never_another_detector(name):
    for choose in (detector, resolve):
        with pytest.raises(DetectorError, match="no face detector"):
            choose(name)


@pytest.mark.parametrize("data", [b"", b"not a network" * 100])
def test_broken_file(tmp_path, data):
    path = tmp_path / "broken.onnx"
    path.write_bytes(data)
    with pytest.raises(DetectorError, match="cannot be read as the YuNet detector"):
        YuNetDetector(path)


@needs_yunet
def test_landmarks_lie_on_the_face_and_tell_how_it_is_turned(astronaut):
    eyes_nose_mouth = np.array([(203, 104), (243, 104), (221, 129), (208, 145), (238, 145)])
    rolls = []
    for degrees in (-30, 0, 30):
        turn = cv2.getRotationMatrix2D((223, 117), -degrees, 1)
        turned = cv2.warpAffine(astronaut, turn, (512, 512), borderMode=cv2.BORDER_REPLICATE)
        (box,) = detector("yunet", fast=True).detect(turned)
        assert box.detector == "yunet"
        expected = eyes_nose_mouth @ turn[:, :2].T + turn[:, 2]
        assert np.abs(np.array(box.landmarks) - expected).max() < 20
        rolls.append(box.roll)
    assert (np.diff(rolls) > 5).all()  # YuNet reads angles short


def test_roll_is_counted_clockwise_as_seen():
    points = np.array([(-20, -15), (20, -15), (0, 0), (-15, 20), (15, 20)], float)
    for degrees in (-120, -45, 0, 10, 90, 170):
        turn = cv2.getRotationMatrix2D((0, 0), -degrees, 1)[:, :2]
        landmarks = tuple(map(tuple, (points @ turn.T + 100).tolist()))
        assert FaceBox(50, 50, 100, 100, 0.9, landmarks).roll == pytest.approx(degrees)
    assert FaceBox(50, 50, 100, 100).roll == 0


def test_landmarks_scale_with_the_box():
    box = FaceBox(10, 20, 30, 40, 0.9, ((12.0, 22.0),) * 5, "yunet")
    assert box.scaled(0.5) == FaceBox(5, 10, 15, 20, 0.9, ((6.0, 11.0),) * 5, "yunet")


@needs_yunet
def test_rows_that_are_no_numbers_are_no_faces(astronaut, monkeypatch):
    found = detector("yunet", fast=True)
    (good,) = found._rows(astronaut)
    bad = np.tile(good, (3, 1))
    bad[0, 2], bad[1, 5] = np.inf, np.nan
    monkeypatch.setattr(found, "_rows", lambda rgb: bad)
    assert len(found.detect(astronaut)) == 1


@needs_yunet
@pytest.mark.parametrize("shape", [(16, 16), (20, 640), (32, 640), (17, 300), (640, 32), (33, 640)])
def test_strips_hold_no_face_and_no_infinity(shape):
    rng = np.random.default_rng(0)
    for _ in range(10):
        dirt = [
            np.full(side**2, value, np.float32) for side in range(2, 64) for value in (np.inf, 1)
        ]
        del dirt  # leaves them where YuNet's outputs will lie
        assert detector("yunet").detect(rng.integers(0, 256, (*shape, 3), np.uint8)) == []
