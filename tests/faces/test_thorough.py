import cv2
import numpy as np
import pytest
from overlap import iou

from fer_core.evaluation.scenes import scene
from fer_core.faces import FaceBox, detector, is_here
from fer_core.faces.thorough import ThoroughDetector, _next_side

pytestmark = pytest.mark.skipif(not is_here("yunet"), reason="FER_YUNET names no YuNet file")

FACE = FaceBox(176, 63, 94, 108)


@pytest.fixture(scope="module")
def thorough() -> ThoroughDetector:
    found = detector("yunet")
    assert isinstance(found, ThoroughDetector)
    return found


def about(rgb: np.ndarray, degrees: float, side: int = 512) -> np.ndarray:
    turn = cv2.getRotationMatrix2D((223, 117), -degrees, side / 512)
    turn[:, 2] += (side / 2 - 223, side / 2 - 117)
    return cv2.warpAffine(rgb, turn, (side, side), borderMode=cv2.BORDER_REPLICATE)


def test_upright_face_has_no_square_to_turn(thorough, astronaut):
    (box,) = thorough.detect(astronaut)
    assert box.square is None
    assert len(box.landmarks) == 5
    assert box.detector == "yunet"
    assert iou(box, FACE) > 0.7


@pytest.mark.parametrize("degrees", [-90, -45, 30, 60])
def test_turned_face_is_found_and_turned_upright(thorough, astronaut, degrees):
    (box,) = thorough.detect(about(astronaut, degrees))
    assert abs(box.left + box.width / 2 - 256) < 20
    assert abs(box.top + box.height / 2 - 256) < 20
    assert box.square is not None
    assert box.square.degrees == pytest.approx(degrees, abs=15)


def test_tight_crop_is_found_with_a_border(thorough, astronaut):
    (box,) = thorough.detect(np.ascontiguousarray(astronaut[70:172, 180:268]))
    assert box.width > 60


def test_small_face_of_a_small_picture_is_found_enlarged(thorough, astronaut):
    wall = np.full((480, 640, 3), 150, np.uint8)
    head = cv2.resize(astronaut[68:174, 176:272], (24, 24), interpolation=cv2.INTER_AREA)
    wall[200:224, 300:324] = head
    assert thorough._yunet.detect(wall) == []
    (box,) = thorough.detect(wall)
    assert iou(box, FaceBox(301, 199, 22, 26)) > 0.6


def test_small_faces_of_a_large_picture_are_found(thorough, astronaut):
    wall = np.full((2000, 3000, 3), 150, np.uint8)
    small = cv2.resize(astronaut[10:230, 110:330], (110, 110), interpolation=cv2.INTER_AREA)
    places = [(200, 300), (1500, 900), (2700, 1700)]
    for x, y in places:
        wall[y : y + 110, x : x + 110] = small
    found = sorted(thorough.detect(wall), key=lambda box: box.left)
    assert len(found) == 3
    for box, (x, y) in zip(found, places, strict=True):
        assert abs(box.left + box.width / 2 - x - 56) < 10
        assert abs(box.top + box.height / 2 - y - 53) < 10


def test_part_of_a_known_face_is_no_face(thorough, astronaut):
    mouth = FaceBox(200, 130, 40, 40, 0.9)
    assert thorough._judged(astronaut, [FACE], [])
    assert thorough._judged(astronaut, [mouth], [FACE]) == []


@pytest.mark.parametrize(
    ("faces", "longest", "searched", "expected"),
    [
        ((), 640, 640, None),  # as large as it is searched already
        ((), 700, 640, None),
        ((), 4000, 640, 1280),
        ((), 4000, 1280, None),  # nothing there: no crowd
        ((600,), 4000, 640, None),  # one face fills an eighth
        ((400, 90), 4000, 640, 1600),
        ((90, 60), 4000, 640, 2560),
        ((60,), 4000, 1280, 2560),
        ((60,), 4000, 2560, None),
        ((40,), 1500, 640, 1500),
    ],
)
def test_the_smaller_the_faces_the_finer_they_are_searched(faces, longest, searched, expected):
    found = [FaceBox(0, 0, side, side) for side in faces]
    assert _next_side(found, longest, searched) == expected


def test_face_at_a_tenth_of_the_light(thorough, astronaut):
    (box,) = thorough.detect((astronaut * 0.08).astype(np.uint8))
    assert iou(box, FACE) > 0.7


def test_face_under_noise_that_hides_it_from_one_look(thorough, astronaut):
    small = cv2.resize(astronaut, (256, 256), interpolation=cv2.INTER_AREA)
    noise = np.random.default_rng(0).normal(0, 70, small.shape)
    noisy = np.clip(small + noise, 0, 255).astype(np.uint8)
    assert thorough._judged(noisy, thorough._yunet.detect(noisy), []) == []
    (box,) = thorough.detect(noisy)
    assert iou(box, FACE.scaled(0.5)) > 0.6


@pytest.mark.parametrize("number", range(200, 220))
def test_scenes_without_a_face(thorough, number):
    assert thorough.detect(scene(number, 320, 240)) == []


def test_letters_that_blurred_pass_for_a_face(thorough):
    assert thorough.detect(scene(99)) == []


@pytest.mark.parametrize("shape", [(1, 1), (3, 900), (31, 31), (4000, 5)])
def test_odd_shapes(thorough, shape):
    assert thorough.detect(np.full((*shape, 3), 90, np.uint8)) == []
