"""Shards read by Ray, on one machine or many: an actor a processor, each with a classifier."""

import os
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from fer_core.errors import BatchError
from fer_core.inference.batch import begin_reading, read_all
from fer_core.scale.job import Job
from fer_core.scale.shard import Shard, shard_file

_TRIES = 5
"""How often a shard may end the process, or lose the machine, that reads it."""

_PATIENCE_SECONDS = 300.0
"""For so long Ray may say of every actor that it is not there, as while it starts one again."""

_PAUSE_SECONDS = 0.2
"""Before such an actor is asked again."""

_AT_ONCE = 2
"""Shards that an actor holds: one that it reads, and the next."""


def read_shards(
    shards: Iterable[Shard], job: Job, workers: int | None, on_picture: Callable[[], None]
) -> Iterator[tuple[Shard, bytes]]:
    """Yields each shard and the file it becomes.

    A file comes back through Ray and is written by whoever called: nothing but the pictures must
    be within reach of all machines. A shard whose actor dies is read again, by whichever is free,
    then each picture in a process of its own, so that one which ends it becomes a row.

    Args:
        shards: Are taken as they are needed: two for each actor.
        job: How to read.
        workers: Actors; no more than the cluster has processors, which None takes.
        on_picture: Not called: Ray tells of whole shards.

    Raises:
        BatchError: If there is no Ray, or a shard was lost too often; the others are there then.
    """
    import ray

    own = _connect(ray, workers)
    actors: list[Any] = []
    try:
        processors = max(1, int(ray.cluster_resources().get("CPU", 1)))
        count = processors if workers is None else max(1, min(workers, processors))
        own_settings = {n: v for n, v in os.environ.items() if n.startswith("FER_")}
        kind = ray.remote(num_cpus=1, max_restarts=-1, runtime_env={"env_vars": own_settings})(
            _Actor
        )
        actors += [kind.remote(job) for _ in range(count)]
        yield from _Round(ray, actors, iter(shards)).read()
    finally:
        for actor in actors:
            ray.kill(actor)
        if own:
            ray.shutdown()


def _connect(ray: Any, workers: int | None) -> bool:
    """Joins the Ray that runs here or is named by RAY_ADDRESS, or starts one; True if it did."""
    if ray.is_initialized():
        return False
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    quiet = {"log_to_driver": False, "logging_level": "error"}
    try:
        ray.init(address="auto", **quiet)
    except ConnectionError as error:
        if "RAY_ADDRESS" in os.environ:
            raise BatchError(f"There is no Ray at {os.environ['RAY_ADDRESS']}: {error}") from error
        ray.init(num_cpus=workers or None, **quiet)
    return True


class _Actor:
    """Reads shards, one after the other, in a process of Ray's."""

    def __init__(self, job: Job) -> None:
        begin_reading()
        self._job, self._reader = job, job.reader()

    def ready(self) -> None:
        """Returns if the saved model of this machine is the one of the job."""
        self._job.refuse_other_here()

    def read(self, shard: Shard, is_careful: bool) -> bytes:
        """Returns the file that a shard becomes.

        Args:
            shard: What to read.
            is_careful: Whether pictures are read in another process, which one of them may end.
        """
        rows = read_all(shard.entries, self._reader, 1 if is_careful else 0)
        return shard_file(shard, rows, self._job)


class _Round:
    """Shards on their way through actors.

    Each actor has slots. A slot waits for one answer: that the actor is there, or a shard's file.
    Each answer frees it for the next shard, so that never more are under way than there are slots.
    """

    def __init__(self, ray: Any, actors: list[Any], shards: Iterator[Shard]) -> None:
        self._ray, self._shards = ray, shards
        self._again: deque[tuple[Shard, int]] = deque()
        self._idle: list[Any] = []
        self._waiting: dict[Any, tuple[Any, tuple[Shard, int] | None]] = {}
        self._lost: list[str] = []
        self._absent_since: float | None = None
        self._is_over = False
        for actor in actors * _AT_ONCE:
            self._waiting[actor.ready.remote()] = actor, None

    def read(self) -> Iterator[tuple[Shard, bytes]]:
        while not self._is_over or self._again or any(work for _, work in self._waiting.values()):
            (answer,), _ = self._ray.wait(list(self._waiting), num_returns=1)
            actor, work = self._waiting.pop(answer)
            try:
                file = self._ray.get(answer)
            except self._ray.exceptions.RayTaskError as error:
                raise _meant(error) from None
            except self._ray.exceptions.RayError as error:
                self._was_lost(actor, work, error)
                continue
            self._absent_since = None
            self._next(actor)
            if work is not None:
                yield work[0], file
        if self._lost:
            raise BatchError(" ".join(self._lost))

    def _next(self, actor: Any) -> None:
        """Gives a free slot of an actor the next shard, if there is one."""
        work = self._again.popleft() if self._again else None
        if work is None and not self._is_over:
            shard = next(self._shards, None)
            self._is_over = shard is None
            work = None if shard is None else (shard, 1)
        if work is None:
            self._idle.append(actor)
            return
        shard, attempt = work
        read = actor.read.options(name=shard.name)  # as Ray's dashboard shows it
        self._waiting[read.remote(shard, attempt > 1)] = actor, work

    def _was_lost(self, actor: Any, work: tuple[Shard, int] | None, error: Exception) -> None:
        """Puts a shard back whose actor died; Ray starts the actor again, here or elsewhere."""
        if work is None:
            self._wait_for_an_actor(error)
        else:
            self._put_back(*work, str(error).splitlines()[0])
        self._waiting[actor.ready.remote()] = actor, None

    def _wait_for_an_actor(self, error: Exception) -> None:
        """Pauses before an actor is asked again whether it is there, unless none was for long."""
        now = time.monotonic()
        self._absent_since = self._absent_since or now
        if now - self._absent_since > _PATIENCE_SECONDS:
            raise BatchError(f"Ray starts no actor: {error}") from error
        time.sleep(_PAUSE_SECONDS)

    def _put_back(self, shard: Shard, attempt: int, why: str) -> None:
        if attempt == _TRIES:
            self._lost.append(f"{shard.name} was lost {_TRIES} times ({why}); run it again.")
            return
        self._again.append((shard, attempt + 1))
        if self._idle:
            self._next(self._idle.pop())


def _meant(error: Any) -> Exception:
    """Returns what an actor raised, without Ray's tale of where."""
    cause = getattr(error, "cause", None)
    return cause if isinstance(cause, Exception) else BatchError(str(error))
