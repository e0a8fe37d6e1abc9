"""Pictures in zip files."""

import io
import zipfile
from collections.abc import Iterator
from pathlib import PurePosixPath

from fer_core.common.archives import opened_zip
from fer_core.errors import BatchError, ImageError
from fer_core.images import EXTENSIONS
from fer_core.settings import settings

Entry = tuple[str, "bytes | ImageError"]
"""A picture's name, and its file or why there is none."""


def picture_names(data: bytes) -> list[str]:
    """Returns the pictures in a zip file, by name; without what macOS adds to it.

    Raises:
        BatchError: If it is no zip file, encrypted, has too many files or no picture in it.
    """
    most = settings().max_archive_files
    with opened_zip(data, "The zip file", BatchError, most) as archive:
        names = [name for name in archive.namelist() if _is_picture(name)]
    if not names:
        raise BatchError("The zip file has no picture in it.")
    return sorted(names)


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


def _is_picture(name: str) -> bool:
    path = PurePosixPath(name)
    hidden = name.endswith("/") or path.name.startswith(".") or "__MACOSX" in path.parts
    return not hidden and path.suffix.lower().lstrip(".") in EXTENSIONS
