"""A dataset as parquet: read from users' files, and written for a quick second reading."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from fer_core.common.files import writing
from fer_core.dataset.face_decoder import Decoder
from fer_core.dataset.faces import USAGES, FaceDataset
from fer_core.dataset.parquet_pages import unpacked_size
from fer_core.dataset.parquet_rows import Decode, read_rows, refuse_bomb
from fer_core.dataset.spellings import PIXELS, columns_of, pixel_columns, usage_of
from fer_core.emotions import EMOTIONS, canonical
from fer_core.errors import DatasetError
from fer_core.images import FACE_SIZE
from fer_core.picture_names import HEAD, is_picture
from fer_core.settings import settings

VOTES = "ferplus_"
NO_EMOTIONS = ("contempt", "unknown", "nf")
"""FER+'s answers beside the seven emotions; nf is "no face"."""

BATCH = 4096
"""Rows read or written at once: the faces are in memory once, not three times."""

LARGEST_CELL = 4 * PIXELS
"""Bytes of one value in somebody else's parquet: more than a face, less than harm."""

_GROUP_SLACK = 2**20
_ACCOUNT = b"fer_studio"


def read_parquet(
    file: Path | BinaryIO, source: str, decode: Decode | None = None, split: str | None = None
) -> FaceDataset:
    """Reads columns emotion (0..6), usage (text) and pixels (2,304 bytes a row).

    Columns `ferplus_*` that hold numbers become `votes`; a missing number is no vote. Faces that
    are written otherwise are read by `parquet_rows`.

    Args:
        file: The parquet. One in memory was uploaded or packed: if it would take more memory than
            an archive may, it is refused.
        source: Its name, for people.
        decode: Takes the face from the file of a picture, where cells hold such.
        split: What its name tells, one of `USAGES`; None if it tells nothing.

    Raises:
        DatasetError: If it is no parquet, its footer tells of other rows than it holds, a column is
            missing or of another kind, or no row is good.
    """
    is_own = isinstance(file, Path)
    try:
        # A value that stands for many cells stays one value, until its size is known.
        schema = pq.read_schema(file)
        is_plain = _is_plain(schema)
        shared = [n for n in schema.names if _is_needed(n)] if is_plain and not is_own else None
        with pq.ParquetFile(file, read_dictionary=shared) as parquet:
            if not is_plain:
                if not isinstance(file, Path):
                    refuse_bomb(_unpacked(file, parquet), settings().max_unpacked_mb, source)
                return read_rows(parquet, source, decode or Decoder(source).face, split)
            if not isinstance(file, Path):
                _refuse_bomb(file, parquet.metadata, source)
            if _holds_pictures(parquet):
                return read_rows(parquet, source, decode or Decoder(source).face, split)
            return _dataset(parquet, source, is_own)
    except (pa.ArrowException, OSError, MemoryError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise DatasetError(
            f"{source} cannot be read as FER2013 in parquet: {reason.rstrip('.')}."
        ) from error
    finally:
        pa.default_memory_pool().release_unused()  # Arrow would keep 130 MB of a whole FER2013.


def _refuse_bomb(file: BinaryIO, metadata: pq.FileMetaData, source: str) -> None:
    """Refuses what would take too much memory, by the rows declared and the bytes of the pages."""
    rows = metadata.num_rows
    megabytes = rows * PIXELS / 2**20
    if megabytes > settings().max_unpacked_mb:
        raise DatasetError(
            f"{source} holds {rows:,} rows, which would take {megabytes:,.0f} MB; the limit is "
            f"{settings().max_unpacked_mb:,} MB. Run the app yourself and name its path."
        )
    paths = [metadata.schema.column(number).path for number in range(metadata.num_columns)]
    votes = _vote_columns(paths)
    read = [number for number, path in enumerate(paths) if path in votes or _is_needed(path)]
    for place in range(metadata.num_row_groups):
        group = metadata.row_group(place)
        unpacked = sum(unpacked_size(file, group.column(number)) for number in read)
        if unpacked > 2 * PIXELS * group.num_rows + _GROUP_SLACK:
            raise DatasetError(
                f"{source} would unpack {group.num_rows:,} rows to {unpacked / 2**20:,.0f} MB: its "
                f"cells are larger than a face, which is {PIXELS:,} bytes."
            )


def _unpacked(file: BinaryIO, parquet: pq.ParquetFile) -> int:
    """Returns how many bytes the pages of the columns that hold faces unpack to."""
    metadata = parquet.metadata
    names = parquet.schema_arrow.names
    needed = {*columns_of(names).values(), *pixel_columns(names)}
    groups = [metadata.row_group(place) for place in range(metadata.num_row_groups)]
    chunks = [group.column(n) for group in groups for n in range(group.num_columns)]
    return sum(
        unpacked_size(file, chunk)
        for chunk in chunks
        if chunk.path_in_schema.partition(".")[0] in needed
    )


def _is_plain(schema: pa.Schema) -> bool:
    """Returns whether its columns are named and filled as those of `write_parquet`, or meant so."""
    names = {name.strip().lower(): name for name in schema.names}
    if not {"emotion", "usage", "pixels"} <= names.keys():
        return False
    kinds = {name: schema.field(schema.names.index(column)).type for name, column in names.items()}
    kinds = {n: k.value_type if pa.types.is_dictionary(k) else k for n, k in kinds.items()}
    is_number = pa.types.is_integer(kinds["emotion"]) or pa.types.is_floating(kinds["emotion"])
    is_bytes = pa.types.is_binary(kinds["pixels"]) or pa.types.is_large_binary(kinds["pixels"])
    is_text = pa.types.is_string(kinds["usage"]) or pa.types.is_large_string(kinds["usage"])
    return bool(is_number and is_bytes and is_text)


def _holds_pictures(parquet: pq.ParquetFile) -> bool:
    """Returns whether the bytes of the first face are a picture's file."""
    names = {name.strip().lower(): name for name in parquet.schema_arrow.names}
    first = next(parquet.iter_batches(1, columns=[names["pixels"]]), None)
    face = first.column(0)[0].as_py() if first is not None and first.num_columns else None
    return face is not None and len(face) != PIXELS and is_picture("", face[:HEAD])


def _is_needed(column: str) -> bool:
    return column.strip().lower() in ("emotion", "usage", "pixels")


def _dataset(parquet: pq.ParquetFile, source: str, is_own: bool) -> FaceDataset:
    schema = parquet.schema_arrow
    names = {name.strip().lower(): name for name in schema.names}
    wanted = [names[name] for name in ("emotion", "usage", "pixels")]
    for name in wanted:
        if schema.names.count(name) > 1:
            raise DatasetError(f"{source} has two columns {name}.")
    n = _rows(parquet, names["emotion"], source)
    images = np.empty((n, PIXELS), np.uint8)
    labels, usage = np.empty(n, np.uint8), np.empty(n, np.uint8)
    good = np.zeros(n, bool)
    problems: list[str] = []
    first = 0
    for batch in parquet.iter_batches(BATCH, columns=wanted):
        batch = batch.select(wanted).rename_columns(["emotion", "usage", "pixels"])
        if not is_own:
            _refuse_large_cells(batch, source)
        if first + len(batch) > n:
            raise _lies(source)
        fits = _good(batch, first, problems)
        whole = batch.filter(pa.array(fits))
        rows = first + np.flatnonzero(fits)
        images[rows] = _bytes(whole.column("pixels"))
        labels[rows] = whole.column("emotion").to_numpy()
        usage[rows] = _usage(whole.column("usage"))
        good[rows] = True
        first += len(fits)
    if first < n:
        raise _lies(source)
    if not good.any():
        raise DatasetError(f"{source} holds no row that can be used. {' '.join(problems[:3])}")
    account = _account(schema) if is_own else {}
    every = bool(good.all())
    votes, notes = _votes(parquet, good, source)
    return FaceDataset(
        images=(images if every else images[good]).reshape(-1, FACE_SIZE, FACE_SIZE),
        labels=labels if every else labels[good],
        usage=usage if every else usage[good],
        votes=votes,
        source=account.get("source", source),
        problems=(*account.get("problems", ()), *problems),
        notes=(*account.get("notes", ()), *notes),
        origin=_origin(parquet, good, is_own),
    )


def _rows(parquet: pq.ParquetFile, column: str, source: str) -> int:
    """Returns how many rows there are, once a column that is read shows that the footer is right.

    Raises:
        DatasetError: If the footer contradicts itself or the column, before it has cost memory.
    """
    metadata = parquet.metadata
    groups = [metadata.row_group(place).num_rows for place in range(metadata.num_row_groups)]
    if min(groups, default=0) < 0 or sum(groups) != metadata.num_rows:
        raise _lies(source)
    if parquet.read(columns=[column]).num_rows != metadata.num_rows:
        raise _lies(source)
    result: int = metadata.num_rows
    return result


def _lies(source: str) -> DatasetError:
    return DatasetError(
        f"{source} is damaged: it holds another number of rows than its footer says. "
        "Save or download it again."
    )


def _account(schema: pa.Schema) -> dict[str, Any]:
    """Returns what `write_parquet` noted of the reading; {} where another program wrote it."""
    try:
        account = json.loads((schema.metadata or {}).get(_ACCOUNT, b"{}"))
    except ValueError:
        return {}
    return account if isinstance(account, dict) else {}


def _refuse_large_cells(batch: pa.RecordBatch, source: str) -> None:
    """Raises DatasetError if a value is longer than `LARGEST_CELL`."""
    for name in ("usage", "pixels"):
        column = batch.column(name)
        values = column.dictionary if isinstance(column, pa.DictionaryArray) else column
        largest = pc.max(pc.binary_length(values)).as_py() or 0
        if largest > LARGEST_CELL:
            raise DatasetError(
                f"{source} holds {largest:,} bytes in one cell of {name}; a face is {PIXELS} bytes."
            )


def _good(batch: pa.RecordBatch, first: int, problems: list[str]) -> np.ndarray:
    """Returns which rows are good (bool), and adds a sentence to `problems` for each other."""
    emotion, usage, pixels = batch.columns
    values = pc.cast(emotion, pa.float64()).fill_null(-1).to_numpy(zero_copy_only=False)
    is_label = np.isin(values, np.arange(len(EMOTIONS)))
    is_usage = _usage(usage) >= 0
    sizes = _by_value(pixels, pc.binary_length, 0)
    good: np.ndarray = is_label & is_usage & (sizes == PIXELS)
    for row in np.flatnonzero(~good).tolist():
        if not is_label[row]:
            fault = f"emotion {emotion[row].as_py()!r} is not 0..6"
        elif not is_usage[row]:
            name = usage[row].as_py()
            fault = f"usage {name and name[:20]!r} is none of {', '.join(USAGES)}"
        else:
            fault = f"{sizes[row]} pixels instead of {PIXELS}"
        problems.append(f"Row {first + row}: {fault}.")
    return good


def _usage(names: pa.Array) -> np.ndarray:
    """Returns indices into `USAGES`, -1 for other names and for null."""
    return _by_value(names, _usages, -1)


def _usages(names: pa.Array) -> pa.Array:
    told = pc.cast(names, pa.string()).dictionary_encode()
    places = pa.array([_usage_or_none(name) for name in told.dictionary.to_pylist()], pa.int8())
    return places.take(told.indices)


def _usage_or_none(name: str) -> int | None:
    try:
        return usage_of(name)
    except ValueError:
        return None


def _by_value(column: pa.Array, measure: Callable[[pa.Array], pa.Array], null: int) -> np.ndarray:
    """Returns a measure of each cell, `null` for null; of values that cells share, taken once."""
    if not isinstance(column, pa.DictionaryArray):
        of_cells: np.ndarray = measure(column).fill_null(null).to_numpy(zero_copy_only=False)
        return of_cells
    measured: np.ndarray = measure(column.dictionary).fill_null(null).to_numpy(zero_copy_only=False)
    places = column.indices.fill_null(len(measured)).to_numpy(zero_copy_only=False)
    return np.asarray(np.append(measured, null)[places])


def _bytes(pixels: pa.Array) -> np.ndarray:
    """Returns values of 2,304 bytes each as a uint8 array of shape (n, 2304), without a copy."""
    plain = pixels.cast(pixels.type.value_type) if pa.types.is_dictionary(pixels.type) else pixels
    fixed = plain.cast(pa.binary(PIXELS))
    values = np.frombuffer(fixed.buffers()[1], np.uint8).reshape(-1, PIXELS)
    return values[fixed.offset : fixed.offset + len(fixed)]


def _vote_columns(names: list[str]) -> dict[str, str]:
    """Returns {column: FER+'s answer in lower case} of those that hold votes, each there once."""
    times = Counter(names)
    answers = {name: name.removeprefix(VOTES).lower() for name in names if name.startswith(VOTES)}
    return {
        name: answer
        for name, answer in answers.items()
        if (answer in NO_EMOTIONS or canonical(answer)) and times[name] == 1
    }


def _votes(
    parquet: pq.ParquetFile, good: np.ndarray, source: str
) -> tuple[pd.DataFrame | None, list[str]]:
    """Returns the votes on the good rows, and what there is to note of them."""
    schema = parquet.schema_arrow
    columns = _vote_columns(schema.names)
    other = [name for name in columns if not _holds_counts(schema.field(name).type)]
    notes = [f"Column {name} holds no numbers, so no votes: it is left out." for name in other]
    counted = [name for name in columns if name not in other]
    if not counted:
        return None, notes
    table = parquet.read(columns=counted)
    if table.num_rows != len(good):
        raise _lies(source)
    votes = {columns[name]: _counts(table[name])[good] for name in counted}
    return pd.DataFrame(votes), notes


def _holds_counts(kind: pa.DataType) -> bool:
    result: bool = pa.types.is_integer(kind) or pa.types.is_floating(kind)
    return result


def _counts(column: pa.ChunkedArray) -> np.ndarray:
    """Returns votes as they are; 0 for null and for what no number of votes can be."""
    votes = column.fill_null(0).to_numpy()
    return np.where(np.isfinite(votes) & (votes >= 0), votes, 0).astype(votes.dtype)


def _origin(parquet: pq.ParquetFile, good: np.ndarray, is_own: bool) -> np.ndarray | None:
    """Returns where the good rows came from: what `write_parquet` noted, else their numbers."""
    if is_own and "origin" in parquet.schema_arrow.names:
        result: np.ndarray | None = parquet.read(columns=["origin"])["origin"].to_numpy()[good]
        return result
    return None if good.all() else np.flatnonzero(good).astype(np.int32)


def write_parquet(dataset: FaceDataset, path: Path) -> None:
    """Writes a dataset so that `read_parquet` gives it back whole, and in a moment."""
    account = {
        "source": dataset.source,
        "problems": dataset.problems,
        "notes": dataset.notes,
    }
    schema = next(_batches(dataset)).schema.with_metadata({_ACCOUNT: json.dumps(account).encode()})
    with (
        writing(path) as file,
        pq.ParquetWriter(file, schema, compression="none", use_dictionary=["usage"]) as writer,
    ):
        for batch in _batches(dataset):
            writer.write_batch(batch.replace_schema_metadata(schema.metadata))


def _batches(dataset: FaceDataset) -> Iterator[pa.RecordBatch]:
    for first in range(0, len(dataset), BATCH):
        rows = slice(first, first + BATCH)
        columns = {
            "emotion": pa.array(dataset.labels[rows]),
            "usage": pa.array(np.array(USAGES)[dataset.usage[rows]], pa.string()),
            "pixels": pa.array([face.tobytes() for face in dataset.images[rows]], pa.binary()),
        }
        if dataset.origin is not None:
            columns["origin"] = pa.array(dataset.origin[rows])
        if dataset.votes is not None:
            for name in dataset.votes:
                columns[f"{VOTES}{name}"] = pa.array(dataset.votes[name].to_numpy()[rows])
        yield pa.record_batch(columns)
