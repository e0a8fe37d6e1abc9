import json
import os
import signal
import sys

import cv2
import numpy as np
import pandas as pd
import pytest
from clips import clip, moving

from fer_core.cli import main
from fer_core.inference.stream import FaceStream
from fer_core.inference.video import VideoReader


@pytest.fixture
def run(saved_models, monkeypatch, capsys):
    """Runs `python -m fer_core video ...`; returns exit status, standard output and error."""

    def command(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["fer_core", "video", *map(str, arguments)])
        with pytest.raises(SystemExit) as end:
            main()
        return (end.value.code, *capsys.readouterr())

    return command


@pytest.fixture
def film(tmp_path, astronaut):
    path = tmp_path / "film.mp4"
    path.write_bytes(clip(moving(astronaut, 15)))
    return path


class FakeCamera:
    """Shows one picture a few times, then stops; it is OpenCV's, so BGR."""

    picture = np.zeros((256, 256, 3), np.uint8)
    frames = 12
    ends_at = None
    ended_by = signal.SIGINT

    def __init__(self, index):
        self.index, self.shown = index, 0

    def isOpened(self):
        return self.index == 0

    def set(self, *_):
        return True

    def read(self):
        self.shown += 1
        if self.shown == self.ends_at:
            os.kill(os.getpid(), self.ended_by)
        return self.shown <= self.frames, self.picture[..., ::-1]

    def release(self):
        pass


@pytest.fixture
def camera(monkeypatch, astronaut):
    monkeypatch.setattr(cv2, "VideoCapture", FakeCamera)
    monkeypatch.setattr(FakeCamera, "picture", astronaut)
    return FakeCamera


def test_writes_video_table_and_a_summary(run, film, tmp_path):
    out, table = tmp_path / "out.mp4", tmp_path / "out.csv"
    status, said, _ = run(film, "--out", out, "--csv", table, "--detector", "haar_alt2")
    assert status == 0
    assert "15 frames, 0.6 s" in said
    assert "Face 1, seen 0.0 to 0.6 s: " in said
    assert len(pd.read_csv(table)) == 15
    with VideoReader(out) as reader:
        assert len(list(reader)) == 15


def test_end_can_be_chosen(run, film, tmp_path):
    table = tmp_path / "out.csv"
    assert run(film, "--csv", table, "--seconds", "0.2")[0] == 0
    assert pd.read_csv(table)["seconds"].max() == pytest.approx(0.2, abs=0.01)


def test_lines_for_programs_have_standard_output_for_themselves(run, film):
    status, out, err = run(film, "--jsonl", "-", "--every", "0.2", "--detector", "haar_alt2")
    assert status == 0
    read = [json.loads(line) for line in out.splitlines()]
    assert [line["seconds"] for line in read] == [0.0, 0.2, 0.4]
    assert all(line["faces"][0]["face"] == 1 for line in read)
    assert "3 frames, 0.4 s" in err


def test_lines_in_a_file(run, film, tmp_path):
    assert run(film, "--jsonl", tmp_path / "l.jsonl", "--seconds", "0.1")[0] == 0
    assert len((tmp_path / "l.jsonl").read_text().splitlines()) == 3
    assert run(film, "--jsonl", film)[0] == 2


def test_model_with_three_classes(run, film, tmp_path):
    table = tmp_path / "out.csv"
    run(film, "--csv", table, "--model", "dcnn_elu")
    assert list(pd.read_csv(table).columns)[-3:] == ["happy", "sad", "neutral"]


@pytest.mark.parametrize("data", [b"", b"no film"])
def test_file_that_is_no_video(run, tmp_path, data):
    path = tmp_path / "bad.mp4"
    path.write_bytes(data)
    status, _, err = run(path, "--out", tmp_path / "out.mp4")
    assert status == 1
    assert err.strip().endswith("Use MP4, MOV, WebM, MKV or AVI.")
    assert list(tmp_path.glob("*out*")) == []


def test_arguments_that_make_no_sense(run, film, tmp_path):
    assert run()[0] == 2
    assert run(film, "--camera", "0")[0] == 2
    assert run(film, "--out", tmp_path / "out.avi")[0] == 2
    status, _, err = run(film, "--out", film)
    assert (status, "is the video that is read" in err) == (2, True)


def test_the_video_that_is_read_is_never_overwritten(run, film, tmp_path):
    before = film.read_bytes()
    around, link, hard = tmp_path / "d" / ".." / film.name, tmp_path / "l.mp4", tmp_path / "h.mp4"
    (tmp_path / "d").mkdir()
    link.symlink_to(film)
    hard.hardlink_to(film)
    for path in (film, around, link, hard):
        for option in ("--out", "--csv"):
            status, _, err = run(film, option, path)
            assert (status, "is the video that is read" in err) == (2, True)
    status, _, err = run(film, "--out", tmp_path / "o.mp4", "--csv", around.parent / "o.mp4")
    assert (status, "is the marked video" in err) == (2, True)
    assert film.read_bytes() == before


def test_sigterm_leaves_no_file(run, film, tmp_path, monkeypatch):
    before = set(tmp_path.iterdir())
    read, frames = FaceStream.read, []

    def ended_at_the_fifth(stream, rgb, seconds):
        frames.append(seconds)
        if len(frames) == 5:
            assert set(tmp_path.iterdir()) > before
            os.kill(os.getpid(), signal.SIGTERM)
        return read(stream, rgb, seconds)

    monkeypatch.setattr(FaceStream, "read", ended_at_the_fifth)
    unhandled = signal.signal(signal.SIGTERM, lambda *_: None)
    try:
        status, _, _ = run(film, "--out", tmp_path / "o.mp4", "--csv", tmp_path / "o.csv")
        assert signal.getsignal(signal.SIGTERM).__name__ == "<lambda>"
    finally:
        signal.signal(signal.SIGTERM, unhandled)
    assert (status, len(frames)) == (143, 5)
    assert set(tmp_path.iterdir()) == before


@pytest.mark.parametrize("ended_by", [signal.SIGINT, signal.SIGTERM])
def test_camera_is_read_mirrored_until_ctrl_c_and_the_files_are_complete(
    run, camera, tmp_path, monkeypatch, ended_by
):
    monkeypatch.setattr(camera, "ends_at", 9)
    monkeypatch.setattr(camera, "ended_by", ended_by)
    out, table = tmp_path / "out.mp4", tmp_path / "out.csv"
    status, said, _ = run("--camera", 0, "--out", out, "--csv", table)
    assert status == 0
    assert "8 frames" in said
    rows = pd.read_csv(table)
    assert len(rows) == 8
    middle = rows["left"] + rows["width"] / 2
    assert middle.between(512 - 223 - 15, 512 - 223 + 15).all()
    with VideoReader(out) as reader:
        assert len(list(reader)) == 8


def test_camera_that_stops_is_told_and_what_it_showed_is_kept(run, camera, tmp_path):
    out, table = tmp_path / "out.mp4", tmp_path / "out.csv"
    status, said, err = run("--camera", 0, "--out", out, "--csv", table)
    assert (status, "has stopped sending pictures" in err) == (1, True)
    assert f"{camera.frames} frames" in said
    assert len(pd.read_csv(table)) == camera.frames
    with VideoReader(out) as reader:
        assert len(list(reader)) == camera.frames


def test_camera_that_is_not_there(run, camera, tmp_path):
    status, _, err = run("--camera", 3, "--out", tmp_path / "out.mp4")
    assert (status, "Camera 3 cannot be opened" in err) == (1, True)
    assert list(tmp_path.glob("*out*")) == []
