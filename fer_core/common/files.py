"""Files, written whole or not at all, and read only where they are files.

Whatever this project writes it writes through here: into a part file in the same folder, flushed
to the disk, which then takes the other's place in one step. A full disk, an error or a kill leaves
what was there before, and no half of what was to come.
"""

import ctypes
import errno
import json
import os
import secrets
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import Any, BinaryIO, TextIO

import numpy as np

from fer_core.errors import FileError

_LONGEST_SUFFIX = 32
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT)


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Lends an empty file beside `path` that takes its place when the block ends without an error.

    For libraries that write to a name; its suffixes are those of `path`. The folder is made, a
    link is followed, and the permissions of a file that is replaced are kept.

    Args:
        path: File to write.

    Raises:
        FileError: If it cannot be written, or something else than a file lies there.
    """
    target = Path(os.path.realpath(path))
    suffix = "".join(target.suffixes)[-_LONGEST_SUFFIX:]
    part = target.with_name(f".{secrets.token_hex(8)}.part{suffix}")
    with _refusals(path):
        mode = _mode(target, path)
        target.parent.mkdir(parents=True, exist_ok=True)
        part.open("xb").close()
    try:
        with _refusals(path, of=part):
            yield part
        with _refusals(path):
            if mode is not None:
                part.chmod(mode)
            put(part, target)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def writing(path: Path) -> Iterator[BinaryIO]:
    """Lends an open binary file that takes the place of `path`, as `replacing` does."""
    with replacing(path) as part, part.open("wb") as file:
        yield file


@contextmanager
def writing_text(path: Path) -> Iterator[TextIO]:
    """Lends an open UTF-8 file that takes the place of `path`; line ends are left as they are."""
    with writing(path) as file:
        text = TextIOWrapper(file, "utf-8", newline="")
        yield text
        text.detach()  # which flushes it; `file` is closed by its own block


def write_bytes(path: Path, data: bytes) -> None:
    """Writes a file; raises FileError as `replacing` does."""
    with writing(path) as file:
        file.write(data)


def write_text(path: Path, text: str) -> None:
    """Writes a UTF-8 file; raises FileError as `replacing` does."""
    write_bytes(path, text.encode())


def write_json(path: Path, value: Any) -> None:
    """Writes a value as indented JSON; raises FileError as `replacing` does."""
    write_text(path, json.dumps(value, indent=1) + "\n")


def write_arrays(target: Path | BinaryIO, **arrays: Any) -> None:
    """Writes a compressed npz without pickles; raises FileError as `replacing` does."""
    if isinstance(target, Path):
        with writing(target) as file:
            write_arrays(file, **arrays)
    else:
        np.savez_compressed(target, allow_pickle=False, **arrays)


def put(fresh: Path, path: Path) -> None:
    """Puts a file that is written to its end, on the same disk, in the place of `path`.

    Raises:
        OSError: If the disk refuses.
    """
    with fresh.open("rb+") as file:
        os.fsync(file.fileno())
    fresh.replace(path)
    _sync_folder(path.parent)


def put_folder(fresh: Path, path: Path) -> None:
    """Puts a folder that is written to its end, on the same disk, in the place of `path`.

    Where the system can, both names are swapped in one step. Elsewhere (Windows, some network
    disks) a kill may leave nothing at `path`; what lay there is put back by the next call.

    Raises:
        OSError: If the disk refuses; what lay at `path` is then still there.
    """
    before = path.with_name(f".{path.name}.before")
    if before.exists() and not path.exists():
        before.rename(path)
    shutil.rmtree(before, ignore_errors=True)
    if path.exists() and _swap(fresh, path):
        before = fresh
    else:
        if path.exists():
            path.rename(before)
        try:
            fresh.rename(path)
        except OSError:
            if before.exists():
                before.rename(path)
            raise
    _sync_folder(path.parent)
    shutil.rmtree(before, ignore_errors=True)


def _swap(one: Path, other: Path) -> bool:
    """Exchanges what two names stand for in one step; False where this system or disk cannot."""
    here, swap = -100, 2  # AT_FDCWD; RENAME_EXCHANGE, and macOS's RENAME_SWAP
    names = os.fsencode(one), os.fsencode(other)
    try:
        system = ctypes.CDLL(None)
        if hasattr(system, "renameat2"):
            refused = system.renameat2(here, names[0], here, names[1], swap)
        else:
            refused = system.renamex_np(*names, swap)
    except (OSError, TypeError, AttributeError):  # Windows, musl before 1.2.5
        return False
    done: bool = refused == 0
    return done


def regular(path: Path) -> Path:
    """Returns the path, if a regular file lies there: a pipe or a device could be read without end.

    Raises:
        FileError: If nothing lies there, or something else than a file.
    """
    try:
        kind = path.stat().st_mode
    except OSError as error:
        raise FileError(f"{printable(path)} cannot be read: {error.strerror}.") from error
    if not stat.S_ISREG(kind):
        raise FileError(f"{printable(path)} is {_what(kind)}; name a file.")
    return path


def read_bytes(path: Path) -> bytes:
    """Returns what a file holds.

    Raises:
        FileError: If it cannot be read, or is no regular file.
    """
    try:
        return regular(path).read_bytes()
    except OSError as error:
        raise FileError(f"{printable(path)} cannot be read: {error.strerror}.") from error


@contextmanager
def _refusals(path: Path, of: Path | None = None) -> Iterator[None]:
    """Turns the system's refusals into FileErrors that name `path`; with `of`, those of that file.

    What is said of another file passes: the block may read one.
    """
    try:
        yield
    except OSError as error:
        if of is not None and error.filename not in (None, str(of)):
            raise
        raise FileError(unwritable(path, error)) from error


def printable(path: Path) -> str:
    """Returns a path as text: bytes in a name that are no text become escapes, as `\\xe9`."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def unwritable(path: Path, error: OSError) -> str:
    """Returns the sentence for a file that could not be written."""
    reason = error.strerror or str(error)
    if error.errno in _NO_ROOM:
        reason += ": free some room, or name a place on another disk"
    return f"{printable(path)} cannot be written: {reason}."


def _mode(target: Path, path: Path) -> int | None:
    """Returns the permissions of a file that may be replaced; None where there is none."""
    try:
        kind = target.stat().st_mode
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(kind):
        raise FileError(f"{printable(path)} is {_what(kind)}; name a file to write.")
    if not os.access(target, os.W_OK):
        raise FileError(unwritable(path, PermissionError(errno.EACCES, os.strerror(errno.EACCES))))
    return stat.S_IMODE(kind)


def _what(kind: int) -> str:
    if stat.S_ISDIR(kind):
        return "a folder"
    if stat.S_ISFIFO(kind):
        return "a pipe"
    if stat.S_ISSOCK(kind):
        return "a socket"
    return "a device"


def _sync_folder(folder: Path) -> None:
    """Makes a new name last, where a system can open folders."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:  # Windows
        return
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
