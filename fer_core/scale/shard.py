"""One shard: a range of the manifest, and the Parquet file that it becomes."""

import io
import json
import time
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fer_core.errors import BatchError
from fer_core.inference.batch import Row
from fer_core.scale.job import Job
from fer_core.scale.manifest import Entry
from fer_core.scale.tally import Tally

if TYPE_CHECKING:
    import pyarrow as pa

_JOB, _TALLY, _SHARD, _SEAL = b"fer_job", b"fer_tally", b"fer_shard", b"fer_sha256"

_BLANK = b"the sha256 of this file, as it is with this text, stands here".ljust(64, b".")


class DamagedShard(BatchError):
    """A shard's file that is not what was written."""


@dataclass(frozen=True)
class Shard:
    """What is read into one file.

    Attributes:
        index: Its number, from 0.
        of: How many shards there are.
        entries: Its pictures.
    """

    index: int
    of: int
    entries: list[Entry]

    @property
    def name(self) -> str:
        """Of its file."""
        return shard_name(self.index, self.of)


def shard_name(index: int, of: int) -> str:
    """Returns how a shard's file is called."""
    return f"shard-{index:05d}-of-{of:05d}.parquet"


def schema(classes: Iterable[str]) -> "pa.Schema":
    """Returns the columns of a shard."""
    import pyarrow as pa

    text, number, share = pa.string(), pa.int32(), pa.float32()
    return pa.schema(
        [
            ("uri", text),
            ("etag", text),
            ("modified", pa.timestamp("s", "UTC")),
            *((name, number) for name in ("face", "left", "top", "width", "height")),
            ("landmarks", pa.list_(pa.list_(share))),
            ("score", share),
            ("unreadable", text),
            ("answer", text),
            ("label", text),
            ("confidence", share),
            *((name, share) for name in classes),
            ("error", text),
            *((name, text) for name in ("model", "model_sha256", "detector", "version")),
        ]
    )


def shard_file(shard: Shard, rows: Iterable[list[Row]], job: Job) -> bytes:
    """Returns the Parquet file of a shard.

    Args:
        shard: What was read.
        rows: Those of each of its entries, in order, at least one each.
        job: How it was read.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    tally = Tally()
    same = {
        "model": job.model,
        "model_sha256": job.model_sha256,
        "version": job.version,
        "detector": "whole picture" if job.whole else job.detector,
    }
    table: list[dict[str, Any]] = []
    for entry, found in zip(shard.entries, rows, strict=True):
        tally.count(entry, found)
        own = {"uri": entry.uri, "etag": entry.etag, "modified": entry.modified or None}
        table += [{**row, **own, **same} for row in found]
    tally.finished.append((time.time(), len(shard.entries)))
    notes = {
        _JOB: json.dumps(job.as_dict()),
        _TALLY: tally.to_json(),
        _SHARD: json.dumps([shard.index, shard.of]),
        _SEAL: _BLANK,
    }
    columns = schema(job.classes)
    arrays = [pa.array([row.get(f.name) for row in table], f.type) for f in columns]
    file = io.BytesIO()
    with pq.ParquetWriter(file, columns, compression="zstd") as writer:
        writer.write_table(pa.Table.from_arrays(arrays, schema=columns))
        writer.add_key_value_metadata(notes)
    return _sealed(file.getvalue())


def _sealed(file: bytes) -> bytes:
    """Returns a file with its own sha256 in the place of `_BLANK`."""
    before, _, after = file.rpartition(_BLANK)
    return before + sha256(file).hexdigest().encode() + after


def read_tally(file: Path | io.BytesIO, job: Job, name: str) -> Tally:
    """Returns what a shard holds, from its footer alone.

    Raises:
        DamagedShard: If it is none, or was cut short.
        BatchError: If it was read by another job.
    """
    import pyarrow as pa

    try:
        notes = _notes(file)
        index, of = json.loads(notes[_SHARD])
        told, tally = _job(notes[_JOB]), Tally.from_json(notes[_TALLY])
    except (pa.ArrowException, OSError, KeyError, ValueError, TypeError) as error:
        raise DamagedShard(f"{name} is damaged, or no shard: {error}.") from error
    job.refuse_other(told, name)
    if shard_name(index, of) != name:
        raise BatchError(f"{name} was written as {shard_name(index, of)}: it belongs elsewhere.")
    return tally


def _notes(file: Path | io.BytesIO) -> dict[bytes, bytes]:
    """Returns the notes in a footer."""
    import pyarrow.dataset as ds
    import pyarrow.parquet as pq
    from pyarrow.fs import LocalFileSystem

    if isinstance(file, Path):  # in half the time that `read_metadata` takes
        footer = ds.ParquetFileFormat().make_fragment(str(file), LocalFileSystem()).metadata
    else:
        footer = pq.read_metadata(file)
    return footer.metadata or {}


@lru_cache(8)
def _job(told: bytes) -> Job:
    return Job.from_dict(json.loads(told))


def check(file: bytes, job: Job, name: str) -> Tally:
    """Returns what a shard holds, if every byte of it is the one that was written.

    Raises:
        DamagedShard: If one is not.
        BatchError: If it was read by another job.
    """
    import pyarrow as pa

    try:
        seal = _notes(io.BytesIO(file))[_SEAL]
    except (pa.ArrowException, OSError, KeyError, ValueError) as error:
        raise DamagedShard(f"{name} is damaged, or no shard: {error}.") from error
    before, _, after = file.rpartition(seal)
    if sha256(before + _BLANK + after).hexdigest().encode() != seal:
        raise DamagedShard(f"{name} is damaged: its sha256 differs.")
    return read_tally(io.BytesIO(file), job, name)
