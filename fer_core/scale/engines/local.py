"""Shards read by processes of this machine, picture by picture, in order."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from fer_core.inference.batch import Row, read_all
from fer_core.scale.job import Job
from fer_core.scale.manifest import Entry
from fer_core.scale.shard import Shard, shard_file


def processes(workers: int | None) -> int:
    """Returns how many processes read: as many as asked for, or as there are processors."""
    return os.cpu_count() or 1 if workers is None else workers


def read_shards(
    shards: Iterable[Shard], job: Job, workers: int | None, on_picture: Callable[[], None]
) -> Iterator[tuple[Shard, bytes]]:
    """Yields each shard and the file it becomes.

    The processes go from one shard to the next without a pause: the first pictures of a shard are
    read while the last of the one before still are.

    Args:
        shards: Are taken as they are needed.
        job: How to read.
        workers: Processes; None for as many as there are processors, 0 reads in this one.
        on_picture: Called after each picture.
    """
    under_way: deque[Shard] = deque()

    def entries() -> Iterator[Entry]:
        for shard in shards:
            under_way.append(shard)
            yield from shard.entries

    rows = _told(read_all(entries(), job.reader(), processes(workers)), on_picture)
    for first in rows:
        shard = under_way[0]
        found = [first, *islice(rows, len(shard.entries) - 1)]
        under_way.popleft()
        yield shard, shard_file(shard, found, job)


def _told(rows: Iterator[list[Row]], tell: Callable[[], None]) -> Iterator[list[Row]]:
    for row in rows:
        tell()
        yield row
