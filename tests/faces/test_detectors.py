from concurrent.futures import ThreadPoolExecutor

import cv2
import cv2.data
import numpy as np
import pytest
from overlap import iou

from fer_core.errors import DetectorError
from fer_core.faces import DETECTORS, HaarDetector, detector, is_here
from fer_core.faces.box import FaceBox, inside
from fer_core.samples import ASSETS
from fer_core.styletransfer.export import from_png

NAMES = [
    pytest.param(
        name, marks=pytest.mark.skipif(not is_here(name), reason=f"{name}'s file is not here")
    )
    for name in DETECTORS
]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("fast", [True, False])
@pytest.mark.parametrize("scale", [0.5, 1, 4])
def test_finds_the_one_face_where_it_is(astronaut, name, fast, scale):
    picture = cv2.resize(astronaut, None, fx=scale, fy=scale)
    (box,) = detector(name, fast).detect(picture)
    truth = (int(side * scale) for side in (176, 63, 94, 108))
    assert iou(box, FaceBox(*truth)) > 0.7
    assert 0.5 <= box.score <= 1


@pytest.mark.parametrize("name", NAMES)
def test_finds_the_face_in_the_dark(astronaut, name):
    dark = (astronaut * 0.1).astype(np.uint8)
    (box,) = detector(name).detect(dark)
    assert iou(box, FaceBox(176, 63, 94, 108)) > 0.7


@pytest.mark.parametrize("name", ["haar_alt2", "haar_default"])
def test_each_haar_detector_is_the_cascade_it_is_named_after(astronaut, name):
    crowd = cv2.resize(np.tile(astronaut[10:230, 110:330], (4, 5, 1)), (640, 512))

    def found_by_opencv(cascade: str) -> set[tuple[int, ...]]:
        file = f"{cv2.data.haarcascades}haarcascade_frontalface_{cascade}.xml"
        gray = cv2.cvtColor(crowd, cv2.COLOR_RGB2GRAY)
        boxes = cv2.CascadeClassifier(file).detectMultiScale(gray, 1.2, 5, minSize=(32, 32))
        return {tuple(map(int, box)) for box in boxes}

    expected = {f"haar_{cascade}": found_by_opencv(cascade) for cascade in ("alt2", "default")}
    boxes = detector(name).detect(crowd)
    assert {(box.left, box.top, box.width, box.height) for box in boxes} == expected[name]
    assert expected["haar_alt2"] != expected["haar_default"]


def test_alt2_finds_the_face_under_brush_strokes():
    painted, _ = from_png((ASSETS / "style_sample.png").read_bytes())
    small = cv2.resize(painted.picture, (192, 192), interpolation=cv2.INTER_AREA)
    (box,) = HaarDetector().detect(small)
    assert iou(box, FaceBox(66, 24, 35, 40)) > 0.7


@pytest.mark.parametrize("name", NAMES)
def test_finds_twenty_small_faces(astronaut, name):
    crowd = cv2.resize(np.tile(astronaut[10:230, 110:330], (4, 5, 1)), (640, 512))
    assert len(detector(name).detect(crowd)) == 20


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("shape", [(1, 1), (1, 640), (640, 1), (3, 20), (20, 9000), (480, 640)])
def test_finds_nothing_where_there_is_nothing(name, shape):
    assert detector(name).detect(np.full((*shape, 3), 127, np.uint8)) == []


@pytest.mark.parametrize("name", NAMES)
def test_boxes_lie_inside_the_picture(astronaut, name):
    cut = np.ascontiguousarray(astronaut[75:200, 185:300])
    for box in detector(name).detect(cut):
        assert 0 <= box.left < box.right <= cut.shape[1]
        assert 0 <= box.top < box.bottom <= cut.shape[0]


@pytest.mark.parametrize("name", NAMES)
def test_many_threads_get_the_same_answer(astronaut, name):
    shared = detector(name, fast=True)
    alone = shared.detect(astronaut)
    mirrored = np.ascontiguousarray(astronaut[:, ::-1])
    alone_mirrored = shared.detect(mirrored)
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(shared.detect, [astronaut, mirrored] * 20))
    assert answers == [alone, alone_mirrored] * 20


def test_box_is_cut_to_the_picture():
    assert inside(-5, 10, 30, 200, 0.9, 100, 50) == FaceBox(0, 10, 30, 40, 0.9)


@pytest.mark.parametrize("left", [-1e31, -50, 100, 1e31])
def test_box_outside_the_picture_is_none(left):
    assert inside(left, 10, left + 10, 20, 0.9, 100, 50) is None


def test_unknown_detector_suggests_the_nearest():
    with pytest.raises(DetectorError, match="Did you mean 'haar_alt2'"):
        detector("haar_alt")


def test_unknown_cascade():
    with pytest.raises(DetectorError, match="nonsense"):
        HaarDetector("nonsense")
