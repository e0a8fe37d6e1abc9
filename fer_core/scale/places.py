"""Where files lie: on this machine, in a bucket, on the web; one way to name and to reach them."""

import os
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote_from_bytes, unquote_to_bytes

from fer_core.common.extras import how_to_install
from fer_core.common.files import printable
from fer_core.errors import BatchError, FerError

T = TypeVar("T")

_FILE = "file://"
_EXTRAS = {
    **dict.fromkeys(("s3", "s3a"), "s3"),
    **dict.fromkeys(("gs", "gcs"), "gcs"),
    **dict.fromkeys(("az", "abfs", "abfss", "adl"), "azure"),
    **dict.fromkeys(("http", "https"), "https"),
}
"""Which extra of pyproject.toml reads a kind of place."""

_TRIES = 5
_FIRST_PAUSE = 0.2
_PERMANENT = (FileNotFoundError, PermissionError, IsADirectoryError, NotADirectoryError, FerError)


def is_local(uri: str) -> bool:
    """Returns whether it names a file or folder of this machine."""
    return "://" not in uri or uri.startswith(_FILE)


def local_path(uri: str) -> Path:
    """Returns the path that a URI of this machine means."""
    if uri.startswith(_FILE):
        return Path(os.fsdecode(unquote_to_bytes(uri.removeprefix(_FILE))))
    return Path(uri)


def uri_of(path: Path) -> str:
    """Returns a path as a URI: as it is, unless it holds bytes that are no text."""
    name = str(path)
    try:
        name.encode()
    except UnicodeEncodeError:
        return _FILE + quote_from_bytes(os.fsencode(path.absolute()))
    return name


def shown(uri: str) -> str:
    """Returns a URI as people and tables read it."""
    return printable(local_path(uri)) if is_local(uri) else uri


def folder_of(uri: str) -> str:
    """Returns the folder, or archive, that a picture lies in."""
    member, _, archive = uri.partition("::")
    if archive:
        return archive
    return member.rpartition("/")[0]


def etag_of(status: os.stat_result) -> str:
    """Returns what changes when a file of this machine does."""
    return f"{status.st_mtime_ns:x}-{status.st_size:x}"


def changed(name: str) -> str:
    """Returns the sentence for a file that is not the one in the manifest."""
    return f"{name} has changed since the manifest was written."


def filesystem(uri: str) -> tuple[Any, str]:
    """Returns fsspec's file system of a URI, and the path within it.

    Raises:
        BatchError: If there is none of that kind, or the package for it is not installed.
    """
    from fsspec.core import url_to_fs

    kind = uri.partition("://")[0]
    try:
        return url_to_fs(uri)  # type: ignore[no-any-return]
    except ImportError as error:
        extra = _EXTRAS.get(kind)
        hint = f": {how_to_install(extra)}" if extra else f" ({error})"
        raise BatchError(
            f"Reading {kind}:// needs a package that is not installed{hint}."
        ) from None
    except ValueError as error:
        raise BatchError(
            f"{uri} cannot be reached: {error}. Name a folder, or a URI of s3://, gs://, az:// or "
            "https://."
        ) from error


@contextmanager
def refusals(uri: str) -> Iterator[None]:
    """Turns whatever a place answers within a `with` block into a BatchError that names it."""
    try:
        yield
    except FerError:
        raise
    except Exception as error:  # each provider has errors of its own
        raise BatchError(f"{shown(uri)} {why(error)}.") from error


def why(error: Exception) -> str:
    """Returns why a place did not answer, to follow its name in a sentence."""
    if isinstance(error, FileNotFoundError):
        return "is not there"
    if isinstance(error, PermissionError):
        return "may not be read with these rights"
    if type(error).__name__ in ("NoCredentialsError", "TokenRetrievalError"):
        return "needs credentials, and none were found"
    text = str(error).rstrip(".") or type(error).__name__
    return f"cannot be reached: {text}"


def patiently(work: Callable[[], T]) -> T:
    """Returns what `work` does; tried again, with longer and longer pauses, where it may help.

    Raises:
        Exception: What the last try raised; at once where trying again is no use.
    """
    for attempt in range(1, _TRIES):
        try:
            return work()
        except _PERMANENT:
            raise
        except Exception:
            time.sleep(_FIRST_PAUSE * 2**attempt * random.random())
    return work()
