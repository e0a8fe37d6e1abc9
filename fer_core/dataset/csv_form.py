"""FER2013 as a csv: `fer2013.csv`, Kaggle's `icml_face_data.csv`, and what people make of them."""

import csv
import gzip
import io
import zlib
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from typing import BinaryIO, cast

import numpy as np

from fer_core.dataset.collector import Collector
from fer_core.dataset.faces import FaceDataset
from fer_core.dataset.spellings import (
    columns_of,
    face_of,
    label_of,
    missing_columns,
    pixel_columns,
    pixels_of,
    told_by_name,
    usage_of,
)
from fer_core.errors import DatasetError

LONGEST_LINE = 100_000
"""Characters that are read of a line; a face's 2,304 values take under 20,000."""

MOST_BROKEN = 200_000
"""Lines that are accounted for one by one; a file of more holds something else than faces."""

_GZIP = b"\x1f\x8b"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_DELIMITERS = (",", ";", "\t")


def read_csv(
    file: BinaryIO, source: str, split: str | None = None, most: int | None = None
) -> FaceDataset:
    """Reads columns emotion, pixels and, if it is there, Usage, in any order, row by row.

    Emotions are 0..6 or their names; in place of the column pixels there may be one for each.
    Without Usage every face is of the split that the file's name tells, or counts as Training.

    Args:
        file: The csv, as UTF-8 or UTF-16, perhaps packed with gzip; open for reading, and not
            closed.
        source: Its name, for people.
        split: What its name tells, one of `USAGES`; None if it tells nothing.
        most: Bytes to which it may unpack; None for any number.

    Raises:
        DatasetError: If a column is missing or no row is good.
    """
    collector = Collector()
    with closing(_lines(file, source, most)) as lines, _damage(source):
        first = next(lines, "")
        delimiter = max(_DELIMITERS, key=first.count)
        header = _fields(first, delimiter, None)
        face_in, needed = _face_reader(header, source)
        columns = columns_of(header)
        emotion = header.index(columns["emotion"])
        place = header.index(columns["usage"]) if "usage" in columns else None
        if place is None:
            collector.notes.append(told_by_name(source, split))
        for row, line in enumerate(lines):
            if len(collector.problems) == MOST_BROKEN:
                raise DatasetError(f"{source} has over {MOST_BROKEN:,} lines that are no faces.")
            if not line.strip():
                continue
            fields = _fields(line, delimiter, len(header))
            try:
                if max(needed, emotion, place or 0) >= len(fields):
                    raise ValueError(f"{len(fields)} instead of {len(header)} fields")
                usage = usage_of((split or "Training") if place is None else fields[place])
                collector.add(face_in(fields), label_of(fields[emotion]), usage, row)
            except ValueError as fault:
                collector.problems.append(f"Line {row + 2}: {fault}.")
    return collector.dataset(source)


def header_of(file: BinaryIO, source: str) -> list[str]:
    """Returns the names of a csv's columns; none of a file that is no csv."""
    try:
        with closing(rows_of(file, source)) as rows:
            return next(rows, [])
    except (csv.Error, EOFError, zlib.error, OSError):
        return []


def rows_of(file: BinaryIO, source: str, most: int | None = None) -> Generator[list[str]]:
    """Yields the fields of each line of a csv, as `read_csv` tells them apart; the header first."""
    with closing(_lines(file, source, most)) as lines:
        first = next(lines, "")
        delimiter = max(_DELIMITERS, key=first.count)
        header = _fields(first, delimiter, None)
        yield header
        yield from (_fields(line, delimiter, len(header)) for line in lines if line.strip())


@contextmanager
def _damage(source: str) -> Iterator[None]:
    try:
        yield
    except (csv.Error, EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise DatasetError(f"{source} is not a csv of faces: {error}.") from error


def _face_reader(
    header: Sequence[str], source: str
) -> tuple[Callable[[Sequence[str]], np.ndarray], int]:
    """Returns what takes a face from a row's fields, and the last field that it needs."""
    columns = columns_of(header)
    each = [header.index(name) for name in pixel_columns(header)]
    missing = [name for name in ("emotion", "pixels") if name not in columns]
    if each and "emotion" in columns:
        return lambda fields: _face_of_fields([fields[place] for place in each]), max(each)
    if missing:
        raise missing_columns(source, missing, header)
    place = header.index(columns["pixels"])
    return lambda fields: pixels_of(fields[place]), place


def _face_of_fields(fields: Sequence[str]) -> np.ndarray:
    try:
        return face_of(np.array([float(field.strip(' "')) for field in fields]))
    except ValueError as error:
        if str(error).startswith("could not"):
            raise ValueError("its pixels are not all numbers") from None
        raise


def _fields(line: str, delimiter: str, expected: int | None) -> list[str]:
    """Returns a line's fields.

    Quotation marks are heeded only where the line has too many fields without: one stray mark
    must not swallow the rest of the file.
    """
    line = line.rstrip("\r\n")
    fields = line.split(delimiter)
    if '"' in line and len(fields) != expected:
        fields = next(csv.reader([line], delimiter=delimiter), [])
    return [field.strip('"') for field in fields]


def _encoding(head: bytes) -> str:
    """Returns how a file is written that begins with two bytes, of a letter, a digit or a mark."""
    if head in _UTF_16:
        return "utf-16"
    if len(head) == 2 and 0 in head:
        return "utf-16-be" if head[0] == 0 else "utf-16-le"
    return "utf-8-sig"


def _lines(file: BinaryIO, source: str, most: int | None) -> Generator[str]:
    """Yields each line, cut after `LONGEST_LINE` characters: one of 600 MB would take gigabytes."""
    head = file.read(2)
    file.seek(-len(head), io.SEEK_CUR)
    plain = cast(BinaryIO, gzip.GzipFile(fileobj=file)) if head == _GZIP else file
    head = plain.read(2)
    plain.seek(0)
    text = io.TextIOWrapper(plain, _encoding(head), errors="replace", newline="")
    try:
        while line := text.readline(LONGEST_LINE):
            if most is not None and plain is not file and plain.tell() > most:
                raise DatasetError(
                    f"{source} would unpack to more than {most / 2**20:,.0f} MB. Unpack it "
                    "yourself and name its path."
                )
            yield line
            while line and not line.endswith(("\n", "\r")):
                line = text.readline(LONGEST_LINE)
    finally:
        text.detach()
