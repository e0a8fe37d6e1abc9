import csv
import io
import json

import numpy as np
import pytest
from clips import clip, moving

from fer_core.emotions import EMOTIONS
from fer_core.errors import FileError, VideoError
from fer_core.inference import Pipeline
from fer_core.inference.annotation import COLUMNS, annotate
from fer_core.inference.stream import FaceStream, StreamOptions
from fer_core.inference.summary import Summary
from fer_core.inference.video import Frame, VideoReader, sampled


@pytest.fixture
def stream(saved_models) -> FaceStream:
    return FaceStream(Pipeline.load("custom_cnn", "haar_alt2", fast=True), StreamOptions())


def run(source: bytes, stream: FaceStream, **targets) -> Summary:
    summary = Summary()
    with VideoReader(io.BytesIO(source)) as reader:
        for _ in annotate(reader, stream, summary, **targets):
            pass
    return summary


def read_all(source) -> list:
    with VideoReader(source) as reader:
        return list(reader)


def test_marked_video_has_every_frame_at_its_time(stream, astronaut, tmp_path):
    times = [0, 0.04, 0.1, 0.5, 0.6, 0.7, 1.5, 1.6]
    source = clip(moving(astronaut, 8), times)
    summary = run(source, stream, video=tmp_path / "out.mp4")
    before, after = read_all(io.BytesIO(source)), read_all(tmp_path / "out.mp4")
    np.testing.assert_allclose([f.seconds for f in after], times, atol=1e-3)
    for old, new in zip(before, after, strict=True):
        changed = np.abs(new.rgb.astype(int) - old.rgb).max(axis=2) > 60
        assert 0.003 < changed.mean() < 0.15
    assert (summary.frames, summary.seconds) == (8, pytest.approx(1.6, abs=1e-3))


def test_table_has_a_row_for_each_face_of_each_frame(stream, astronaut):
    text = io.StringIO()
    summary = run(clip(moving(astronaut, 12)), stream, table=text)
    rows = list(csv.DictReader(io.StringIO(text.getvalue())))
    assert list(rows[0]) == [*COLUMNS, *EMOTIONS]
    assert [int(row["frame"]) for row in rows] == list(range(12))
    assert {row["face"] for row in rows} == {"1"}
    np.testing.assert_allclose([float(row["seconds"]) for row in rows], np.arange(12) / 25)
    for row in rows:
        assert sum(float(row[name]) for name in EMOTIONS) == pytest.approx(1, abs=1e-3)
        assert row["answer"] in (row["label"], "not sure")
    lefts = np.array([int(row["left"]) for row in rows])
    np.testing.assert_allclose(lefts - lefts[0], 3 * np.arange(12), atol=4)
    assert summary.faces[1].last == pytest.approx(11 / 25)


def test_table_counts_in_the_videos_own_pixels(stream, astronaut):
    text = io.StringIO()
    frame = np.kron(astronaut[:480], np.ones((6, 6, 1), np.uint8))  # 3072 x 2880
    run(clip([frame] * 2), stream, table=text)
    (first, _) = csv.DictReader(io.StringIO(text.getvalue()))
    assert int(first["left"]) == pytest.approx(178 * 6, abs=60)
    assert int(first["width"]) == pytest.approx(94 * 6, abs=60)


def test_clip_without_a_face(stream):
    text, film = io.StringIO(), io.BytesIO()
    source = clip([np.full((64, 64, 3), 120, np.uint8)] * 10)
    summary = run(source, stream, table=text, video=film)
    assert summary.faces == {}
    rows = list(csv.DictReader(io.StringIO(text.getvalue())))
    assert [(row["frame"], row["face"], row["answer"]) for row in rows] == [
        (str(number), "0", "") for number in range(10)
    ]
    assert len(read_all(film)) == 10


def test_line_of_json_for_each_frame_as_it_is_read(stream, astronaut):
    lines = io.StringIO()
    blank = np.full_like(astronaut, 120)
    with VideoReader(io.BytesIO(clip([astronaut, *[blank] * 12]))) as reader:
        for number, _ in enumerate(annotate(reader, stream, Summary(), lines=lines), 1):
            assert len(lines.getvalue().splitlines()) == number
    first, *_, last = map(json.loads, lines.getvalue().splitlines())
    (face,) = first["faces"]
    assert (first["frame"], first["seconds"], face["face"]) == (0, 0.0, 1)
    assert set(face["probabilities"]) == set(EMOTIONS)
    assert last == {"frame": 12, "seconds": 0.48, "faces": []}


def test_sampled_by_time():
    times = [0, 0.04, 0.1, 0.5, 0.52, 0.99, 1.0, 2.7, 2.9, 3.0]
    frames = [Frame(n, at, np.zeros((1, 1, 3), np.uint8)) for n, at in enumerate(times)]
    assert [f.seconds for f in sampled(frames, 0.5)] == [0, 0.5, 1.0, 2.7, 3.0]
    assert [f.seconds for f in sampled(frames, 0.0)] == times


@pytest.mark.parametrize("there_before", [b"the old one", None])
def test_cancelled_job_leaves_no_file_and_spoils_none(stream, astronaut, tmp_path, there_before):
    out, table = tmp_path / "out.mp4", tmp_path / "out.csv"
    if there_before is not None:
        out.write_bytes(there_before)
    with VideoReader(io.BytesIO(clip(moving(astronaut, 20)))) as reader:
        readings = annotate(reader, stream, Summary(), out, table)
        for _ in range(5):
            next(readings)
        assert len(list(tmp_path.iterdir())) >= 2
        readings.close()
    left = {path.name: path.read_bytes() for path in tmp_path.glob("*.[mc]*")}
    assert left == ({"out.mp4": there_before} if there_before is not None else {})


def test_video_that_breaks_leaves_no_file(stream, tmp_path):
    def frames():
        with VideoReader(io.BytesIO(clip([np.zeros((64, 64, 3), np.uint8)] * 5))) as reader:
            yield next(iter(reader))
        raise VideoError("broken")

    with pytest.raises(VideoError, match="broken"):
        list(annotate(frames(), stream, Summary(), tmp_path / "o.mp4", tmp_path / "o.csv"))
    assert list(tmp_path.glob("*.[mc]*")) == []


def test_folder_that_cannot_be(stream, tmp_path):
    (tmp_path / "file").touch()
    path = tmp_path / "file" / "out.csv"
    with pytest.raises(FileError, match=r"out\.csv cannot be written: Not a directory"):
        run(clip([np.zeros((64, 64, 3), np.uint8)] * 2), stream, table=path)
