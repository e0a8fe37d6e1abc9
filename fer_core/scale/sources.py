"""What is to be read: folders, buckets, pages of links, archives and lists, as entries."""

import csv
import os
import re
from array import array
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from fer_core.errors import BatchError
from fer_core.inference.batch import find_pictures
from fer_core.picture_names import Skipped, is_clutter, is_picture, suffix
from fer_core.scale.archives import is_archive, list_archive
from fer_core.scale.manifest import ROWS, UNKNOWN, Entry
from fer_core.scale.places import (
    etag_of,
    filesystem,
    is_local,
    local_path,
    refusals,
    uri_of,
)

LISTS = (".txt", ".csv", ".tsv", ".parquet")
"""How a file's name ends that lists pictures."""

_COLUMNS = ("uri", "url", "path", "file", "picture", "image")
"""How the column of a list may be called, the first of these that is there."""

_BRACES = re.compile(r"\{(\d+)\.\.(\d+)\}")
"""WebDataset's way to name many files: `faces-{000000..000099}.tar`."""

_PAGE = 1000
"""Objects of a bucket that are asked for at once."""


def entries_of(source: str, skipped: Skipped) -> Iterator[Entry]:
    """Yields the pictures of a source, each once, in an order that is the same every time.

    Args:
        source: A picture, folder, pattern with `*`, prefix of a bucket (`s3://`, `gs://`, `az://`),
            page of links (`https://.../`), zip or tar, WebDataset's shards (`x-{0..9}.tar`), or a
            list of such (txt, csv or parquet).
        skipped: Takes the names of what is no picture.

    Raises:
        BatchError: If there is no such source, or it cannot be listed.
    """
    if source.lower().endswith(LISTS):
        yield from _unique(lambda: _of_list(source))
        return
    for uri in _named(source):
        yield from _of_one(uri, skipped)


def _named(source: str) -> Iterator[str]:
    """Yields the files and folders that a source with `{0..9}` or `*` stands for."""
    braces = _BRACES.search(source)
    if braces:
        first, last = braces.groups()
        for number in range(int(first), int(last) + 1):
            place = f"{number:0{len(first)}d}"
            yield from _named(source[: braces.start()] + place + source[braces.end() :])
    elif "*" in source or ("?" in source and is_local(source)):
        files, path = filesystem(source)
        with refusals(source):
            found = sorted(f for f in files.glob(path) if not is_clutter(f.rpartition("/")[2]))
        if not found:
            raise BatchError(f"Nothing is named like {source}.")
        kept = found if is_local(source) else map(files.unstrip_protocol, found)
        yield from kept
    else:
        yield source


def _of_one(uri: str, skipped: Skipped) -> Iterator[Entry]:
    if is_local(uri):
        path = local_path(uri).absolute()
        if not path.exists():
            raise BatchError(f"{uri} is not there: name a folder, a list, an archive or a URI.")
        if path.is_file() and is_archive(uri):
            status = path.stat()
            yield from list_archive(uri_of(path), etag_of(status), int(status.st_mtime), skipped)
        else:
            yield from _of_folder(path, skipped)
        return
    files, path_there = filesystem(uri)
    if is_archive(uri) or is_picture(uri, b""):
        with refusals(uri):
            info = files.info(path_there)
        found = _entry(uri, info)
        if is_archive(uri):
            yield from list_archive(uri, found.etag, found.modified, skipped)
        else:
            yield found
        return
    with refusals(uri):
        yield from _of_prefix(files, path_there, skipped)


def _of_folder(path: Path, skipped: Skipped) -> Iterator[Entry]:
    with refusals(str(path)):
        if path.is_dir():
            next(os.scandir(path), None)  # which says so if it may not be read: walking does not
    for file in find_pictures([path], skipped):
        try:
            status = file.stat()
        except OSError:  # it is gone, or a link to nowhere: a row of its own, later
            yield Entry(uri_of(file))
        else:
            yield Entry(uri_of(file), status.st_size, etag_of(status), int(status.st_mtime))


def _of_prefix(files: Any, path: str, skipped: Skipped) -> Iterator[Entry]:
    """Yields the pictures of a bucket or a page of links."""
    for info in _listing(files, path):
        name = info["name"]
        below = name.removeprefix(path)
        if is_clutter(below.split("?")[0]):
            continue
        uri = name if "://" in name else files.unstrip_protocol(name)
        if is_picture(below, b"") or not suffix(below):
            yield _entry(uri, info)
        else:
            skipped.add(uri)


def _listing(files: Any, path: str) -> Iterator[dict[str, Any]]:
    """Yields what is known of each file below a prefix, in the order of their names.

    A bucket may have more objects than fit into memory: S3 and Google are asked page by page, the
    others folder by folder.
    """
    if "s3" in files.protocol:
        yield from _pages_of_s3(files, path)
    elif "gs" in files.protocol:
        yield from _pages_of_google(files, path)
    else:
        yield from _folders(files, path)


def _pages_of_s3(files: Any, path: str) -> Iterator[dict[str, Any]]:
    bucket, prefix, _ = files.split_path(path)
    more: dict[str, str] = {}
    while True:
        page = files.call_s3("list_objects_v2", Bucket=bucket, Prefix=prefix, MaxKeys=_PAGE, **more)
        for found in page.get("Contents", ()):
            if not found["Key"].endswith("/"):
                yield {**found, "name": f"{bucket}/{found['Key']}", "size": found["Size"]}
        if not page.get("IsTruncated"):
            return
        more = {"ContinuationToken": page["NextContinuationToken"]}


