"""Pictures within zip and tar files, wherever these lie."""

import bz2
import gzip
import lzma
import tarfile
import threading
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from fer_core.common.archives import DAMAGE
from fer_core.errors import BatchError, FileError
from fer_core.picture_names import Skipped, is_clutter, is_picture
from fer_core.scale.manifest import UNKNOWN, Entry
from fer_core.scale.places import (
    changed,
    etag_of,
    filesystem,
    is_local,
    local_path,
    patiently,
    refusals,
    shown,
)
from fer_core.settings import settings

TARS = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz")
ZIPS = (".zip",)

_KEPT_OPEN = 4
_PACKED: dict[bytes, Callable[..., Any]] = {
    b"\x1f\x8b": gzip.open,
    b"BZ": bz2.open,
    b"\xfd7": lzma.open,
}
"""How a packed tar begins, and what unpacks it."""


def is_archive(uri: str) -> bool:
    """Returns whether a name is that of an archive."""
    return uri.lower().endswith((*TARS, *ZIPS))


def list_archive(uri: str, etag: str, modified: int, skipped: Skipped) -> Iterator[Entry]:
    """Yields the pictures of an archive, in the order in which they lie in it.

    Args:
        uri: The archive's.
        etag: The archive's, which becomes that of each of them.
        modified: When the archive was, if its members do not tell.
        skipped: Takes the names of what is no picture.

    Raises:
        BatchError: If it is damaged, encrypted or of a packing that cannot be read.
    """
    listing = _zip_members if uri.lower().endswith(ZIPS) else _tar_members
    with refusals(uri):
        try:
            for name, entry in listing(uri):
                if entry is not None:
                    yield entry._replace(etag=etag, modified=entry.modified or modified)
                elif not is_clutter(name):
                    skipped.add(f"{name} in {shown(uri)}")
        except (zipfile.BadZipFile, tarfile.TarError, NotImplementedError, *DAMAGE) as error:
            if isinstance(error, OSError) and error.errno:
                raise
            raise BatchError(f"{shown(uri)} is damaged, or no archive: {error}.") from error


def member(entry: Entry) -> bytes:
    """Returns the file of a member.

    Raises:
        FileError: If it is damaged, or larger than a picture may be.
    """
    name, archive = entry.uri.partition("://")[2].split("::", 1)
    if is_local(archive) and etag_of(local_path(archive).stat()) != entry.etag:
        raise FileError(changed(archive))
    limit = settings().max_upload_mb * 2**20
    try:
        if entry.offset == UNKNOWN:
            data = _open_zip(archive, entry.etag).read(name, limit + 1)
        else:
            data = _from_tar(archive, entry)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, *DAMAGE) as error:
        if isinstance(error, OSError) and error.errno:
            raise
        raise FileError(f"{entry.uri} is damaged or encrypted within the archive.") from error
    if len(data) > limit:
        raise FileError(f"{entry.uri} has more than {settings().max_upload_mb} MB.")
    return data


@dataclass
class _Shared:
    """A file, or an archive, that several threads read from in turn."""

    file: Any
    lock: threading.Lock

    def at(self, offset: int, size: int) -> bytes:
        with self.lock:
            self.file.seek(offset)
            data: bytes = self.file.read(size)
            return data

    def read(self, name: str, limit: int) -> bytes:
        """Returns no more of a member than the limit: the size in the index can lie."""
        with self.lock, self.file.open(name) as member:
            data: bytes = member.read(limit)
            return data


@lru_cache(_KEPT_OPEN)
def _open_zip(uri: str, _etag: str) -> _Shared:
    return _Shared(zipfile.ZipFile(_opened(uri)), threading.Lock())


@lru_cache(_KEPT_OPEN)
def _open_tar(uri: str, _etag: str) -> _Shared:
    return _Shared(_unpacked(_opened(uri)), threading.Lock())


def _from_tar(archive: str, entry: Entry) -> bytes:
    if archive.endswith(".tar"):  # a range of it will do
        files, path = filesystem(archive)
        end = entry.offset + entry.size
        data: bytes = patiently(lambda: files.cat_file(path, start=entry.offset, end=end))
        return data
    return _open_tar(archive, entry.etag).at(entry.offset, entry.size)


def _opened(uri: str) -> Any:
    files, path = filesystem(uri)
    return patiently(lambda: files.open(path, "rb"))


def _unpacked(file: Any) -> Any:
    begin = file.read(2)
    file.seek(0)
    unpack = _PACKED.get(begin)
    return file if unpack is None else unpack(file)


def _zip_members(uri: str) -> Iterator[tuple[str, Entry | None]]:
    with _opened(uri) as file, zipfile.ZipFile(file) as archive:
        for info in archive.infolist():
            if info.is_dir():
                continue
            if info.flag_bits & 1:
                raise BatchError(f"{shown(uri)} is encrypted. Pack it again without a password.")
            found = Entry(f"zip://{info.filename}::{uri}", info.file_size)
            is_one = is_picture(info.filename, b"") and not is_clutter(info.filename)
            yield info.filename, found if is_one else None


def _tar_members(uri: str) -> Iterator[tuple[str, Entry | None]]:
    with _opened(uri) as file, _unpacked(file) as plain, tarfile.open(fileobj=plain) as archive:
        while (info := archive.next()) is not None:
            archive.members = []  # type: ignore[attr-defined]  # or they would take a gigabyte
            if not info.isfile():
                continue
            entry = Entry(
                f"tar://{info.name}::{uri}",
                info.size,
                modified=int(info.mtime),
                offset=info.offset_data,
            )
            is_one = is_picture(info.name, b"") and not is_clutter(info.name)
            yield info.name, entry if is_one else None
