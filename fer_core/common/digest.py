"""Digests that tell whether a file is the one it should be."""

import hashlib
from functools import lru_cache
from pathlib import Path


def sha256(path: Path) -> str:
    """Returns the file's sha256, 64 hexadecimal digits; remembered while it is unchanged."""
    return _digest(path, "sha256")


def md5(path: Path) -> str:
    """Returns the file's MD5, 32 hexadecimal digits; remembered while it is unchanged."""
    return _digest(path, "md5")


def _digest(path: Path, kind: str) -> str:
    status = path.stat()
    return _remembered(path, kind, status.st_size, status.st_mtime_ns)


@lru_cache(maxsize=512)
def _remembered(path: Path, kind: str, size: int, modified: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, kind).hexdigest()
