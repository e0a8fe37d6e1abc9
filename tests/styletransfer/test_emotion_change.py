import numpy as np
import pytest

from fer_core.faces import FaceBox
from fer_core.inference import Classifier, Pipeline
from fer_core.styletransfer.emotion_change import emotion_changes


class Finder:
    """Finds what it is told."""

    name = "finder"

    def __init__(self, *boxes: FaceBox) -> None:
        self.boxes = list(boxes)

    def detect(self, rgb: np.ndarray) -> list[FaceBox]:
        return self.boxes


@pytest.fixture
def classifier(saved_models) -> Classifier:
    return Classifier.load("dcnn_elu")  # answers by brightness: happy dark, neutral light


def test_the_same_place_is_read_before_and_after(classifier):
    photo = np.full((200, 300, 3), 255, np.uint8)
    photo[50:150, 100:200] = 0
    painted = np.full((100, 150, 3), 255, np.uint8)
    pipeline = Pipeline(Finder(FaceBox(105, 55, 90, 90)), classifier)
    (face,) = emotion_changes(pipeline, photo, painted)
    assert (face.box.left, face.box.top, face.box.width) == (52, 28, 45)
    assert face.before.argmax() == 0
    assert face.after.argmax() == len(face.classes) - 1
    assert not face.is_same_emotion


def test_an_unchanged_picture_keeps_every_emotion_and_the_largest_face_comes_first(classifier):
    photo = np.random.default_rng(0).integers(0, 256, (120, 160, 3)).astype(np.uint8)
    pipeline = Pipeline(Finder(FaceBox(0, 0, 30, 30), FaceBox(50, 20, 80, 80)), classifier)
    faces = emotion_changes(pipeline, photo, photo)
    assert [face.box.width for face in faces] == [80, 30]
    assert all(face.is_same_emotion for face in faces)
    np.testing.assert_allclose(faces[0].before, faces[0].after, atol=1e-6)


def test_no_face_no_reading(classifier):
    photo = np.zeros((50, 50, 3), np.uint8)
    assert emotion_changes(Pipeline(Finder(), classifier), photo, photo) == []
