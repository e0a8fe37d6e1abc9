"""A table of many pictures, written row by row; begun again, it continues where it ended."""

import csv
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import Self, TextIO

from fer_core.common.files import regular, unwritable, writing, writing_text
from fer_core.common.tables import as_cell
from fer_core.errors import BatchError
from fer_core.inference.batch import Row

_SETTINGS = "settings"
_TEXTS = (
    *("picture", "model", "detector", "unreadable", "answer", "label", "error"),
    _SETTINGS,
)
_WHOLE_NUMBERS = ("face", "left", "top", "width", "height")


def columns(classes: Sequence[str]) -> list[str]:
    """Returns the columns of the table for a model of these classes."""
    found = (*_WHOLE_NUMBERS, "detector", "score", "unreadable")
    before = ("picture", "model", *found, "answer", "label")
    return [*before, "confidence", *classes, "error"]


def csv_of(out: Path) -> Path:
    """Returns the CSV file that a table is gathered in: itself, or one beside a Parquet file.

    Raises:
        BatchError: If its name ends in neither .csv nor .parquet.
    """
    ending = out.suffix.lower()
    if ending not in (".csv", ".parquet"):
        raise BatchError(f"{out} must end in .csv or .parquet.")
    return out if ending == ".csv" else out.with_suffix(".rows.csv")


class Results:
    """A table being written to a CSV file; use it in a `with` block.

    If the file is there already, the pictures in it are done, except those of the last two rows:
    of these, the last may have been cut short, even within the name.

    Args:
        path: CSV file.
        classes: Emotions of the model.
        model: Its name.
        settings: How pictures are read, in words: a column of its own, the same in every row.

    Raises:
        BatchError: If the file is there and is no such table, or of another model or settings.
    """

    def __init__(self, path: Path, classes: Sequence[str], model: str, settings: str) -> None:
        # Early in the row, so that in one cut short it is whole or the row has too few cells.
        self._columns = columns(classes)
        self._columns.insert(2, _SETTINGS)
        self._settings = settings
        self.done: set[str] = set()
        if path.exists():
            self.done = _resume(path, self._columns, model, settings)
        is_new = not self.done
        self._path = path
        try:
            self._file = path.open("w" if is_new else "a", encoding="utf-8", newline="")
        except OSError as error:
            raise BatchError(unwritable(path, error)) from error
        self._writer = csv.DictWriter(self._file, self._columns, "", "ignore")
        if is_new:
            self._writer.writeheader()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def add(self, rows: list[Row]) -> None:
        """Writes the rows of one picture, for good.

        Raises:
            BatchError: If the disk refuses; what was written before can be continued.
        """
        try:
            self._writer.writerows(
                {
                    column: as_cell(value) if isinstance(value, str) else value
                    for column, value in {**row, _SETTINGS: self._settings}.items()
                }
                for row in rows
            )
            self._file.flush()
        except OSError as error:
            raise BatchError(unwritable(self._path, error)) from error


def _resume(path: Path, expected: list[str], model: str, settings: str) -> set[str]:
    """Returns the pictures of a table; those of the last two rows are taken out of the file."""
    try:
        names, last = _pictures(regular(path), expected, model, settings)
        with _reading(path) as file, writing_text(path) as mended:
            writer = csv.writer(mended)
            writer.writerows(row for row in csv.reader(file) if row and row[0] not in last)
    except OSError as error:
        raise BatchError(f"{path} cannot be continued: {error.strerror}.") from error
    except csv.Error as error:
        raise BatchError(
            f"{path} is damaged ({error}). Choose another file, or delete it."
        ) from error
    return names - last


def _pictures(
    path: Path, expected: list[str], model: str, settings: str
) -> tuple[set[str], set[str]]:
    """Returns the pictures of all rows, and of the last two."""
    names: set[str] = set()
    last: deque[str] = deque(maxlen=2)
    with _reading(path) as file:
        rows = csv.reader(file)
        if next(rows, expected) != expected:
            raise BatchError(
                f"{path} is not a table of this model's classes. Choose another file, or delete it."
            )
        for row in filter(None, rows):
            last.append(row[0])
            names.add(row[0])
            if len(row) == len(expected) and row[1:3] != [model, settings]:
                raise BatchError(
                    f"{path} was begun with the model {row[1]} ({row[2]}), not {model} "
                    f"({settings}). Choose another file, or delete it."
                )
    return names, set(last)


def _reading(path: Path) -> TextIO:
    # A row may be cut within a letter.
    return path.open(encoding="utf-8", errors="replace", newline="")


def to_parquet(table: Path, parquet: Path) -> None:
    """Writes a CSV table of `Results` as Parquet, a piece at a time."""
    import pyarrow as pa
    import pyarrow.csv as pa_csv
    import pyarrow.parquet as pq

    with table.open(encoding="utf-8", newline="") as file:
        names = next(csv.reader(file))
    kinds = dict.fromkeys(names, pa.float32())
    kinds |= dict.fromkeys(_TEXTS, pa.string()) | dict.fromkeys(_WHOLE_NUMBERS, pa.int32())
    reading = pa_csv.ParseOptions(newlines_in_values=True)
    options = pa_csv.ConvertOptions(column_types=kinds, strings_can_be_null=True)
    with (
        pa_csv.open_csv(table, parse_options=reading, convert_options=options) as batches,
        writing(parquet) as target,
        pq.ParquetWriter(target, batches.schema) as writer,
    ):
        for batch in batches:
            writer.write_batch(batch)
