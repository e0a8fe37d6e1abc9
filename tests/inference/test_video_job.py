import io
import threading
import time

import numpy as np
import pytest
from clips import clip, moving

from fer_core.common.jobs import State
from fer_core.inference import Pipeline
from fer_core.inference.stream import FaceStream
from fer_core.inference.video import VideoReader
from fer_core.inference.video_job import VideoJob
from fer_core.settings import settings


class Slow:
    """A detector that lets frames through one by one, and can break."""

    name = "slow"

    def __init__(self):
        self.gate = threading.Semaphore(0)
        self.error = None

    def detect(self, rgb):
        self.gate.acquire()
        if self.error:
            raise self.error
        return []


@pytest.fixture
def classifier(saved_models):
    return Pipeline.load("custom_cnn", "haar_alt2").classifier


@pytest.fixture
def slow():
    return Slow()


def job_of(data: bytes, detector, classifier) -> VideoJob:
    return VideoJob(data, FaceStream(Pipeline(detector, classifier)), "custom_cnn")


def started(job: VideoJob) -> threading.Thread:
    thread = threading.Thread(target=job.run)
    thread.start()
    while job.state == State.WAITING:
        time.sleep(0.01)
    return thread


BLANK = [np.full((64, 64, 3), 120, np.uint8)] * 30


def test_done_job_holds_video_table_and_summary(saved_models, astronaut):
    stream = FaceStream(Pipeline.load("custom_cnn", "haar_alt2", fast=True))
    job = VideoJob(clip(moving(astronaut, 10)), stream, "custom_cnn")
    assert (job.state, job.is_active, job.fraction) == (State.WAITING, True, None)
    job.run()
    assert (job.state, job.is_active, job.message) == (State.DONE, False, "")
    with VideoReader(io.BytesIO(job.video)) as reader:
        assert len(list(reader)) == 10
    assert len(job.table.splitlines()) == 11
    assert list(job.summary.faces) == [1]


def test_progress_is_told_while_it_runs(slow, classifier):
    job = job_of(clip(BLANK), slow, classifier)
    thread = started(job)
    for _ in range(4):  # every fifth frame is searched
        slow.gate.release()
    while job.summary.frames < 20:
        time.sleep(0.01)
    assert job.is_active
    assert job.fraction == pytest.approx(19 / 30, abs=0.05)
    assert job.seconds_left > 0
    assert job.preview.shape == (64, 64, 3)
    for _ in range(9):
        slow.gate.release()
    thread.join()
    assert (job.state, job.fraction, job.preview) == (State.DONE, pytest.approx(1, abs=0.05), None)


def test_cancelled_job_ends_and_keeps_no_video(slow, classifier):
    job = job_of(clip(BLANK), slow, classifier)
    thread = started(job)
    job.cancel()
    slow.gate.release()
    thread.join(10)
    assert not thread.is_alive()
    assert (job.state, job.video, job.table, job.preview) == (State.CANCELLED, b"", "", None)


def test_job_cancelled_while_it_waits_never_runs(slow, classifier):
    job = job_of(clip(BLANK), slow, classifier)
    job.cancel()
    assert job.state == State.CANCELLED
    assert job._data == b""
    job.run()
    assert job.summary.frames == 0


def test_job_gives_up_the_upload_when_it_is_done(slow, classifier):
    for _ in range(30):
        slow.gate.release()
    job = job_of(clip(BLANK), slow, classifier)
    job.run()
    assert (job.state, job._data) == (State.DONE, b"")


def test_cancelling_just_as_it_begins_is_no_failure(slow, classifier):
    for _ in range(300):
        slow.gate.release()
    for _ in range(20):
        job = job_of(clip(BLANK[:3]), slow, classifier)
        running = threading.Thread(target=job.run)
        running.start()
        job.cancel()
        running.join()
        assert job.state in (State.CANCELLED, State.DONE)


def test_video_that_grows_too_large_fails_and_keeps_nothing(slow, classifier, monkeypatch):
    for _ in range(30):
        slow.gate.release()
    monkeypatch.setattr("fer_core.inference.video_job._GROWTH", 0)  # of what is sent, none may come
    job = job_of(clip(BLANK), slow, classifier)
    job.run()
    assert (job.state, job.video, job.table, job._data) == (State.FAILED, b"", "", b"")
    assert "more than 0 MB" in job.message


@pytest.mark.parametrize("data", [b"", b"no film"])
def test_file_that_is_no_video_says_so(slow, classifier, data):
    job = job_of(data, slow, classifier)
    job.run()
    assert job.state == State.FAILED
    assert "not a video that can be read" in job.message


def test_error_within_is_told(slow, classifier):
    slow.error = ValueError("boom")
    slow.gate.release()
    job = job_of(clip(BLANK), slow, classifier)
    job.run()
    assert (job.state, job.message) == (
        State.FAILED,
        "The video could not be read (ValueError: boom).",
    )


class Quick(Slow):
    """A detector that finds nothing, at once."""

    def detect(self, rgb):
        return []


@pytest.mark.parametrize(
    ("limit", "value", "read"),
    [("job_frames", 12, 12), ("job_gigapixels", 64 * 64 * 7 / 1e9, 7), ("job_frames", 30, 30)],
)
def test_only_as_much_is_read_as_a_job_may(classifier, monkeypatch, limit, value, read):
    monkeypatch.setattr(settings(), limit, value)
    job = job_of(clip(BLANK), Quick(), classifier)
    job.run()
    assert job.state == State.DONE
    assert job.summary.frames == read
    assert job.is_cut == (read < 30)
    with VideoReader(io.BytesIO(job.video)) as reader:
        assert len(list(reader)) == read


def test_job_whose_time_is_up_gives_what_it_has(slow, classifier):
    job = job_of(clip(BLANK), slow, classifier)
    thread = started(job)
    slow.gate.release()
    while job.summary.frames < 5:
        time.sleep(0.01)
    job.overrun(1.0)
    for _ in range(10):
        slow.gate.release()
    thread.join(60)
    assert (job.state, job.is_cut) == (State.DONE, True)
    assert 5 <= job.summary.frames < 30
    assert job.nbytes == len(job.video) + len(job.table)
