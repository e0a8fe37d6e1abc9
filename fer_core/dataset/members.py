"""Which files of a folder or an archive are the dataset: tables, FER+ votes, or pictures."""

import csv
import io
import zlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePosixPath

import numpy as np
import pandas as pd

from fer_core.dataset.csv_form import header_of, read_csv, rows_of
from fer_core.dataset.face_decoder import Cut, Decoder, middle_square
from fer_core.dataset.faces import USAGES, FaceDataset
from fer_core.dataset.member import Member
from fer_core.dataset.parquet_form import NO_EMOTIONS, read_parquet
from fer_core.dataset.spellings import columns_of, pixel_columns, usage_in
from fer_core.dataset.tree_form import CLASSES, has_tree, read_tree
from fer_core.emotions import canonical
from fer_core.errors import DatasetError
from fer_core.picture_names import is_clutter
from fer_core.settings import settings

_KNOWN = ("fer2013.csv", "icml_face_data.csv")
_LARGEST_VOTES = 50 * 2**20
_NAMED = 3


def read_members(members: Sequence[Member], source: str, cut: Cut = middle_square) -> FaceDataset:
    """Reads the tables of faces among the files, else the pictures.

    Of several tables, one of FER2013's own names is taken; else all of which the names tell the
    split (`train.csv`, `test.csv`); else the largest. A table that is no dataset is passed over
    where there are pictures in folders of emotions. FER+ votes (`fer2013new.csv`) are joined by
    row. Files that are not used are named in the notes.

    Args:
        members: The files.
        source: What they are of, for people.
        cut: Cuts the face out of a picture.

    Raises:
        DatasetError: If none of it is a dataset.
    """
    visible = [member for member in members if not is_clutter(member.name)]
    votes = [member for member in visible if member.form == "csv" and _vote_columns(member)]
    tables = [member for member in visible if member.form and member not in votes]
    if tables:
        try:
            return _of_tables(tables, votes, visible, source, cut)
        except DatasetError:
            if not has_tree(visible):
                raise
    if visible and not any(member.is_picture for member in visible):
        raise DatasetError(
            f"{source} holds no table of faces (csv, parquet) and no pictures. "
            f"It holds {_named(visible)}: unpack what is packed in it, and name what has the faces."
        )
    dataset = read_tree(visible, source, cut)
    others = [m for m in visible if not m.is_picture and m.file_name.lower() not in CLASSES]
    return _with_notes(dataset, _unused(others))


def _of_tables(
    tables: Sequence[Member],
    votes: Sequence[Member],
    visible: Sequence[Member],
    source: str,
    cut: Cut,
) -> FaceDataset:
    chosen = _chosen(tables)
    read = [_read(table, f"{source}, {table.name}", cut) for table in chosen]
    dataset = read[0] if len(read) == 1 else _joined(read, [m.name for m in chosen], source)
    used = list(chosen)
    notes: list[str] = []
    if votes and len(chosen) == 1 and dataset.votes is None:
        dataset, said = _with_votes(dataset, votes[0])
        notes, used = [said], [*used, votes[0]]
    names = {member.name for member in used}
    return _with_notes(dataset, notes + _unused([m for m in visible if m.name not in names]))


def _chosen(tables: Sequence[Member]) -> list[Member]:
    """Returns the tables to read, of one form."""
    for form in ("csv", "parquet"):
        files = [table for table in tables if table.form == form]
        good = [file for file in files if form == "parquet" or _has_faces(file)]
        known = [file for file in good if file.file_name in _KNOWN]
        split = [file for file in good if _usage(file)]
        if known:
            return [max(known, key=lambda file: file.size)]
        if split:
            return _distinct(split)
        if files:
            return [max(good or files, key=lambda file: file.size)]
    return []


def _distinct(tables: Sequence[Member]) -> list[Member]:
    """Returns tables by name, without those that hold the same as another."""
    kept: dict[tuple[str, int], list[Member]] = defaultdict(list)
    for table in sorted(tables, key=lambda table: (table.name.count("/"), table.name)):
        alike = kept[table.file_name, table.size]
        if not any(other.read() == table.read() for other in alike):
            alike.append(table)
    return [table for alike in kept.values() for table in alike]


def _has_faces(table: Member) -> bool:
    with table.open() as file:
        header = header_of(file, table.name)
    columns = columns_of(header)
    return "emotion" in columns and ("pixels" in columns or bool(pixel_columns(header)))


