"""One painting at a time: the others wait their turn, and who leaves loses it."""

import os
import pickle
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from typing import IO

import numpy as np

from fer_core.settings import ROOT
from fer_core.styletransfer import messages
from fer_core.styletransfer.engine import StyleResult
from fer_core.styletransfer.losses import Losses
from fer_core.styletransfer.options import StyleOptions

PATIENCE_SECONDS = 75.0
"""A job unasked for so long is cancelled; browsers let hidden tabs ask once a minute."""

STARTING_SECONDS = 8.0
"""From the start of the process to the first evaluation: TensorFlow, weights, one tracing."""

SECONDS_PER_WORK = 9.0
"""Painting time for one unit of `StyleOptions.work` on two cores, until a job measures it here."""

FAREWELL_SECONDS = 5.0
"""What a process may take to end once it has nothing more to say."""

_KILLED = -9
"""Status of a process that the system killed (SIGKILL), as Linux does when memory runs out."""

_WORKER = (sys.executable, "-m", "fer_core.styletransfer.worker")


class State(StrEnum):
    """What has become of a job."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


@dataclass(eq=False)
class Job:
    """A painting somebody asked for; read from any thread, written by the queue.

    Attributes:
        request: What is to be painted.
        state: What has become of it.
        fraction: How much of the painting is done, 0..1.
        preview: The best picture so far, uint8 RGB, or None before the first evaluation.
        losses: The losses of each evaluation so far.
        fetching: Fraction of the network's weights fetched, while they are, else None.
        result: Once it is done.
        message: Why it failed.
    """

    request: messages.Request
    state: State = State.WAITING
    fraction: float = 0.0
    preview: np.ndarray | None = None
    losses: list[Losses] = field(default_factory=list)
    fetching: float | None = None
    result: StyleResult | None = None
    message: str = ""
    _seen: float = field(default_factory=time.monotonic)
    _first_step: float | None = None
    _process: "subprocess.Popen[bytes] | None" = None

    @property
    def is_active(self) -> bool:
        """Whether it waits or runs."""
        return self.state in (State.WAITING, State.RUNNING)

    def beat(self) -> None:
        """Says that its owner is still there."""
        self._seen = time.monotonic()

    @property
    def silence(self) -> float:
        """Seconds since its owner last asked."""
        return time.monotonic() - self._seen

    @property
    def seconds_left(self) -> float | None:
        """Painting time left at the pace so far; None until there is one."""
        if self._first_step is None or self.fraction < 0.02:
            return None
        passed = time.monotonic() - self._first_step
        return passed * (1 - self.fraction) / self.fraction


class JobQueue:
    """Runs jobs one after the other, each in a process of its own.

    Args:
        patience: Seconds without a `Job.beat` after which a job is cancelled.
        command: What is started for each job; it speaks as `worker` does.
    """

    def __init__(
        self, patience: float = PATIENCE_SECONDS, command: tuple[str, ...] = _WORKER
    ) -> None:
        self.patience = patience
        self.command = command
        self.seconds_per_work = SECONDS_PER_WORK
        self._jobs: list[Job] = []
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def submit(self, request: messages.Request) -> Job:
        """Puts a job at the end of the queue and returns it."""
        job = Job(request)
        with self._lock:
            if self._thread is None:
                thread = threading.Thread(target=self._work, name="painter", daemon=True)
                thread.start()  # it waits for the lock
                self._thread = thread
            self._jobs.append(job)
        return job

    def place(self, job: Job) -> int:
        """Returns how many jobs are painted before this one."""
        with self._lock:
            before = self._jobs[: self._jobs.index(job)] if job in self._jobs else []
            return sum(other.is_active for other in before)

    def cancel(self, job: Job) -> None:
        """Ends a job, whether it waits or runs, at once."""
        with self._lock:
            if job.state == State.WAITING:
                self._jobs.remove(job)
            if job.is_active:
                job.state = State.CANCELLED
            if job._process is not None:
                job._process.kill()

    def estimate(self, options: StyleOptions) -> float:
        """Returns how many seconds such a job takes once it is its turn."""
        return STARTING_SECONDS + options.work * self.seconds_per_work

    def _work(self) -> None:
        while True:
            with self._lock:
                self._jobs = [job for job in self._jobs if job.is_active]
                if not self._jobs:
                    self._thread = None
                    return
                job = self._jobs[0]
            try:
                self._run(job)
            except Exception as error:  # no process or thread to be had: the next may get one
                self._fail(job, f"The painting process could not be started: {error}.")

    def _run(self, job: Job) -> None:
        """Has a process paint a job, until it has ended for certain."""
        with self._lock:
            if not job.is_active:
                return
            job._process = process = subprocess.Popen(
                self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=_environment()
            )
            job.state = State.RUNNING
        try:
            reader = threading.Thread(target=self._converse, args=(job, process), daemon=True)
            reader.start()
            while reader.is_alive():
                reader.join(0.5)
                self._drop_deserted()
            with suppress(subprocess.TimeoutExpired):
                process.wait(FAREWELL_SECONDS)
            self._fail(job, _last_word(process.poll()))  # unless it said one itself
        finally:
            process.kill()
            process.wait()
            with self._lock:
                job._process = None

    def _fail(self, job: Job, message: str) -> None:
        """Notes why an active job came to nothing."""
        with self._lock:
            if job.is_active:
                job.message, job.state = message, State.FAILED

    def _drop_deserted(self) -> None:
        with self._lock:
            deserted = [job for job in self._jobs if job.silence > self.patience]
        for job in deserted:
            self.cancel(job)

    def _converse(self, job: Job, process: "subprocess.Popen[bytes]") -> None:
        assert process.stdin is not None and process.stdout is not None
        try:
            with process.stdin as stdin:
                pickle.dump(job.request, stdin)
        except OSError:
            return  # it died at once; `_run` says so
        with process.stdout as said:
            while (message := _receive(said)) is not None:
                self._note(job, message)

    def _note(self, job: Job, message: messages.Message) -> None:
        """Keeps what the process said, unless the job was cancelled meanwhile."""
        with self._lock:
            if job.state != State.RUNNING:
                return
            match message:
                case messages.Fetching(done, total):
                    job.fetching = done / total if total else 0.0
                case messages.Step(fraction, picture, losses):
                    job.fetching = None
                    job._first_step = job._first_step or time.monotonic()
                    job.fraction, job.preview = fraction, picture
                    job.losses.append(losses)
                case StyleResult():
                    job.fraction, job.result = 1.0, message
                    job.state = State.DONE
                    if job._first_step is not None and len(job.losses) > 1:
                        passed = time.monotonic() - job._first_step
                        self.seconds_per_work = passed / message.options.work
                case messages.Failure(text):
                    job.message, job.state = text, State.FAILED


def _receive(said: IO[bytes]) -> messages.Message | None:
    """Returns what the process says next; None at the end, or where it cannot be understood."""
    try:
        return pickle.load(said)
    except Exception:  # a message cut short or garbled makes pickle raise almost anything
        return None


def _environment() -> dict[str, str]:
    """Returns the server's own, in which this package is found from any folder."""
    path = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(path), "TF_CPP_MIN_LOG_LEVEL": "2"}


def _last_word(status: int | None) -> str:
    """Returns why a process ended that did not say it; None: it had to be ended."""
    if status == _KILLED:
        return messages.WANT_OF_MEMORY
    how = "stopped answering" if status is None else f"ended unexpectedly, with status {status}"
    return f"The painting process {how}. Try again."
