import json
import os
import pickle
import shutil
import subprocess
import sys
from copy import copy, deepcopy

import cv2
import numpy as np
import pytest
from tiny import brightness_answer

from fer_core import Pipeline
from fer_core.errors import DetectorError, ImageError, ModelNotFound
from fer_core.faces import FaceBox, is_here, yunet
from fer_core.inference import FaceEmotion, as_records, as_table
from fer_core.settings import ROOT, settings


class Told:
    """A detector that was told where the faces are."""

    name = "told"

    def __init__(self, *boxes: FaceBox):
        self.boxes = list(boxes)

    def detect(self, rgb):
        return self.boxes


@pytest.fixture
def classifier(saved_models):
    return Pipeline.load("custom_cnn", "haar_alt2").classifier


def stripes() -> np.ndarray:
    """Three squares of 100 px: black, gray, white."""
    values = np.array([0, 128, 255], np.uint8).repeat(100)
    return np.tile(values[None, :, None], (100, 1, 3))


def test_faces_come_from_left_to_right_each_with_its_own_answer(classifier):
    boxes = [FaceBox(200, 0, 100, 100), FaceBox(0, 0, 100, 100), FaceBox(100, 0, 100, 100)]
    classifier.temperature = 1.0
    found = Pipeline(Told(*boxes), classifier).analyze(stripes())
    assert [face.box.left for face in found] == [0, 100, 200]
    for face, value in zip(found, (0, 128, 255), strict=True):
        expected = brightness_answer(np.array([value]), 7)
        np.testing.assert_allclose(face.probabilities, expected, atol=2e-3)
    assert [face.label for face in found] == ["angry", "happy", "neutral"]


def test_a_real_photo(saved_models, astronaut):
    (face,) = Pipeline.load("custom_cnn", "haar_alt2").analyze(astronaut)
    assert 160 < face.box.left < 190
    assert face.probabilities.sum() == pytest.approx(1, abs=1e-5)
    assert face.confidence == face.probabilities.max()


def test_twenty_faces(saved_models, astronaut):
    crowd = np.tile(astronaut[10:230, 110:330], (4, 5, 1))
    found = Pipeline.load("custom_cnn", "haar_alt2").analyze(crowd)
    assert len(found) == 20
    lefts = [face.box.left for face in found]
    assert lefts == sorted(lefts)


def test_no_face_gives_an_empty_list(saved_models):
    assert Pipeline.load("custom_cnn", "haar_alt2").analyze(np.zeros((300, 300, 3), np.uint8)) == []


def test_whole_picture_is_read_by_its_middle_square(classifier):
    face = Pipeline(Told(), classifier).analyze_whole(stripes())
    assert face.box == FaceBox(100, 0, 100, 100)
    assert face.label == "happy"


@pytest.mark.parametrize("shape", [(1, 1, 3), (19, 500, 3)])
def test_whole_picture_too_small_for_a_face(classifier, shape):
    with pytest.raises(ImageError, match="too small to show a face"):
        Pipeline(Told(), classifier).analyze_whole(np.zeros(shape, np.uint8))


@pytest.mark.parametrize(
    "wrong",
    [
        np.zeros((50, 50), np.uint8),
        np.zeros((50, 50, 4), np.uint8),
        np.zeros((50, 50, 3)),
        np.zeros((0, 50, 3), np.uint8),
    ],
)
def test_array_that_is_no_picture(classifier, wrong):
    with pytest.raises(ImageError, match="uint8 array of shape"):
        Pipeline(Told(), classifier).analyze(wrong)


@pytest.mark.parametrize("wrong", [b"a file", "photo.png", None, [[0, 0, 0]]])
def test_what_is_no_array_says_how_to_make_one(classifier, wrong):
    pipeline = Pipeline(Told(), classifier)
    for analyze in (pipeline.analyze, pipeline.analyze_whole):
        with pytest.raises(ImageError, match=f"array, not {type(wrong).__name__}: .*decode"):
            analyze(wrong)


def test_unknown_names(saved_models):
    with pytest.raises(ModelNotFound, match="custom_cnn"):
        Pipeline.load("custon_cnn")
    with pytest.raises(DetectorError, match="yunet"):
        Pipeline.load("custom_cnn", "yunett")


def face(confidence: float) -> FaceEmotion:
    others = (1 - confidence) / 2
    p = np.array([others, confidence, others], np.float32)
    return FaceEmotion(FaceBox(1, 2, 30, 40), ("happy", "sad", "neutral"), p)


def test_not_sure_below_the_threshold():
    assert face(0.5).answer(0.5) == "sad"
    assert face(0.49).answer(0.5) == "not sure"
    assert face(0.49).label == "sad"


def test_records_hold_what_was_read():
    records = as_records([face(0.9), face(0.4)], "me.jpg", threshold=0.5)
    assert json.loads(json.dumps(records))[1] == {
        "picture": "me.jpg",
        "face": 2,
        "left": 1,
        "top": 2,
        "width": 30,
        "height": 40,
        "landmarks": [],
        "detector": "",
        "score": 1.0,
        "unreadable": "",
        "answer": "not sure",
        "label": "sad",
        "confidence": 0.4,
        "probabilities": {"happy": 0.3, "sad": 0.4, "neutral": 0.3},
    }


