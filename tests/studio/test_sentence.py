import numpy as np

from fer_core.faces import FaceBox
from fer_core.inference import FaceEmotion
from studio.sentence import sentence


def face(label: str, unreadable: str = "") -> FaceEmotion:
    p = np.where(np.array(["happy", "sad"]) == label, 0.9, 0.1)
    return FaceEmotion(FaceBox(0, 0, 50, 50), ("happy", "sad"), p, unreadable=unreadable)


def test_pictures_without_a_face_and_unread_ones_are_counted():
    said = sentence("Slim VGG", [face("happy"), face("sad")], None, 4, without=2, unread=1)
    assert said == (
        "Slim VGG reads 2 faces in these 4 pictures: 1 happy, 1 sad. "
        "2 show no face, 1 more could not be read."
    )
    assert sentence("Slim VGG", [face("happy")], None, 2, without=1).endswith(" 1 shows no face.")


def test_no_face_anywhere_is_said_once():
    assert sentence("X", [], None, 3, without=3) == "No face was found in these 3 pictures."
    assert sentence("X", [], None, 3, 3, 2).endswith("these 3 pictures. 2 more could not be read.")
    assert sentence("X", [], None, 0, 0, 2) == "No picture could be read."


def test_unreadable_faces_are_named_by_the_reason():
    one = sentence("X", [face("happy", "too blurred")], None)
    assert one == "One face was found in this picture: it is **too blurred**, so it is not read."
    several = sentence(
        "X", [face("happy"), face("sad", "too small"), face("sad", "too small")], 0.5
    )
    assert several.endswith("2 too small, 1 happy.")
