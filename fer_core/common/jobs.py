"""Long work in the background: its state, its progress, its turn, and who still waits for it."""

import threading
import time
from enum import StrEnum
from typing import Generic, TypeVar

from fer_core.errors import FerError

PATIENCE_SECONDS = 75.0
"""A job unasked for so long is cancelled; browsers let hidden tabs ask once a minute."""

_LOOK_SECONDS = 0.5
"""How often a queue looks for jobs whose owner is gone."""

_FIRST_PACE = 0.01
"""Fraction of the work after which its pace says something."""


class State(StrEnum):
    """What has become of a job."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


class Job:
    """Something long that somebody asked for; ask it from any thread.

    A job says what it does in `work`, which ends soon after `is_active` has become false and calls
    `finish` once all is done.

    Attributes:
        state: What has become of it; changed under `lock` only.
        message: Why it failed, for the user.
        fraction: How much is done, 0..1; None while that is not known.
        lock: Held where state and results change together.
    """

    def __init__(self) -> None:
        self.state = State.WAITING
        self.message = ""
        self.fraction: float | None = None
        self.lock = threading.RLock()
        self._asked = time.monotonic()
        self._pace_from: float | None = None

    def work(self) -> None:
        """Does it; an error becomes the message of a job that failed."""
        raise NotImplementedError

    def stop(self) -> None:
        """Ends at once what `work` waits for; called when the job ends before `work` has."""

    def release(self) -> None:
        """Gives up what only the work needed; called once it will never run, or has run."""

    def unforeseen(self, error: Exception) -> str:
        """Returns the message for an error that nobody wrote for the user."""
        return f"It stopped at an error of the program ({type(error).__name__}: {error})."

    @property
    def is_active(self) -> bool:
        """Whether it waits or runs."""
        return self.state in (State.WAITING, State.RUNNING)

    @property
    def seconds_left(self) -> float | None:
        """Time left at the pace so far; None until there is one."""
        if self._pace_from is None or self.fraction is None or self.fraction < _FIRST_PACE:
            return None
        return (time.monotonic() - self._pace_from) * (1 - self.fraction) / self.fraction

    @property
    def silence(self) -> float:
        """Seconds since somebody last asked for it."""
        return time.monotonic() - self._asked

    def ask(self) -> None:
        """Says that somebody still waits for it."""
        self._asked = time.monotonic()

    def cancel(self) -> None:
        """Ends it, whether it waits or runs."""
        self._end(State.CANCELLED)

    def fail(self, message: str) -> None:
        """Ends it, whether it waits or runs, and says why."""
        self._end(State.FAILED, message)

    def finish(self) -> None:
        """Marks a running job as done, unless it has ended otherwise."""
        with self.lock:
            if self.state == State.RUNNING:
                self.state = State.DONE

    def run(self) -> None:
        """Does the work, unless it was cancelled while it waited; for a thread of its own."""
        with self.lock:
            if self.state != State.WAITING:
                return
            self.state = State.RUNNING
            self._pace_from = time.monotonic()
        try:
            self.work()
        except FerError as error:
            self.fail(str(error))
        except Exception as error:
            self.fail(self.unforeseen(error))
        finally:
            self.release()

    def _end(self, state: State, message: str = "") -> None:
        with self.lock:
            if not self.is_active:
                return
            waited = self.state == State.WAITING
            self.state, self.message = state, message
        if waited:
            self.release()
        else:
            self.stop()


J = TypeVar("J", bound=Job)


class JobQueue(Generic[J]):
    """Runs jobs one after the other and cancels those nobody asks for any more.

    Its thread lives while there is something to do.

    Args:
        name: Of its threads.
        patience: Seconds without a `Job.ask` after which a job is cancelled.
    """

    def __init__(self, name: str, patience: float = PATIENCE_SECONDS) -> None:
        self.patience = patience
        self._name = name
        self._jobs: list[J] = []
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def submit(self, job: J) -> J:
        """Puts a job at the end of the queue and returns it."""
        with self._lock:
            if self._thread is None:
                thread = threading.Thread(target=self._run_all, name=self._name, daemon=True)
                thread.start()  # it waits for the lock
                self._thread = thread
            self._jobs.append(job)
        return job

    def place(self, job: J) -> int:
        """Returns how many jobs run before this one."""
        with self._lock:
            before = self._jobs[: self._jobs.index(job)] if job in self._jobs else []
            return sum(other.is_active for other in before)

    def _run_all(self) -> None:
        while (job := self._next()) is not None:
            try:
                self._run(job)
            except RuntimeError as error:  # no thread left: the next job may get one
                job.fail(f"The server cannot start it now ({error}). Try again later.")

    def _next(self) -> J | None:
        """Returns the job whose turn it is; None, and the thread is given up, if there is none."""
        with self._lock:
            self._jobs = [job for job in self._jobs if job.is_active]
            if not self._jobs:
                self._thread = None
                return None
            return self._jobs[0]

    def _run(self, job: J) -> None:
        """Runs a job until its work has ended for certain."""
        worker = threading.Thread(target=job.run, name=f"{self._name} job", daemon=True)
        worker.start()
        while worker.is_alive():
            worker.join(_LOOK_SECONDS)
            self._drop_deserted()

    def _drop_deserted(self) -> None:
        with self._lock:
            deserted = [job for job in self._jobs if job.silence > self.patience]
        for job in deserted:
            job.cancel()
        with self._lock:
            self._jobs = [job for job in self._jobs if job.is_active]
