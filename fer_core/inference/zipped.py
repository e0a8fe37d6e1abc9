"""Pictures in zip files."""

import io
import zipfile
from collections.abc import Iterator

from fer_core.common import isolated
from fer_core.common.archives import opened_zip
from fer_core.common.isolated import Limits
from fer_core.common.room import one_reader
from fer_core.errors import BatchError, ImageError
from fer_core.picture_names import HEAD, Skipped, is_clutter, is_picture
from fer_core.settings import settings

Entry = tuple[str, "bytes | ImageError"]
"""A picture's name, and its file or why there is none."""


def picture_names(data: bytes, skipped: Skipped | None = None) -> list[str]:
    """Returns the pictures in a zip file, by name; without what macOS adds to it.

    The list is read in a process of its own: of many thousand files it takes seconds.

    Args:
        data: The zip file.
        skipped: Takes the names of what is no picture.

    Raises:
        BatchError: If it is no zip file, encrypted, has too many files or no picture in it.
    """
    megabytes = settings().reader_mb(settings().dataset_reader_mb)
    limits = Limits(megabytes, settings().dataset_seconds)
    with one_reader.take(1, 1):
        names, others = isolated.call(
            _sorted, data, limits=limits, error=BatchError, subject="The zip file"
        )
    if not names:
        raise BatchError(f"The zip file has no picture in it. {others.sentence}".rstrip())
    if skipped is not None:
        skipped.add_all(others)
    return names


def _sorted(data: bytes) -> tuple[list[str], Skipped]:
    """Returns the names of a zip's pictures, and those of its other files."""
    most = settings().max_archive_files
    with opened_zip(data, "The zip file", BatchError, most) as archive:
        files = [e for e in archive.infolist() if not e.is_dir() and not is_clutter(e.filename)]
        names = [entry.filename for entry in files if _is_picture(archive, entry)]
    return sorted(names), Skipped(sorted({entry.filename for entry in files} - set(names)))


def pictures_in(data: bytes, names: list[str]) -> Iterator[Entry]:
    """Yields these pictures of a zip file, one at a time, none larger than a picture may be."""
    limit = settings().max_upload_mb * 2**20
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in names:
            try:
                with archive.open(name) as file:
                    # Never more than the limit: the size in the index can lie.
                    picture = file.read(limit + 1)
            except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError):
                yield name, ImageError("It is damaged or encrypted within the zip file.")
                continue
            except Exception as error:  # zlib.error and its kin of other packings
                yield name, ImageError(f"It cannot be unpacked ({type(error).__name__}).")
                continue
            if len(picture) > limit:
                yield name, ImageError(f"It has more than {settings().max_upload_mb} MB.")
            else:
                yield name, picture


def _is_picture(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bool:
    if is_picture(entry.filename, b""):
        return True
    try:
        with archive.open(entry) as file:
            return is_picture(entry.filename, file.read(HEAD))
    except Exception:  # damaged, in one of the ways of which `pictures_in` would tell
        return False