def test_table_has_a_column_for_each_emotion_in_order():
    table = as_table(as_records([face(0.9)], "me.jpg"))
    assert list(table.columns)[-3:] == ["happy", "sad", "neutral"]
    assert table.loc[0, ["happy", "sad", "neutral"]].tolist() == [0.05, 0.9, 0.05]
    assert list(as_table([]).columns)[:2] == ["picture", "face"]


def test_first_five_lines_of_the_api_in_a_fresh_process(saved_models):
    lines = (
        "from pathlib import Path\n"
        "from fer_core import Pipeline, decode\n"
        "image = decode(Path('fer_core/assets/astronaut.png').read_bytes())\n"
        "for face in Pipeline.load('custom_cnn').analyze(image):\n"
        "    print(face.label, f'{face.confidence:.0%}', face.box)\n"
        "import sys; print('tensorflow' in sys.modules)\n"
    )
    answer = subprocess.run([sys.executable, "-c", lines], cwd=ROOT, capture_output=True, text=True)
    reading, tensorflow = answer.stdout.splitlines()
    assert reading.endswith(")") and "FaceBox(left=17" in reading
    assert tensorflow == "False"


def test_unreadable_face_is_not_sure_however_likely_its_emotion():
    read = FaceEmotion(
        FaceBox(1, 2, 30, 40), ("happy", "sad"), np.array([0.9, 0.1]), unreadable="too blurred"
    )
    assert read.answer(0.0) == read.answer() == "not sure"
    assert as_records([read], "me.jpg")[0]["unreadable"] == "too blurred"


def test_threshold_of_the_model_holds_unless_another_is_asked_for(saved_models):
    pipeline = Pipeline.load("custom_cnn", "haar_alt2")
    pipeline.classifier.threshold = 1.0
    read = Pipeline(Told(FaceBox(0, 0, 60, 60)), pipeline.classifier).analyze(
        np.random.default_rng(0).integers(0, 256, (60, 60, 3), np.uint8)
    )[0]
    assert read.unreadable == ""
    assert read.answer() == "not sure"
    assert read.answer(0.0) == read.label


def test_faces_of_a_picture_are_read_in_two_squares(classifier):
    seen = []

    def predict(faces):
        seen.append(faces)
        return np.eye(7, dtype=np.float32)[[len(seen) - 1]].repeat(len(faces), axis=0)

    classifier.predict = predict
    rgb = np.random.default_rng(0).integers(0, 256, (90, 90, 3), np.uint8)
    (face,) = Pipeline(Told(FaceBox(10, 10, 60, 60)), classifier).analyze(rgb)
    np.testing.assert_allclose(face.probabilities, [0.5, 0.5, 0, 0, 0, 0, 0])
    assert (seen[0] != seen[1]).any()
    Pipeline(Told(), classifier).analyze_whole(rgb)
    assert len(seen) == 3


@pytest.mark.parametrize("taken", [lambda p: pickle.loads(pickle.dumps(p)), deepcopy, copy])
@pytest.mark.parametrize("name", ["haar_alt2", "yunet"])
def test_pipeline_can_be_sent_and_copied(saved_models, astronaut, taken, name):
    if name == "yunet" and not is_here(name):
        pytest.skip("FER_YUNET names no file")
    pipeline = Pipeline.load("custom_cnn", name)
    before = pipeline.analyze(astronaut)
    (face,), (expected,) = taken(pipeline).analyze(astronaut), before
    assert face.box == expected.box
    np.testing.assert_array_equal(face.probabilities, expected.probabilities)
    assert len(pickle.dumps(pipeline)) < 2000


@pytest.mark.parametrize("name", ["haar_alt2", "yunet"])
def test_pipeline_is_opened_in_another_installation_by_its_names(
    saved_models, astronaut, name, tmp_path, monkeypatch
):
    if name == "yunet" and not is_here(name):
        pytest.skip("FER_YUNET names no file")
    pipeline = Pipeline.load("custom_cnn", name)
    pipeline.classifier.mirrored = True
    before = pipeline.analyze(astronaut)
    sent = pickle.dumps(pipeline)
    places = (saved_models, cv2.data.haarcascades, yunet.FILE.path())
    assert not any(place and os.fsencode(place) in sent for place in places)
    elsewhere = saved_models.rename(tmp_path / "elsewhere")
    monkeypatch.setenv("FER_WEIGHTS", str(elsewhere))
    if name == "yunet":
        file = shutil.copy(yunet.FILE.path(), tmp_path / "faces.onnx")
        monkeypatch.setenv("FER_YUNET", str(file))
    settings.cache_clear()
    received = pickle.loads(sent)
    assert received.classifier.mirrored
    (face,), (expected,) = received.analyze(astronaut), before
    np.testing.assert_array_equal(face.probabilities, expected.probabilities)
    shutil.rmtree(elsewhere / "custom_cnn")
    with pytest.raises(ModelNotFound, match="custom_cnn"):
        pickle.loads(sent)
