"""One `load` for the forms in which people have FER2013, and a cache of what takes long."""

import hashlib
import io
from collections.abc import Callable
from pathlib import Path

from fer_core.common import isolated
from fer_core.common.contents import described
from fer_core.common.files import regular
from fer_core.common.isolated import Limits
from fer_core.common.room import one_reader
from fer_core.dataset.archive import (
    folder_members,
    read_tar,
    read_zip,
)
from fer_core.dataset.csv_form import read_csv
from fer_core.dataset.face_decoder import Cut, Decoder, middle_square
from fer_core.dataset.faces import FaceDataset
from fer_core.dataset.members import read_members
from fer_core.dataset.parquet_form import read_parquet, write_parquet
from fer_core.dataset.spellings import usage_in
from fer_core.errors import DatasetError, FileError
from fer_core.settings import settings

UPLOADS = ("parquet", "zip", "csv", "tsv", "gz")
"""File name endings of datasets that can be uploaded."""

_TARBALLS = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz")

_READING = 2
"""Counts the ways in which a csv was read: what an earlier one kept is read again."""

_HEAD = 1024
"""Bytes by which a form is known."""


def load(path: Path | str, finder: Callable[[], Cut] | None = None) -> FaceDataset:
    """Returns the dataset at `path`.

    A csv is kept as parquet in the cache, and read from there while it is unchanged. Pictures,
    in a folder or packed, are read again each time: no copy of anybody's picture is kept.

    Args:
        path: `fer2013.csv` or `icml_face_data.csv`; parquet with columns `emotion`, `usage`,
            `pixels` (2,304 bytes a row; columns `ferplus_*` become `votes`); a folder
            `train/<class>/*.png|jpg` with perhaps `validation` and `test`; or any of these packed
            as zip or tar.gz.
        finder: Makes what cuts the face out of pictures that are not 48 x 48, in the process that
            reads them; None takes their middle square as the face.

    Raises:
        DatasetError: If there is nothing there, its form is not known, or no row of it is good.

    Example:
        >>> load("~/fer2013.csv")  # doctest: +SKIP
    """
    try:
        path = Path(path).expanduser()
        if not path.exists():
            raise DatasetError(f"There is no dataset at {path}.")
        if not path.is_dir():
            regular(path)
        if path.is_file() and _form_of(path.name, _head(path)) == "csv":
            return _through_cache(path)
        return read_file(path, finder)
    except FileError as error:
        raise DatasetError(str(error)) from error
    except (OSError, RuntimeError) as error:  # no permission, no such user's home, name too long
        raise DatasetError(f"{path} cannot be read: {error}.") from error


def _through_cache(path: Path) -> FaceDataset:
    cached = _cache_file(path)
    if cached.exists():
        try:
            return read_parquet(cached, path.name)
        except DatasetError:
            cached.unlink()
    dataset = read_file(path)
    _keep(dataset, cached)
    return dataset


def load_upload(name: str, data: bytes, finder: Callable[[], Cut] | None = None) -> FaceDataset:
    """Returns the dataset that somebody uploaded; nothing of it is written to disk.

    It is read in a process of its own: a file made to do harm ends that, or overruns the
    settings' limits for it, and is refused.

    Args:
        name: File name, whose ending tells the form: one of `UPLOADS`.
        data: The file.
        finder: As `load` takes it.

    Raises:
        DatasetError: As `load` does, or if it is over `max_dataset_mb` of the settings.
    """
    limit = settings().max_dataset_mb
    if len(data) > limit * 2**20:
        raise DatasetError(
            f"{name} has {len(data) / 2**20:.0f} MB; the limit is {limit} MB. "
            "Pack it as zip, or run the app yourself and name its path."
        )
    megabytes = settings().reader_mb(settings().dataset_reader_mb)
    limits = Limits(megabytes, settings().dataset_seconds)
    with one_reader.take(1, 1):
        return isolated.call(
            _read_upload, name, data, finder, limits=limits, error=DatasetError, subject=name
        )


def _read_upload(name: str, data: bytes, finder: Callable[[], Cut] | None) -> FaceDataset:
    file = io.BytesIO(data)
    form = _form_of(name, data[:_HEAD])
    cut = finder() if finder is not None and form in ("parquet", "zip") else middle_square
    match form:
        case "parquet":
            return read_parquet(file, name, Decoder(name, cut).face, usage_in(name))
        case "zip":
            return read_zip(data, name, cut)
        case "tar":
            raise DatasetError(f"{name} is a tarball. Pack it as zip.")
        case "csv":
            return read_csv(file, name, usage_in(name), settings().max_unpacked_mb * 2**20)
    raise _unknown(name, data[:_HEAD])


def read_file(path: Path, finder: Callable[[], Cut] | None = None) -> FaceDataset:
    """Returns the dataset at a path, past the cache; read in a process of its own, without limits.

    Args:
        path: As `load` takes it.
        finder: As `load` takes it.

    Raises:
        DatasetError: As `load` does.
    """
    return isolated.call(
        _read, path, finder, limits=Limits(), error=DatasetError, subject=path.name
    )


def _read(path: Path, finder: Callable[[], Cut] | None) -> FaceDataset:
    cut = finder() if finder is not None else middle_square
    if path.is_dir():
        return read_members(folder_members(path), path.name, cut)
    name, head = path.name, _head(path)
    match _form_of(name, head):
        case "parquet":
            return read_parquet(path, name, Decoder(name, cut).face, usage_in(name))
        case "zip":
            return read_zip(path, name, cut)
        case "tar":
            return read_tar(path, name, cut)
        case "csv":
            with path.open("rb") as file:
                return read_csv(file, name, usage_in(name))
    raise _unknown(name, head)


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_HEAD)


def _form_of(name: str, head: bytes) -> str:
    """Returns the form of a file, by its first bytes before its name; empty if it is in none."""
    name = name.lower()
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(b"PK"):
        return "zip"
    if head[257:262] == b"ustar" or name.endswith(_TARBALLS):
        return "tar"
    if name.endswith((".csv", ".tsv", ".csv.gz", ".tsv.gz")):
        return "csv"
    if name.endswith((".parquet", ".zip")):
        return name.rpartition(".")[2]
    return "csv" if described(head) == "text" and b"emotion" in head.replace(b"\0", b"") else ""


def _unknown(name: str, head: bytes) -> DatasetError:
    return DatasetError(
        f"{name} is {described(head)}, in no form that can be read: csv, parquet, zip, tar.gz, or "
        "a folder of train/<class>/*.png."
    )


def _cache_file(path: Path) -> Path:
    """One file for each source and state of it: `<path's digest>-<state's digest>.parquet`."""
    path = path.resolve()
    status = path.stat()
    state = hashlib.sha256(f"{_READING}|{status.st_size}|{status.st_mtime_ns}".encode()).hexdigest()
    place = hashlib.sha256(str(path).encode()).hexdigest()
    return settings().cache / "datasets" / f"{place[:16]}-{state[:16]}.parquet"


def _keep(dataset: FaceDataset, cached: Path) -> None:
    """Writes the cache file and drops those of the source's earlier states."""
    try:
        write_parquet(dataset, cached)
        for other in cached.parent.glob(f"{cached.name.split('-')[0]}-*.parquet"):
            if other != cached:
                other.unlink()
    except (FileError, OSError):
        pass  # A full or read-only disk costs the second reading its speed, nothing else.
