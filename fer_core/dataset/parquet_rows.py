"""Faces in parquet that are written otherwise than here: row by row, whatever holds a face.

A face may be an encoded picture (Hugging Face: a struct of `bytes` and `path`, or the bytes alone),
2,304 raw bytes, a list of numbers or lists of rows, a text of numbers, or a column for each pixel.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from fer_core.dataset.collector import Collector
from fer_core.dataset.faces import FaceDataset
from fer_core.dataset.spellings import (
    PIXELS,
    columns_of,
    face_of,
    label_of,
    missing_columns,
    number_of,
    pixel_columns,
    pixels_of,
    told_by_name,
    usage_of,
)
from fer_core.emotions import EMOTIONS
from fer_core.errors import DatasetError, ImageError, NoFaceFound

BATCH = 512
"""Rows in memory at once, as Python objects."""

Decode = Callable[[bytes], np.ndarray]
"""From a picture's file to its face, uint8 (48, 48); raises ImageError."""


def read_rows(
    parquet: pq.ParquetFile, source: str, decode: Decode, split: str | None
) -> FaceDataset:
    """Reads a parquet's faces, one at a time.

    Raises:
        DatasetError: If a column is missing, its numbers of classes mean nothing that is known, or
            no row is good.
    """
    schema = parquet.schema_arrow
    columns, each = columns_of(schema.names), pixel_columns(schema.names)
    missing = [name for name in ("emotion", "pixels") if name not in columns]
    if missing and not (each and "emotion" in columns):
        raise missing_columns(source, missing, schema.names)
    collector = Collector()
    if "usage" not in columns:
        collector.notes.append(told_by_name(source, split))
    numbers = schema.field(columns["emotion"]).type
    names, usages = (_class_names(schema, columns.get(name)) for name in ("emotion", "usage"))
    if not names and _are_unnamed(schema, columns, numbers):
        raise DatasetError(
            f"{source} numbers its classes in the column {columns['emotion']} and does not say "
            "which emotion each number is. Write their names there, or, if the numbers are "
            f"FER2013's ({', '.join(EMOTIONS)} are 0 to 6), call the column emotion."
        )
    wanted = [*each] if each else [columns["pixels"]]
    wanted += [columns[name] for name in ("emotion", "usage") if name in columns]
    for row, values in enumerate(_rows(parquet, wanted)):
        try:
            label = label_of(str(values[columns["emotion"]]), names or EMOTIONS)
            usage = _usage(values.get(columns.get("usage", "")), usages, split)
            face = _face([values[name] for name in each] if each else values[wanted[0]], decode)
            collector.add(face, label, usage, row)
        except (ValueError, ImageError) as fault:
            collector.problems.append(f"Row {row}: {str(fault).rstrip('.')}.")
            if isinstance(fault, NoFaceFound):
                collector.unfound.append((label, usage))
    return collector.dataset(source)


def _are_unnamed(schema: pa.Schema, columns: Mapping[str, str], kind: pa.DataType) -> bool:
    """Returns whether classes are numbers beside pictures, and nothing says they are FER2013's."""
    if "pixels" not in columns or columns["emotion"].strip().lower().startswith("emotion"):
        return False
    pictures = schema.field(columns["pixels"]).type
    is_picture = pa.types.is_struct(pictures) or pa.types.is_binary(pictures)
    return bool(is_picture and (pa.types.is_integer(kind) or pa.types.is_floating(kind)))


def _rows(parquet: pq.ParquetFile, wanted: Sequence[str]) -> Iterator[Mapping[str, Any]]:
    for batch in parquet.iter_batches(BATCH, columns=list(wanted)):
        yield from batch.to_pylist()


def _usage(value: Any, names: Sequence[str], default: str | None) -> int:
    if value is None:
        return usage_of(default or "Training")
    return usage_of(names[value] if isinstance(value, int) and value < len(names) else str(value))


def _face(value: Any, decode: Decode) -> np.ndarray:
    """Returns the face that a cell holds; raises ValueError or ImageError in words."""
    if isinstance(value, dict):
        if value.get("bytes") is None:
            path = PurePosixPath(str(value.get("path"))).name
            raise ValueError(f"its picture {path[:40]!r} is named and not in the file")
        value = value["bytes"]
    if isinstance(value, bytes):
        return np.frombuffer(value, np.uint8) if len(value) == PIXELS else decode(value)
    if isinstance(value, str):
        return pixels_of(value)
    if value is None:
        raise ValueError("it has no pixels")
    try:
        return face_of(np.array(value, np.float64).ravel())
    except (TypeError, ValueError) as error:
        if "pixel" in str(error):
            raise
        raise ValueError("its pixels are not all numbers") from None


def _class_names(schema: pa.Schema, column: str | None) -> list[str]:
    """Returns the names of a column's numbers, as Hugging Face's `datasets` notes them."""
    try:
        about = json.loads((schema.metadata or {}).get(b"huggingface", b"{}"))
        names = about["info"]["features"][column]["names"]
    except (ValueError, KeyError, TypeError):
        return []
    known = [str(name) for name in names] if isinstance(names, list) else []
    return [] if all(number_of(name) is not None for name in known) else known


def refuse_bomb(size: int, most_mb: int, source: str) -> None:
    """Raises DatasetError if pages unpack to more than an archive may."""
    if size > most_mb * 2**20:
        raise DatasetError(
            f"{source} would unpack to {size / 2**20:,.0f} MB; the limit is {most_mb:,} MB. "
            "Run the app yourself and name its path."
        )
