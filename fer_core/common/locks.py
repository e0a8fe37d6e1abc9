"""Locks between processes, for what two must not do to the same files at once."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from fer_core.common.files import unwritable
from fer_core.errors import FerError, FileError

_PATIENCE_SECONDS = 60.0


@contextmanager
def only_one(path: Path, refusal: FerError | None = None) -> Iterator[None]:
    """Holds a lock for the length of a `with` block; the system frees it if the process dies.

    Args:
        path: The lock's file. It is never deleted, or two processes could hold different ones.
        refusal: Raised at once where another holds the lock; without it, this waits for a minute.

    Raises:
        FileError: If the lock is not free after a minute, or its file cannot be made.
    """
    lock = FileLock(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=_PATIENCE_SECONDS if refusal is None else 0)
    except Timeout as error:
        raise refusal or FileError(f"Another process holds {path}. Try again later.") from error
    except OSError as error:
        raise FileError(unwritable(path, error)) from error
    try:
        yield
    finally:
        lock.release()
