"""Which of many files are pictures: one rule for folders, zip files, datasets and the pages."""

from collections.abc import Iterable
from pathlib import Path, PurePath, PurePosixPath

from fer_core.common.contents import PICTURE_BRANDS

EXTENSIONS = (
    *("jpg", "jpeg", "jpe", "jfif", "mpo", "png", "apng", "webp", "heic", "heif", "hif"),
    *("avif", "avifs", "gif", "bmp", "dib", "tif", "tiff"),
    *("jp2", "j2k", "jpc", "jpf", "jpx", "j2c", "ppm", "pgm", "pbm", "pnm", "pfm"),
    *("tga", "qoi", "psd", "ico", "pcx", "sgi"),
)
"""File name endings of the pictures that can be read, lower case."""

HEAD = 16
"""Bytes of a file that `is_picture` looks at."""

_BEGINNINGS = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a", b"\0\0\0\x0cjP  \r\n")
_TIFF = (b"II*\0", b"MM\0*")
_CLUTTER = ("thumbs.db", "desktop.ini", "__macosx")
_NAMED = 3


def is_picture(name: str, head: bytes) -> bool:
    """Returns whether a file is a picture: by its name, or else by how it begins.

    Args:
        name: Its name, of any case, with or without an ending.
        head: Its first `HEAD` bytes; may be empty where the name tells.
    """
    ending = suffix(name)
    if ending in EXTENSIONS:
        return True
    if head.startswith(_BEGINNINGS) or (head[:4] == b"RIFF" and head[8:12] == b"WEBP"):
        return True
    if head[4:8] == b"ftyp":
        return head[8:12] in PICTURE_BRANDS
    return not ending and head.startswith(_TIFF)  # raw photographs begin so, too


def is_picture_file(path: Path) -> bool:
    """Returns whether a picture lies there; what a name does not tell is looked for in the file."""
    if is_picture(path.name, b""):
        return not path.exists() or path.is_file()  # a pipe could be read without end
    try:
        if not path.is_file():
            return False
        with path.open("rb") as file:
            return is_picture(path.name, file.read(HEAD))
    except OSError:
        return False


def suffix(name: str) -> str:
    """Returns a file name's ending, lower case, without the dot."""
    return PurePosixPath(name).suffix.lower().lstrip(".")


def is_shadow(name: str) -> bool:
    """Returns whether it is what macOS writes beside a file on a disk that is not its own."""
    return name.startswith("._")


def is_clutter(path: str | PurePath) -> bool:
    """Returns whether a file is none that its owner put there.

    Hidden files are such, with them what macOS writes beside each file (`._IMG_1.jpg`), and what
    Windows keeps in folders.

    Args:
        path: Below the folder or archive that is searched.
    """
    parts = PurePosixPath(path).parts
    return any(part.startswith(".") or part.lower() in _CLUTTER for part in parts)


class Skipped:
    """Counts the files that were not read, and remembers some of their names."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        self.count = 0
        self._first: list[str] = []
        for name in names:
            self.add(name)

    def add(self, name: str) -> None:
        """Counts a file."""
        self.count += 1
        if len(self._first) < _NAMED:
            self._first.append(name)

    def add_all(self, others: "Skipped") -> None:
        """Counts the files of another count."""
        self.count += others.count
        self._first = [*self._first, *others._first][:_NAMED]

    @property
    def sentence(self) -> str:
        """Says how many there are and which; empty if there is none."""
        if not self.count:
            return ""
        more = self.count - len(self._first)
        names = ", ".join(self._first) + (f" and {more:,} more" if more else "")
        kind = "file is no picture and was" if self.count == 1 else "files are no pictures and were"
        return f"{self.count:,} {kind} left out: {names}."
