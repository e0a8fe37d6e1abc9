import csv
import io

import numpy as np
import pytest

from fer_core.inference.recording import LONGEST, Recording
from fer_core.inference.smoothing import TrackedFace
from fer_core.inference.video import VideoReader

CLASSES = ("happy", "sad")


def face(classes=CLASSES) -> TrackedFace:
    from fer_core.faces import FaceBox

    shares = np.full(len(classes), 1 / len(classes), np.float32)
    return TrackedFace(FaceBox(10, 20, 30, 40), classes, shares, 3, classes[0], True)


def picture(gray: int) -> np.ndarray:
    return np.full((120, 160, 3), gray, np.uint8)


def test_film_and_table_hold_every_frame_at_its_time():
    recording = Recording(CLASSES)
    for number in range(10):
        faces = [face()] if number % 2 else []
        assert recording.add(picture(20 * number), faces, 100 + number / 5, 0.0)
    clip = recording.finish()
    assert clip is not None and clip.seconds == pytest.approx(1.8)
    with VideoReader(io.BytesIO(clip.video)) as film:
        frames = list(film)
    assert [frame.seconds for frame in frames] == pytest.approx(
        [n / 5 for n in range(10)], abs=0.01
    )
    assert [round(frame.rgb.mean() / 20) for frame in frames] == list(range(10))
    rows = list(csv.DictReader(io.StringIO(clip.table)))
    assert [row["face"] for row in rows] == ["0", "3"] * 5
    assert (rows[1]["left"], rows[1]["label"], rows[1]["sad"]) == ("10", "happy", "0.5")


def test_it_ends_after_a_minute_or_with_another_model():
    recording = Recording(CLASSES)
    assert recording.add(picture(0), [face()], 5.0, 0.0)
    assert not recording.add(picture(0), [face(("happy", "sad", "neutral"))], 6.0, 0.0)
    assert not recording.add(picture(0), [], 5.0 + LONGEST + 1, 0.0)
    clip = recording.finish()
    assert clip is not None and clip.seconds == 0
    assert not recording.add(picture(0), [], 7.0, 0.0)
    assert recording.finish() is None


def test_nothing_came():
    assert Recording(CLASSES).finish() is None
