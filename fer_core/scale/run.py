"""A run: what is planned in a DEST, what of it is done, and doing the rest."""

import io
import json
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Protocol

from fer_core.errors import BatchError
from fer_core.picture_names import Skipped
from fer_core.scale.dest import Dest
from fer_core.scale.job import Job
from fer_core.scale.manifest import Manifest, write_manifest
from fer_core.scale.shard import DamagedShard, Shard, check, read_tally, shard_name
from fer_core.scale.sources import entries_of
from fer_core.scale.tally import Tally

PLAN, MANIFEST = "_batch.json", "_manifest.parquet"
"""Names that `pyarrow.dataset` passes over, so that it reads the shards alone."""

PICTURES_A_SHARD = 5_000
"""Of a run that names no number of shards: a minute or two of one processor."""

_FORM = 1
_THREADS = 8
_TOGETHER_SECONDS = 1.0
"""Shards whose ends lie no further apart were read side by side."""

_SPEED_SECONDS = 900.0


@dataclass(frozen=True)
class Plan:
    """What a DEST was begun for.

    Attributes:
        source: What is read.
        job: How.
        pictures: How many there are.
        shards: Into how many files they go.
        left_out: What else the source holds, in words.
        begun: When, seconds since 1970.
    """

    source: str
    job: Job
    pictures: int
    shards: int
    left_out: str = ""
    begun: float = field(default_factory=time.time)

    def range_of(self, index: int) -> tuple[int, int]:
        """Returns where in the manifest a shard begins and ends; their sizes differ by one."""
        return (
            self.pictures * index // self.shards,
            self.pictures * (index + 1) // self.shards,
        )

    def size_of(self, index: int) -> int:
        """Returns how many pictures a shard has."""
        begin, end = self.range_of(index)
        return end - begin

    @property
    def names(self) -> list[str]:
        """The files of all shards."""
        return [shard_name(index, self.shards) for index in range(self.shards)]


class Engine(Protocol):
    """Reads shards, in any order, each to its end."""

    def __call__(
        self, shards: Iterable[Shard], job: Job, workers: int | None, on_picture: Callable[[], None]
    ) -> Iterator[tuple[Shard, bytes]]:
        """Yields each shard and the file it becomes."""
        ...


def open_plan(dest: Dest) -> Plan | None:
    """Returns what a DEST was begun for; None where nothing was.

    Raises:
        BatchError: If that cannot be read.
    """
    if PLAN not in dest.names():
        return None
    try:
        told: dict[str, Any] = json.loads(dest.read(PLAN))
        if told.pop("form") != _FORM:
            raise ValueError("it is of another version of FER Studio")
        return Plan(**{**told, "job": Job.from_dict(told["job"])})
    except (ValueError, KeyError, TypeError) as error:
        raise BatchError(
            f"{dest.uri}/{PLAN} is damaged: {error}. Delete it and the shards, and begin again."
        ) from error