def _usage(table: Member) -> str | None:
    return usage_in(table.file_name) or usage_in(PurePosixPath(table.name).parent.name)


def _read(table: Member, source: str, cut: Cut) -> FaceDataset:
    if table.form == "csv":
        with table.open() as file:
            most = settings().max_unpacked_mb * 2**20
            return read_csv(file, source, _usage(table), most)
    return read_parquet(io.BytesIO(table.read()), source, Decoder(source, cut).face, _usage(table))


def _joined(read: Sequence[FaceDataset], names: Sequence[str], source: str) -> FaceDataset:
    """Returns the faces of several tables as one dataset."""
    origin = [
        f"{name}:{row}"
        for dataset, name in zip(read, names, strict=True)
        for row in (range(len(dataset)) if dataset.origin is None else dataset.origin)
    ]
    votes = [dataset.votes for dataset in read]
    return FaceDataset(
        images=np.concatenate([dataset.images for dataset in read]),
        labels=np.concatenate([dataset.labels for dataset in read]),
        usage=np.concatenate([dataset.usage for dataset in read]),
        votes=None if any(v is None for v in votes) else pd.concat(votes, ignore_index=True),
        source=source,
        problems=tuple(
            f"{name}: {problem}"
            for dataset, name in zip(read, names, strict=True)
            for problem in dataset.problems
        ),
        notes=tuple(note for dataset in read for note in dataset.notes),
        origin=np.array(origin),
        unfound=tuple(face for dataset in read for face in dataset.unfound),
    )


def _vote_columns(member: Member) -> list[int]:
    """Returns which columns of a csv are FER+'s answers; none if it is no table of votes."""
    with member.open() as file:
        header = header_of(file, member.name)
    columns = columns_of(header)
    if "pixels" in columns or "emotion" in columns:
        return []
    places = [n for n, name in enumerate(header) if _is_answer(name)]
    return places if len(places) >= len(USAGES) else []


def _is_answer(name: str) -> bool:
    return name.strip().lower() in NO_EMOTIONS or canonical(name) is not None


def _with_votes(dataset: FaceDataset, member: Member) -> tuple[FaceDataset, str]:
    """Returns a dataset with the votes of a file on its rows, if they are on these faces."""
    places = _vote_columns(member)
    try:
        with member.open() as file:
            header, *rows = list(rows_of(file, member.name, _LARGEST_VOTES))
    except (csv.Error, EOFError, zlib.error, OSError) as error:
        return dataset, f"{member.name} is damaged ({error}): no votes are taken."
    origin = np.arange(len(dataset)) if dataset.origin is None else dataset.origin
    usage = columns_of(header).get("usage")
    count = int(origin.max()) + 1 if origin.dtype.kind == "i" else len(rows) + 1
    if len(rows) < count:
        return dataset, f"{member.name} has {len(rows):,} rows, not {count:,}: no votes are taken."
    mine = [rows[row] for row in origin]
    try:
        if usage is not None:
            told = [row[header.index(usage)].strip() for row in mine]
            differ = sum(a != USAGES[b] for a, b in zip(told, dataset.usage, strict=True))
            if differ:
                return dataset, (
                    f"{member.name} is of other faces: {differ:,} rows name another split. No "
                    "votes are taken."
                )
        numbers = np.array([[float(row[place] or 0) for place in places] for row in mine])
    except (IndexError, ValueError):
        return dataset, f"{member.name} has cells that are no numbers: no votes are taken."
    votes = pd.DataFrame(
        np.clip(np.nan_to_num(numbers), 0, 255).astype(np.uint8),
        columns=[header[place].strip().lower() for place in places],
    )
    return replace(dataset, votes=votes), f"FER+ votes are those of {member.name}, row by row."


def _unused(members: Sequence[Member]) -> list[str]:
    return [f"Not used: {_named(members)}."] if members else []


def _named(members: Sequence[Member]) -> str:
    names = ", ".join(member.name for member in members[:_NAMED])
    more = f" and {len(members) - _NAMED:,} more" if len(members) > _NAMED else ""
    return names + more


def _with_notes(dataset: FaceDataset, notes: Sequence[str]) -> FaceDataset:
    return replace(dataset, notes=(*dataset.notes, *notes)) if notes else dataset
