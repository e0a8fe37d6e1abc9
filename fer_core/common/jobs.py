"""Long work in the background: its state, its progress, its turn, and who still waits for it."""

import threading
import time
from enum import StrEnum
from typing import Generic, TypeVar

from fer_core.errors import BudgetError, FerError

PATIENCE_SECONDS = 75.0
"""A job that nobody asks about for this long is cancelled; hidden tabs may ask once a minute."""

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
        owner: Whose it is; owners take turns.
        lock: Held where state and results change together.
    """

    def __init__(self) -> None:
        self.state = State.WAITING
        self.message = ""
        self.fraction: float | None = None
        self.owner = ""
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

    def overrun(self, seconds: float) -> None:
        """Ends it at the time limit; called again until it has ended."""
        self.fail(
            f"It was ended after {seconds / 60:.0f} min: this server does not work longer for "
            "one visitor. Choose something smaller, or run the app yourself."
        )

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
        """Notes that somebody still waits for it."""
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
    """Runs jobs one after the other and cancels those that nobody asks about any more.

    Owners take turns: the next job is from the owner who has waited longest, the first in of those.
    Its thread lives while there is something to do.

    Args:
        name: Of its threads.
        patience: Seconds without a `Job.ask` after which a job is cancelled.
        most: How many may wait; None for any number.
        longest: Seconds that a job may run; None for as long as it takes.
    """

    def __init__(
        self,
        name: str,
        patience: float = PATIENCE_SECONDS,
        most: int | None = None,
        longest: float | None = None,
    ) -> None:
        self.patience = patience
        self.most = most
        self.longest = longest
        self._name = name
        self._jobs: list[J] = []
        self._turns: dict[str, int] = {}
        self._taken: float | None = None
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def submit(self, job: J, owner: str = "") -> J:
        """Has a job wait for its owner's turn and returns it.

        Raises:
            BudgetError: If as many wait already as may.
        """
        job.owner = owner
        with self._lock:
            waiting = sum(other.state == State.WAITING for other in self._jobs)
            if self.most is not None and waiting >= self.most:
                raise BudgetError(
                    f"{waiting} others wait already, and this server takes no more. Try again in a "
                    "few minutes."
                )
            if self._thread is None:
                thread = threading.Thread(target=self._run_all, name=self._name, daemon=True)
                thread.start()  # it waits for the lock
                self._thread = thread
            self._jobs.append(job)
        return job

    def place(self, job: J) -> int:
        """Returns how many jobs run before this one, as things are."""
        with self._lock:
            return len(self._before(job))

    def wait(self, job: J) -> float | None:
        """Returns the seconds until it is this job's turn; None where nothing tells."""
        with self._lock:
            times = [self._time_of(other) for other in self._before(job)]
        return None if None in times else sum(filter(None, times))

    def expected(self, job: J) -> float | None:
        """Returns the seconds a job takes that waits: as long as the last; None before there is."""
        return self._taken

    def leave(self, owner: str) -> None:
        """Cancels all that an owner asked for."""
        with self._lock:
            jobs = [job for job in self._jobs if job.owner == owner]
        for job in jobs:
            job.cancel()

    def _before(self, job: J) -> list[J]:
        order = self._in_turn()
        return order[: order.index(job)] if job in order else []

    def _time_of(self, job: J) -> float | None:
        return job.seconds_left if job.state == State.RUNNING else self.expected(job)

    def _in_turn(self) -> list[J]:
        """Returns the active jobs: the one that runs, then the others as their turns come."""
        running = [job for job in self._jobs if job.state == State.RUNNING]
        waiting = [job for job in self._jobs if job.state == State.WAITING]
        turns, order = dict(self._turns), []
        while waiting:
            job = min(waiting, key=lambda one: turns.get(one.owner, 0))  # of equals, the first
            waiting.remove(job)
            order.append(job)
            turns[job.owner] = max(turns.values(), default=0) + 1
        return running + order

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
            order = self._in_turn()
            if not order:
                self._thread = None
                self._turns.clear()
                return None
            self._turns[order[0].owner] = max(self._turns.values(), default=0) + 1
            return order[0]

    def _run(self, job: J) -> None:
        """Runs a job until its work has ended for certain."""
        worker = threading.Thread(target=job.run, name=f"{self._name} job", daemon=True)
        began = time.monotonic()
        worker.start()
        while worker.is_alive():
            worker.join(_LOOK_SECONDS)
            self._drop_deserted()
            if self.longest is not None and time.monotonic() - began > self.longest:
                job.overrun(self.longest)
        if job.state == State.DONE:
            self._taken = time.monotonic() - began

    def _drop_deserted(self) -> None:
        with self._lock:
            deserted = [job for job in self._jobs if job.silence > self.patience]
        for job in deserted:
            job.cancel()
        with self._lock:
            self._jobs = [job for job in self._jobs if job.is_active]
