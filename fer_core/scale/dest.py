"""Where results go: a folder or a bucket's prefix, in which a file is there whole or not at all."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fer_core.common.files import read_bytes, replacing, write_bytes
from fer_core.errors import BatchError
from fer_core.scale.places import filesystem, is_local, local_path, patiently, refusals


class Dest:
    """A folder of this machine, or a prefix of a bucket.

    Args:
        uri: Names it.

    Attributes:
        folder: Its path, if it is on this machine.
    """

    def __init__(self, uri: str) -> None:
        self.uri = uri.rstrip("/")
        self.folder = local_path(self.uri).absolute() if is_local(self.uri) else None
        if self.folder is None:
            self._files, self._path = filesystem(self.uri)
        elif self.folder.exists() and not self.folder.is_dir():
            raise BatchError(f"{uri} is a file: name a folder for the results.")

    def names(self) -> dict[str, int]:
        """Returns the files in it, with their sizes, bytes; empty where there is none yet."""
        if self.folder is not None:
            if not self.folder.is_dir():
                return {}
            return {path.name: path.stat().st_size for path in self.folder.glob("[!.]*")}
        with refusals(self.uri):
            try:
                self._files.invalidate_cache(self._path)
                found = patiently(lambda: self._files.ls(self._path, detail=True))
            except FileNotFoundError:
                return {}
        return {info["name"].rpartition("/")[2]: info["size"] for info in found}

    def read(self, name: str) -> bytes:
        """Returns a file.

        Raises:
            FerError: If it cannot be read.
        """
        if self.folder is not None:
            return read_bytes(self.folder / name)
        with refusals(f"{self.uri}/{name}"):
            data: bytes = patiently(lambda: self._files.cat_file(f"{self._path}/{name}"))
        return data

    def write(self, name: str, data: bytes) -> None:
        """Writes a file, whole or not at all.

        Raises:
            FerError: If it cannot be written.
        """
        if self.folder is not None:
            write_bytes(self.folder / name, data)
            return
        with refusals(f"{self.uri}/{name}"):
            patiently(lambda: self._files.pipe_file(f"{self._path}/{name}", data))

    def delete(self, name: str) -> None:
        """Deletes a file of a bucket.

        Raises:
            BatchError: If that is refused.
        """
        with refusals(f"{self.uri}/{name}"):
            patiently(lambda: self._files.rm_file(f"{self._path}/{name}"))

    @contextmanager
    def replacing(self, name: str) -> Iterator[Path]:
        """Lends a path of this machine; what is written there becomes the file when it ends."""
        if self.folder is not None:
            with replacing(self.folder / name) as part:
                yield part
            return
        with tempfile.TemporaryDirectory() as folder:
            part = Path(folder, name)
            yield part
            with refusals(f"{self.uri}/{name}"):
                patiently(lambda: self._files.put_file(str(part), f"{self._path}/{name}"))

    @contextmanager
    def lent(self, name: str) -> Iterator[Path]:
        """Lends a file as a path of this machine."""
        if self.folder is not None:
            yield self.folder / name
            return
        with tempfile.TemporaryDirectory() as folder:
            part = Path(folder, name)
            with refusals(f"{self.uri}/{name}"):
                patiently(lambda: self._files.get_file(f"{self._path}/{name}", str(part)))
            yield part
