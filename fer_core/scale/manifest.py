"""The list of what is to be read, written before anything is: a shard is a range of it."""

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple

UNKNOWN = -1
"""A size or offset that nobody told."""

ROWS = 5_000
"""Pictures that are written and read at once."""


class Entry(NamedTuple):
    """One picture.

    Attributes:
        uri: Names it: a path, a URL, or a member of an archive, as `zip://a.png::s3://b/c.zip`.
        size: Bytes, or `UNKNOWN`.
        etag: What changes when the file does; empty if nothing tells.
        modified: When it was last changed, seconds since 1970; 0 if nothing tells.
        offset: Where it begins in a tar file, bytes; else `UNKNOWN`.
    """

    uri: str
    size: int = UNKNOWN
    etag: str = ""
    modified: int = 0
    offset: int = UNKNOWN


def write_manifest(path: Path, entries: Iterable[Entry]) -> int:
    """Writes entries as Parquet, a piece at a time; returns how many there were."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    kinds = (pa.string(), pa.int64(), pa.string(), pa.int64(), pa.int64())
    schema = pa.schema(list(zip(Entry._fields, kinds, strict=True)))
    count, left = 0, iter(entries)
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        while piece := list(islice(left, ROWS)):
            columns = [pa.array(c, k) for c, k in zip(zip(*piece, strict=True), kinds, strict=True)]
            writer.write_table(pa.Table.from_arrays(columns, schema=schema))
            count += len(piece)
    return count


class Manifest:
    """A written manifest; use it in a `with` block.

    Args:
        path: Its file.
    """

    def __init__(self, path: Path) -> None:
        import pyarrow.parquet as pq

        self._file = pq.ParquetFile(path)
        self._piece: tuple[int, list[Entry]] = (UNKNOWN, [])

    def __enter__(self) -> "Manifest":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def entries(self, start: int, end: int) -> Iterator[Entry]:
        """Yields a range of the entries, from `start` to before `end`."""
        while start < end:
            number, first = divmod(start, ROWS)
            piece = self._read(number)[first : first + end - start]
            yield from piece
            start += len(piece)

    def _read(self, number: int) -> list[Entry]:
        if self._piece[0] != number:
            columns = self._file.read_row_group(number).to_pydict()
            self._piece = number, list(map(Entry, *columns.values()))
        return self._piece[1]
