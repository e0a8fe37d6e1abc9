"""FER2013 as a csv: `fer2013.csv` and Kaggle's `icml_face_data.csv`."""

import csv
import io
from collections.abc import Iterator
from typing import BinaryIO

from fer_core.dataset.collector import Collector, column_names, label_of, pixels_of, usage_of
from fer_core.dataset.faces import FaceDataset
from fer_core.errors import DatasetError

LONGEST_LINE = 100_000
"""Characters that are read of a line; a face's 2,304 values take under 10,000."""

MOST_BROKEN = 200_000
"""Lines that are accounted for one by one; a file of more holds something else than faces."""


def read_csv(file: BinaryIO, source: str) -> FaceDataset:
    """Reads columns emotion, pixels and, if it is there, Usage, in any order, row by row.

    Emotions are 0..6 or their names. Without Usage every face counts as Training.

    Args:
        file: The csv, open for reading; it is not closed.
        source: Its name, for people.

    Raises:
        DatasetError: If a column is missing or no row is good.
    """
    text = io.TextIOWrapper(file, "utf-8-sig", errors="replace", newline="")
    # QUOTE_NONE: one stray quotation mark must not swallow the rest of the file.
    reader = csv.reader(_lines(text), quoting=csv.QUOTE_NONE)
    collector = Collector()
    try:
        header = [column.strip('"') for column in next(reader, [])]
        names = column_names(header, source, needed=("emotion", "pixels"))
        places = [header.index(names[name]) for name in ("emotion", "pixels")]
        split = header.index(names["usage"]) if "usage" in names else None
        if split is None:
            collector.notes.append("It has no column Usage: every face counts as Training.")
        for row, fields in enumerate(reader):
            if len(collector.problems) == MOST_BROKEN:
                raise DatasetError(f"{source} has over {MOST_BROKEN:,} lines that are no faces.")
            try:
                emotion, pixels = (fields[place].strip('"') for place in places)
                usage = "Training" if split is None else fields[split].strip('"')
                collector.add(pixels_of(pixels), label_of(emotion), usage_of(usage), row)
            except IndexError:
                count = f"{len(fields)} instead of {len(header)} fields"
                collector.problems.append(f"Line {reader.line_num}: {count}.")
            except ValueError as fault:
                collector.problems.append(f"Line {reader.line_num}: {fault}.")
    except csv.Error as error:
        raise DatasetError(f"{source} is not a csv of faces: {error}.") from error
    finally:
        text.detach()
    return collector.dataset(source)


def _lines(text: io.TextIOWrapper) -> Iterator[str]:
    """Yields each line, cut after `LONGEST_LINE` characters: one of 600 MB would take gigabytes."""
    while line := text.readline(LONGEST_LINE):
        yield line
        while line and not line.endswith(("\n", "\r")):
            line = text.readline(LONGEST_LINE)
