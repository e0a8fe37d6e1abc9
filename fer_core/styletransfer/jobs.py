"""One painting at a time: the others wait their turn, and who leaves loses it."""

import os
import pickle
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from typing import IO

import numpy as np

from fer_core.common.budget import size_of
from fer_core.common.jobs import PATIENCE_SECONDS, Job, JobQueue, State
from fer_core.settings import ROOT
from fer_core.styletransfer import messages
from fer_core.styletransfer.engine import StyleResult
from fer_core.styletransfer.losses import Losses
from fer_core.styletransfer.options import StyleOptions

STARTING_SECONDS = 2.0
"""From the start of the process to the first evaluation: imports, weights, one graph."""

SECONDS_PER_WORK = 9.0
"""Painting time for one unit of `StyleOptions.work` on two cores, until a job measures it here."""

FAREWELL_SECONDS = 5.0
"""What a process may take to end once it has nothing more to say."""

_KILLED = -9
"""Status of a process that the system killed (SIGKILL), as Linux does when memory runs out."""

_WORKER = (sys.executable, "-m", "fer_core.styletransfer.worker")


class Painting(Job):
    """A painting somebody asked for, made in a process of its own.

    Args:
        request: What is to be painted.
        command: What is started for it; it speaks as `worker` does.
        on_measured: Told how many seconds a unit of `StyleOptions.work` took.

    Attributes:
        request: As given.
        preview: The best picture so far, uint8 RGB, or None before the first evaluation.
        losses: The losses of each evaluation so far.
        fetching: Fraction of the network's weights fetched, while they are, else None.
        result: Once it is done.
    """

    def __init__(
        self,
        request: messages.Request,
        command: tuple[str, ...] = _WORKER,
        on_measured: Callable[[float], None] = lambda seconds: None,
    ) -> None:
        super().__init__()
        self.request = request
        self.fraction = 0.0
        self.preview: np.ndarray | None = None
        self.losses: list[Losses] = []
        self.fetching: float | None = None
        self.result: StyleResult | None = None
        self._command = command
        self._on_measured = on_measured
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def nbytes(self) -> int:
        """Bytes it holds."""
        return size_of(self.request, self.preview, self.result)

    def work(self) -> None:
        """Has a process paint it, until that has ended for certain."""
        with self.lock:
            if not self.is_active:
                return
            self._process = process = subprocess.Popen(
                self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=_environment()
            )
        try:
            self._converse(process)
            with suppress(subprocess.TimeoutExpired):
                process.wait(FAREWELL_SECONDS)
            self.fail(self.message or _last_word(process.poll()))
        finally:
            process.kill()
            process.wait()
            self._process = None

    def stop(self) -> None:
        """Kills the process, if it has started."""
        with self.lock:
            if self._process is not None:
                self._process.kill()

    def unforeseen(self, error: Exception) -> str:
        """Returns the message where there was no process available."""
        return f"The painting process could not be started: {error}."

    def _converse(self, process: "subprocess.Popen[bytes]") -> None:
        assert process.stdin is not None and process.stdout is not None
        try:
            with process.stdin as stdin:
                pickle.dump(self.request, stdin)
        except OSError:
            return  # it died at once; `work` says so
        with process.stdout as said:
            while (message := _receive(said)) is not None:
                self._note(message)

    def _note(self, message: messages.Message) -> None:
        """Keeps what the process said, unless the job was cancelled meanwhile."""
        with self.lock:
            if self.state != State.RUNNING:
                return
            match message:
                case messages.Fetching(done, total):
                    self.fetching = done / total if total else 0.0
                case messages.Step(fraction, picture, losses):
                    self.fetching = None
                    if not self.losses:
                        self._pace_from = time.monotonic()
                    self.fraction, self.preview = fraction, picture
                    self.losses.append(losses)
                case StyleResult():
                    if self._pace_from is not None and len(self.losses) > 1:
                        passed = time.monotonic() - self._pace_from
                        self._on_measured(passed / message.options.work)
                    self.fraction, self.result = 1.0, message
                    self.finish()
                case messages.Failure(text):
                    self.message = text  # the process may still log where it failed


class PaintingQueue(JobQueue[Painting]):
    """Paints one picture after the other, and learns how long that takes on this machine.

    Args:
        patience: Seconds without a `Job.ask` after which a job is cancelled.
        command: What is started for each job; it speaks as `worker` does.
        most: How many may wait; None for any number.
        longest: Seconds that a job may run; None for as long as it takes.
    """

    def __init__(
        self,
        patience: float = PATIENCE_SECONDS,
        command: tuple[str, ...] = _WORKER,
        most: int | None = None,
        longest: float | None = None,
    ) -> None:
        super().__init__("painter", patience, most, longest)
        self.command = command
        self.seconds_per_work = SECONDS_PER_WORK

    def paint(self, request: messages.Request, owner: str = "") -> Painting:
        """Has a painting wait for its owner's turn and returns it.

        Raises:
            BudgetError: If as many wait already as may.
        """
        return self.submit(Painting(request, self.command, self._learn), owner)

    def expected(self, job: Painting) -> float:
        """Returns the seconds a job takes that waits."""
        return self.estimate(job.request.options)

    def estimate(self, options: StyleOptions) -> float:
        """Returns how many seconds such a job takes once it is its turn."""
        return STARTING_SECONDS + options.work * self.seconds_per_work

    def _learn(self, seconds_per_work: float) -> None:
        self.seconds_per_work = seconds_per_work


def _receive(said: IO[bytes]) -> messages.Message | None:
    """Returns what the process says next; None at the end, or where it cannot be understood."""
    try:
        result: messages.Message | None = pickle.load(said)
        return result
    except Exception:  # a message cut short or garbled makes pickle raise almost anything
        return None


def _environment() -> dict[str, str]:
    """Returns the server's own, in which this package is found from any folder.

    What glibc's malloc frees, from 1 MB on, goes back to the system at once.
    """
    path = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    own = {"PYTHONPATH": os.pathsep.join(path), "MALLOC_MMAP_THRESHOLD_": "1000000"}
    return {**os.environ, **own}


def _last_word(status: int | None) -> str:
    """Returns why a process ended that did not say it; None: it had to be ended."""
    if status == _KILLED:
        return messages.WANT_OF_MEMORY
    how = "stopped answering" if status is None else f"ended unexpectedly, with status {status}"
    return f"The painting process {how}. Try again."