def _pages_of_google(files: Any, path: str) -> Iterator[dict[str, Any]]:
    bucket, prefix, _ = files.split_path(path)
    token = None
    while True:
        page = files.call(
            "GET",
            "b/{}/o",
            bucket,
            prefix=prefix,
            maxResults=_PAGE,
            pageToken=token,
            json_out=True,
        )
        for found in page.get("items", ()):
            if not found["name"].endswith("/"):
                name = f"{bucket}/{found['name']}"
                yield {**found, "name": name, "size": int(found["size"])}
        token = page.get("nextPageToken")
        if not token:
            return


def _folders(files: Any, path: str) -> Iterator[dict[str, Any]]:
    infos = sorted(files.ls(path, detail=True), key=lambda info: info["name"])
    for info in infos:
        is_page = info["name"].endswith("/") and info["name"].startswith(path)
        if info["type"] == "directory" or is_page:
            if info["name"].rstrip("/") != path.rstrip("/"):
                yield from _folders(files, info["name"])
        elif info["name"].startswith(path.rstrip("/")):  # a page links elsewhere, too
            yield info


def _entry(uri: str, info: dict[str, Any]) -> Entry:
    size = info.get("size")
    etag = str(info.get("ETag") or info.get("etag") or "").strip('"')
    return Entry(uri, UNKNOWN if size is None else int(size), etag, _modified(info))


def _modified(info: dict[str, Any]) -> int:
    when = info.get("LastModified") or info.get("last_modified") or info.get("updated")
    if isinstance(when, str):
        from datetime import datetime

        try:
            when = datetime.fromisoformat(when)
        except ValueError:
            return 0
    return int(when.timestamp()) if when else 0


def _of_list(uri: str) -> Iterator[Entry]:
    """Yields what a list names; a relative path is beside the list."""
    files, path = filesystem(uri)
    read = _of_parquet if uri.lower().endswith(".parquet") else _of_text
    base = str(local_path(uri).absolute().parent) if is_local(uri) else uri.rpartition("/")[0]
    with refusals(uri):
        try:
            for name, size, etag in read(files, path):
                is_whole = "://" in name or name.startswith("/")
                yield Entry(name if is_whole else f"{base}/{name}", size, etag)
        except (UnicodeDecodeError, csv.Error) as error:
            raise BatchError(f"{uri} is no list of pictures in UTF-8: {error}.") from error


def _of_parquet(files: Any, path: str) -> Iterator[tuple[str, int, str]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    with files.open(path, "rb") as file:
        try:
            table = pq.ParquetFile(file)
        except pa.ArrowInvalid as error:
            raise BatchError(f"{path} is damaged, or no Parquet file: {error}.") from error
        names = [name.lower() for name in table.schema_arrow.names]
        wanted = _places(names, path)
        columns = [table.schema_arrow.names[place] for place in wanted if place is not None]
        for batch in table.iter_batches(ROWS, columns=columns):
            rows = batch.to_pydict()
            uris = rows[columns[0]]
            sizes = rows.get("size") or [UNKNOWN] * len(uris)
            etags = rows.get("etag") or [""] * len(uris)
            for uri, size, etag in zip(uris, sizes, etags, strict=True):
                yield str(uri), UNKNOWN if size is None else int(size), etag or ""


def _of_text(files: Any, path: str) -> Iterator[tuple[str, int, str]]:
    """Yields the lines of a list, or those of its column that names pictures."""
    with files.open(path, "r", encoding="utf-8-sig", newline="") as file:
        if path.lower().endswith(".txt"):
            yield from ((line, UNKNOWN, "") for line in map(str.strip, file) if line)
            return
        rows = csv.reader(file, delimiter="\t" if path.lower().endswith(".tsv") else ",")
        header = [name.strip().lower() for name in next(rows, [])]
        place, size, etag = _places(header, path)
        assert place is not None
        for row in rows:
            if len(row) > place and row[place]:
                told = row[size] if size is not None and size < len(row) else ""
                tag = row[etag] if etag is not None and etag < len(row) else ""
                yield row[place], int(told) if told.isdecimal() else UNKNOWN, tag


def _places(names: list[str], path: str) -> tuple[int | None, int | None, int | None]:
    """Returns where in a row the URI, the size and the etag are."""
    found = [names.index(name) for name in _COLUMNS if name in names]
    if not found:
        raise BatchError(
            f"{path} has no column that names pictures: call it uri. "
            f"There are: {', '.join(names) or 'none'}."
        )
    size, etag = (names.index(name) if name in names else None for name in ("size", "etag"))
    return found[0], size, etag


def _unique(listed: Callable[[], Iterator[Entry]]) -> Iterator[Entry]:
    """Yields the entries of a list, each URI once, in memory of 8 bytes for each.

    Args:
        listed: Gives them anew each time it is called.
    """
    digests = np.frombuffer(array("q", (hash(entry.uri) for entry in listed())), np.int64)
    digests = np.sort(digests)
    twice = set(digests[1:][digests[1:] == digests[:-1]].tolist())
    del digests
    seen = set()
    for entry in listed():
        if hash(entry.uri) in twice:
            if entry.uri in seen:
                continue
            seen.add(entry.uri)
        yield entry
