"""Zip files that somebody sends: opened if reading them costs no more than their size tells."""

import io
import lzma
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fer_core.errors import FerError

DAMAGE = (EOFError, OSError, zlib.error, lzma.LZMAError)
"""What the decompressors raise on a damaged file, beside the archives' own errors."""

_ENTRY = b"PK\x01\x02"
"""How each entry of a zip's list of files begins."""

_PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""The two of which no more is unpacked at once than is asked for."""


@contextmanager
def opened_zip(
    file: Path | bytes, source: str, error: type[FerError], most_files: int
) -> Iterator[zipfile.ZipFile]:
    """Lends a zip file for the length of a `with` block.

    The sizes that its entries declare must still be checked; an entry may unpack to more.

    Args:
        file: Where it lies, or all of it.
        source: What to call it.
        error: Raised of it.
        most_files: How many files it may have.

    Raises:
        FerError: `error`, if it is damaged (also while it is read), encrypted, packed otherwise
            than by deflate, or has too many files.
    """
    if isinstance(file, bytes):
        _refuse_crowd(file.count(_ENTRY), source, error, most_files)  # the list takes gigabytes
    try:
        with zipfile.ZipFile(io.BytesIO(file) if isinstance(file, bytes) else file) as archive:
            entries = archive.infolist()
            _refuse_crowd(len(entries), source, error, most_files)
            if any(entry.flag_bits & 1 for entry in entries):
                raise error(f"{source} is encrypted. Pack it again without a password.")
            if any(entry.compress_type not in _PACKINGS for entry in entries):
                raise error(
                    f"{source} is packed in a way that is not read here. Pack it again as an "
                    "ordinary zip (deflate)."
                )
            yield archive
    except (zipfile.BadZipFile, NotImplementedError, UnicodeError, *DAMAGE) as fault:
        raise error(f"{source} is damaged, or no zip: {fault}.") from fault


def _refuse_crowd(entries: int, source: str, error: type[FerError], most_files: int) -> None:
    if entries > 2 * most_files:  # folders are among them
        raise error(f"{source} lists {entries:,} files; the limit is {most_files:,}.")
