import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from waiting import wait_until

from fer_core.common.jobs import State
from fer_core.settings import ROOT
from fer_core.styletransfer import jobs
from fer_core.styletransfer.jobs import SECONDS_PER_WORK, Painting, PaintingQueue
from fer_core.styletransfer.messages import WANT_OF_MEMORY, Request
from fer_core.styletransfer.options import StyleOptions

FAKE = (sys.executable, str(Path(__file__).with_name("fake_worker.py")))


def program(code: str) -> tuple[str, ...]:
    """A process that runs a line of Python in the place of the painter."""
    return (sys.executable, "-c", code)


FINISHES, NEVER_ENDS, FAILS, DIES, FETCHES = range(5)


def request(what: int) -> Request:
    picture = np.full((8, 8, 3), what, np.uint8)
    return Request(picture, (picture,), StyleOptions(size=128, seed=what))


@pytest.fixture
def queue():
    queue = PaintingQueue(command=FAKE)
    yield queue
    for job in tuple(queue._jobs):
        job.cancel()
    wait_until(lambda: queue._thread is None)


def test_a_job_runs_to_its_end(queue):
    job = queue.paint(request(FINISHES))
    assert job.is_active
    wait_until(lambda: not job.is_active)
    assert job.state == State.DONE
    assert job.result is not None
    assert job.result.network == "fake"
    assert job.fraction == 1
    assert len(job.losses) == 10
    np.testing.assert_array_equal(job.preview, job.request.photo)


def test_cancelling_ends_the_process_at_once(queue):
    job = queue.paint(request(NEVER_ENDS))
    wait_until(lambda: job.fraction > 0)
    process = job._process
    job.cancel()
    assert process.wait(timeout=10) != 0
    assert job.state == State.CANCELLED
    assert job.result is None
    steps = len(job.losses)
    time.sleep(0.2)
    assert len(job.losses) == steps


def test_a_failure_carries_its_reason(queue):
    job = queue.paint(request(FAILS))
    wait_until(lambda: not job.is_active)
    assert (job.state, job.message) == (State.FAILED, "The paint has dried.")


def test_a_process_that_dies_is_a_failure_that_says_so(queue):
    job = queue.paint(request(DIES))
    wait_until(lambda: not job.is_active)
    assert job.state == State.FAILED
    assert "unexpectedly, with status 9" in job.message
    assert "memory" not in job.message


def test_a_process_that_the_system_kills_wanted_memory(queue):
    queue.command = program("import os, sys; sys.stdin.buffer.read(); os.kill(os.getpid(), 9)")
    job = queue.paint(request(FINISHES))
    wait_until(lambda: not job.is_active)
    assert (job.state, job.message) == (State.FAILED, WANT_OF_MEMORY)


NAMES_NO_MODULE = b"cno_such_module\nThing\n."
GARBLED = b"\xff"


@pytest.mark.parametrize("said", [NAMES_NO_MODULE, GARBLED])
def test_a_process_that_is_not_understood_is_ended(queue, said, monkeypatch):
    monkeypatch.setattr(jobs, "FAREWELL_SECONDS", 0.1)
    queue.command = program(
        f"import sys, time; sys.stdin.buffer.read(); sys.stdout.buffer.write({said!r}); "
        "sys.stdout.flush(); time.sleep(600)"
    )
    job = queue.paint(request(FINISHES))
    wait_until(lambda: not job.is_active)
    assert job.state == State.FAILED
    assert "stopped answering" in job.message
    wait_until(lambda: job._process is None)


def test_the_package_is_found_from_any_folder(queue, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", "elsewhere")
    expected = os.pathsep.join([str(ROOT), "elsewhere"])
    queue.command = program(
        f"import os, sys; sys.exit(7 if os.environ['PYTHONPATH'] == {expected!r} else 8)"
    )
    job = queue.paint(request(FINISHES))
    wait_until(lambda: not job.is_active)
    assert "status 7" in job.message


def test_a_process_that_cannot_be_talked_to_does_not_outlive_its_job(queue, monkeypatch):
    started = []

    def note(*arguments: object, **options: object) -> subprocess.Popen:
        started.append(Popen(*arguments, **options))
        return started[0]

    def refuse(*_: object) -> None:
        raise RuntimeError("no way")

    Popen = subprocess.Popen
    monkeypatch.setattr(jobs.subprocess, "Popen", note)
    monkeypatch.setattr(Painting, "_converse", refuse)
    job = queue.paint(request(NEVER_ENDS))
    wait_until(lambda: not job.is_active)
    assert job.state == State.FAILED
    wait_until(lambda: job._process is None)
    assert started[0].poll() is not None


def test_a_process_that_cannot_start_is_a_failure():
    queue = PaintingQueue(command=("/no/such/program",))
    job = queue.paint(request(FINISHES))
    wait_until(lambda: not job.is_active)
    assert job.state == State.FAILED
    assert "could not be started" in job.message


def test_the_queue_goes_on_after_a_failure(queue):
    queue.paint(request(DIES))
    job = queue.paint(request(FINISHES))
    wait_until(lambda: job.state == State.DONE)


def test_a_download_is_told(queue):
    job = queue.paint(request(FETCHES))
    wait_until(lambda: job.fetching == 0.5)
    wait_until(lambda: job.state == State.DONE)
    assert job.fetching is None


def test_the_estimate_learns_from_what_was_painted(queue):
    options = StyleOptions(size=128)
    assert queue.seconds_per_work == SECONDS_PER_WORK
    before = queue.estimate(options)
    job = queue.paint(request(FINISHES))
    wait_until(lambda: job.state == State.DONE)
    assert queue.estimate(options) < before
    larger = queue.estimate(StyleOptions(size=256))
    assert larger > queue.estimate(options)


def test_time_left_falls_with_progress(queue):
    job = queue.paint(request(NEVER_ENDS))
    wait_until(lambda: job.fraction >= 0.5)
    assert 0 < job.seconds_left < 60


def test_the_real_process_answers(tmp_path, monkeypatch):
    """Without weights or a way to them, TensorFlow is not even needed to say so."""
    for name in ("FER_BACKBONES", "FER_WEIGHTS", "KERAS_HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    queue = PaintingQueue()
    job = queue.paint(request(FINISHES))
    wait_until(lambda: not job.is_active)
    assert job.state == State.FAILED
    assert "VGG19 are not on this machine" in job.message
