"""All shards of a finished run as one table."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from fer_core.common.files import writing
from fer_core.common.tables import as_cell
from fer_core.errors import BatchError
from fer_core.scale.dest import Dest
from fer_core.scale.run import open_plan
from fer_core.scale.shard import check, schema

if TYPE_CHECKING:
    import pyarrow as pa

_ROWS = 100_000


def merge(dest: Dest, out: Path, on_shard: Callable[[], None] = lambda: None) -> int:
    """Writes the rows of all shards to a .parquet or .csv file; returns how many there are.

    Args:
        dest: Holds a run whose shards are all there.
        out: Ends in .parquet or .csv.
        on_shard: Called after each.

    Raises:
        BatchError: If shards are missing or damaged, or the file's name ends otherwise.
        FileError: If the file cannot be written.
    """
    import pyarrow as pa
    import pyarrow.csv as pa_csv
    import pyarrow.parquet as pq

    ending = out.suffix.lower()
    if ending not in (".parquet", ".csv"):
        raise BatchError(f"{out} must end in .csv or .parquet.")
    plan = open_plan(dest)
    if plan is None:
        raise BatchError(f"{dest.uri} holds no run: there is nothing to merge.")
    there = dest.names()
    missing = [name for name in plan.names if name not in there]
    if missing:
        raise BatchError(
            f"{len(missing):,} of {plan.shards:,} shards are not read yet, {missing[0]} for one. "
            "Run the batch to its end, then merge."
        )
    columns = schema(plan.job.classes)
    if ending == ".csv":
        columns = pa.schema(
            [f if f.name != "landmarks" else ("landmarks", pa.string()) for f in columns]
        )
    rows = 0
    with (
        writing(out) as file,
        pa_csv.CSVWriter(file, columns)
        if ending == ".csv"
        else pq.ParquetWriter(file, columns, compression="zstd") as writer,
    ):
        kept: list[pa.Table] = []
        for name in plan.names:
            data = dest.read(name)
            check(data, plan.job, name)
            table = pq.read_table(io.BytesIO(data)).replace_schema_metadata()
            rows += table.num_rows
            kept.append(_for_csv(table, columns) if ending == ".csv" else table.cast(columns))
            if sum(part.num_rows for part in kept) >= _ROWS or name == plan.names[-1]:
                writer.write_table(pa.concat_tables(kept))
                kept = []
            on_shard()
    return rows


def _for_csv(table: "pa.Table", columns: "pa.Schema") -> "pa.Table":
    """Returns a table whose texts spreadsheets show as they are."""
    import pyarrow as pa

    arrays = []
    for name in columns.names:
        column = table[name]
        if name == "landmarks":
            column = pa.array([_points(points) for points in column.to_pylist()], pa.string())
        elif column.type == pa.string():
            texts = [text if text is None else as_cell(text) for text in column.to_pylist()]
            column = pa.array(texts, pa.string())
        arrays.append(column)
    return pa.Table.from_arrays(arrays, schema=columns)


def _points(points: list[list[float]] | None) -> str | None:
    return json.dumps([[round(x, 1) for x in point] for point in points]) if points else None