def make_plan(dest: Dest, source: str, job: Job, shards: int | None = None) -> Plan:
    """Returns the plan of a DEST: the one it was begun with, or a new one with its manifest.

    Args:
        dest: Where results go.
        source: As `sources.entries_of` takes it.
        job: How to read.
        shards: How many files to make; None for one in about `PICTURES_A_SHARD`.

    Raises:
        BatchError: If the DEST was begun for something else, or the source has no picture.
    """
    plan = open_plan(dest)
    if plan is not None:
        _refuse_other(plan, dest, source, job, shards)
        return plan
    stray = [name for name in dest.names() if name.startswith("shard-")]
    if stray:
        raise BatchError(
            f"{dest.uri} holds {stray[0]} and no {PLAN}: name another DEST, or an empty one."
        )
    skipped = Skipped()
    with dest.replacing(MANIFEST) as part:
        pictures = write_manifest(part, entries_of(source, skipped))
        if not pictures:
            raise BatchError(f"There is no picture in {source}. {skipped.sentence}".rstrip())
    wanted = -(-pictures // PICTURES_A_SHARD) if shards is None else shards
    plan = Plan(source, job, pictures, min(wanted, pictures), skipped.sentence)
    told = {"form": _FORM, **plan.__dict__, "job": job.as_dict()}
    dest.write(PLAN, json.dumps(told, indent=1).encode())
    return plan


def _refuse_other(plan: Plan, dest: Dest, source: str, job: Job, shards: int | None) -> None:
    job.refuse_other(plan.job, dest.uri)
    if source != plan.source:
        raise BatchError(
            f"{dest.uri} was begun for {plan.source}, not for {source}. Name another DEST."
        )
    if shards is not None and min(shards, plan.pictures) != plan.shards:
        raise BatchError(
            f"{dest.uri} was begun with {plan.shards} shards, not {shards}. Name another DEST."
        )


def finished(dest: Dest, plan: Plan, wanted: Iterable[int]) -> tuple[set[int], list[str]]:
    """Returns which shards are done, every byte of them checked, and what is wrong with others.

    Args:
        dest: Where they are.
        plan: What was begun.
        wanted: Numbers of the shards that are asked about.

    Raises:
        BatchError: If a shard was read by another model, detector or threshold.
    """
    there = dest.names()
    done: set[int] = set()
    damaged: list[str] = []

    def look(index: int) -> str:
        name = shard_name(index, plan.shards)
        try:
            check(dest.read(name), plan.job, name)
        except DamagedShard as error:
            return str(error)
        return ""

    found = [index for index in wanted if shard_name(index, plan.shards) in there]
    with ThreadPoolExecutor(_THREADS) as threads:
        for index, fault in zip(found, threads.map(look, found), strict=True):
            if fault:
                damaged.append(fault)
            else:
                done.add(index)
    return done, damaged


def read_left(
    dest: Dest,
    plan: Plan,
    wanted: Iterable[int],
    engine: Engine,
    workers: int | None,
    on_picture: Callable[[], None] = lambda: None,
) -> Iterator[Shard]:
    """Reads shards and writes each, whole or not at all; yields it when it is there.

    Args:
        dest: Where to.
        plan: What was begun.
        wanted: Numbers of shards.
        engine: Reads them.
        workers: How many at once; None for as many as there are processors.
        on_picture: Called after each picture, as far as the engine tells.

    Raises:
        FerError: If a shard cannot be written; those before it are there.
    """
    with dest.lent(MANIFEST) as path, Manifest(path) as manifest:
        shards = (
            Shard(index, plan.shards, list(manifest.entries(*plan.range_of(index))))
            for index in wanted
        )
        for shard, file in engine(shards, plan.job, workers, on_picture):
            dest.write(shard.name, file)
            yield shard


@dataclass(frozen=True)
class Status:
    """How far a run is.

    Attributes:
        plan: What it is.
        done: How many shards are there.
        tally: What they hold.
        damaged: What is wrong with shards that will be read again.
    """

    plan: Plan
    done: int
    tally: Tally
    damaged: list[str]

    @property
    def left(self) -> int:
        """How many pictures are still to be read."""
        return self.plan.pictures - self.tally.pictures

    @property
    def speed(self) -> float | None:
        """Pictures a second while shards were last finished; None before it can be told.

        Processes read shards side by side, so that several end together: how long those took that
        ended first is not known.
        """
        ends = sorted(self.tally.finished)
        recent = [end for end in ends if end[0] > ends[-1][0] - _SPEED_SECONDS]
        first = [at for at, _ in recent if at <= recent[0][0] + _TOGETHER_SECONDS]
        after = [(at, count) for at, count in recent[len(first) :]]
        if not after:
            return None
        return sum(count for _, count in after) / (after[-1][0] - first[-1])


def status_of(dest: Dest) -> Status:
    """Returns how far a run is, from the footers of its shards.

    Raises:
        BatchError: If nothing was begun there, or a shard was read by another job.
    """
    plan = open_plan(dest)
    if plan is None:
        raise BatchError(f"{dest.uri} holds no run: there is no {PLAN} in it.")
    there = dest.names()
    tally, damaged, done = Tally(), [], 0

    def look(name: str) -> Tally | DamagedShard:
        file = dest.folder / name if dest.folder is not None else io.BytesIO(dest.read(name))
        try:
            return read_tally(file, plan.job, name)
        except DamagedShard as error:
            return error

    with ThreadPoolExecutor(_THREADS) as threads:
        for found in threads.map(look, [name for name in plan.names if name in there]):
            if isinstance(found, DamagedShard):
                damaged.append(str(found))
            else:
                done += 1
                tally.add(found)
    return Status(plan, done, tally, damaged)
