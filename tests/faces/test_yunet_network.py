from itertools import pairwise

import cv2
import numpy as np
import pytest
from overlap import iou

from fer_core.faces import FaceBox, is_here, yunet, yunet_network
from fer_core.faces.yunet import YuNetDetector, _parts
from fer_core.faces.yunet_network import YuNetNetwork

pytestmark = pytest.mark.skipif(not is_here("yunet"), reason="FER_YUNET names no YuNet file")


@pytest.fixture(scope="module")
def network() -> YuNetNetwork:
    return YuNetNetwork(yunet.FILE.path())


@pytest.mark.parametrize("shape", [(512, 512), (300, 271), (64, 500)])
def test_it_answers_what_opencv_answers(astronaut, shape):
    height, width = shape
    rgb = np.ascontiguousarray(astronaut[:height, :width])
    file = str(yunet.FILE.path())
    theirs = cv2.FaceDetectorYN.create(file, "", (width, height), 0.02, 0.3)
    _, expected = theirs.detect(cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR))
    rows = YuNetDetector(yunet.FILE.path(), score=0.02)._rows(rgb)
    assert expected is not None
    np.testing.assert_allclose(rows, expected, atol=0.01)


def test_sizes_not_used_for_longest_are_forgotten(network, monkeypatch):
    monkeypatch.setattr(yunet_network, "_KEPT", 12_000)
    for height, width in ((64, 64), (64, 96), (60, 64), (32, 64)):
        network.rows(np.zeros((height, width, 3), np.uint8), 0.5)
    assert list(network._pools) == [(64, 64), (32, 64)]
    network.rows(np.zeros((640, 640, 3), np.uint8), 0.5)
    assert list(network._pools) == [(640, 640)]  # too large to be kept beside others


@pytest.mark.parametrize("length", [100, 736, 737, 960, 1280, 1920, 2559, 2560])
def test_parts_cover_a_side_and_share_what_they_should(length):
    parts = _parts(length)
    assert parts[0].begin == 0 and parts[-1].end == length
    assert len({part.end - part.begin for part in parts}) == 1
    assert max(part.end - part.begin for part in parts) <= 768
    for before, after in pairwise(parts):
        assert before.end - after.begin >= 100
        assert before.high > after.low  # no middle is left out
    assert all(sum(part.holds(np.array([x]))[0] for part in parts) >= 1 for x in range(length))


def test_faces_where_tiles_meet_are_found_once(astronaut):
    head = cv2.resize(astronaut[10:230, 110:330], (110, 110), interpolation=cv2.INTER_AREA)
    wall = np.full((500, 1280, 3), 150, np.uint8)
    places = [(20, 30), (585, 30), (520, 200), (650, 350), (1100, 380)]
    for x, y in places:
        wall[y : y + 110, x : x + 110] = head
    assert len(_parts(1280)) == 2
    found = YuNetDetector(yunet.FILE.path(), 1280).detect(wall)
    assert len(found) == len(places)
    for x, y in places:
        assert sum(iou(box, FaceBox(x + 33, y + 27, 47, 54)) > 0.5 for box in found) == 1
