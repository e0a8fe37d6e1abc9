"""A file of a folder, a zip or a tarball, and what its path says of it."""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import BinaryIO

from fer_core.dataset.faces import USAGES
from fer_core.dataset.spellings import number_of, usage_in
from fer_core.emotions import canonical
from fer_core.picture_names import HEAD, is_picture, suffix


@dataclass(frozen=True)
class Member:
    """A file of a folder or an archive.

    Attributes:
        name: Path below the folder, with slashes.
        size: Bytes, unpacked, as the folder or the archive declares them.
        open: Opens it for reading.
    """

    name: str
    size: int
    open: Callable[[], BinaryIO]

    @property
    def file_name(self) -> str:
        """The last part of its path."""
        return PurePosixPath(self.name).name

    @property
    def form(self) -> str:
        """Which table it is by its name, "csv" or "parquet"; empty if none."""
        name = self.name.lower().removesuffix(".gz")
        return {"csv": "csv", "tsv": "csv", "parquet": "parquet"}.get(suffix(name), "")

    @property
    def is_picture(self) -> bool:
        """Whether it is a picture, by its name or its content."""
        return is_picture(self.name, b"") or is_picture(self.name, self.read(HEAD))

    @property
    def emotion(self) -> str | None:
        """The emotion that the nearest of its folders names, None if none does."""
        return next(filter(None, map(canonical, self.folders)), None)

    @property
    def number(self) -> int | None:
        """The number that the nearest of its folders is, None if none is."""
        return next((n for n in map(number_of, self.folders) if n is not None), None)

    @property
    def usage(self) -> str | None:
        """The split that its name tells, as in Kaggle's copies, or the nearest of its folders."""
        return self.usage_by_name or next(filter(None, map(usage_in, self.folders)), None)

    @property
    def usage_by_name(self) -> str | None:
        """The split that its name begins with, as in `PublicTest_123.jpg`."""
        named = self.file_name.split("_")[0]
        return named if named in USAGES else None

    @property
    def folders(self) -> Iterator[str]:
        """The names of its folders, the nearest first."""
        return (folder.name for folder in PurePosixPath(self.name).parents if folder.name)

    def read(self, most: int = sys.maxsize) -> bytes:
        """Returns its first `most` bytes, and never more than its declared size."""
        with self.open() as file:
            return file.read(min(self.size, most))
