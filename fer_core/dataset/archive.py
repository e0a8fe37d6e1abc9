"""The files of a folder, a zip or a tarball."""

import tarfile
import zipfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import BinaryIO, cast

from fer_core.common.archives import DAMAGE, opened_zip
from fer_core.dataset.face_decoder import Cut, middle_square
from fer_core.dataset.faces import FaceDataset
from fer_core.dataset.member import Member
from fer_core.dataset.members import read_members
from fer_core.errors import DatasetError
from fer_core.settings import settings


def folder_members(folder: Path) -> list[Member]:
    """Returns the files below a folder."""
    return [
        Member(path.relative_to(folder).as_posix(), path.stat().st_size, partial(_open_file, path))
        for path in folder.rglob("*")
        if path.is_file()
    ]


def _open_file(path: Path) -> BinaryIO:
    return path.open("rb")


def _open_zipped(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> BinaryIO:
    return cast(BinaryIO, archive.open(entry))


def _open_tarred(archive: tarfile.TarFile, entry: tarfile.TarInfo) -> BinaryIO:
    return cast(BinaryIO, archive.extractfile(entry))


def _slashed(entry: zipfile.ZipInfo) -> str:
    """Returns a file's path in a zip; some programs of Windows write backslashes."""
    return entry.filename.replace("\\", "/")


def read_zip(file: Path | bytes, source: str, cut: Cut = middle_square) -> FaceDataset:
    """Reads the dataset in a zip, without unpacking it to disk.

    Raises:
        DatasetError: If it is damaged, encrypted, would unpack to too much, or holds no dataset.
    """
    with opened_zip(file, source, DatasetError, settings().max_archive_files) as archive:
        members = [
            Member(_slashed(entry), entry.file_size, partial(_open_zipped, archive, entry))
            for entry in archive.infolist()
            if not _slashed(entry).endswith("/")
        ]
        _refuse_bomb(members, source)
        return read_members(members, source, cut)


def read_tar(path: Path, source: str, cut: Cut = middle_square) -> FaceDataset:
    """Reads the dataset in a tarball (`fer2013.tar.gz`), without unpacking it to disk.

    Raises:
        DatasetError: If it is damaged, would unpack to too much, or holds no dataset.
    """
    try:
        with tarfile.open(path) as archive:
            members = [
                Member(entry.name, entry.size, partial(_open_tarred, archive, entry))
                for entry in archive
                if entry.isfile()
            ]
            _refuse_bomb(members, source)
            return read_members(members, source, cut)
    except (tarfile.TarError, *DAMAGE) as error:
        reason = str(error).partition("\n")[0].rstrip(":")
        raise DatasetError(f"{source} is damaged, or no tarball: {reason}.") from error


def _refuse_bomb(members: Sequence[Member], source: str) -> None:
    """Refuses by the sizes declared, which bind: `Member.read` asks for no more of a member."""
    limit, most = settings().max_unpacked_mb, settings().max_archive_files
    size = sum(member.size for member in members) / 2**20
    if size > limit or len(members) > most:
        raise DatasetError(
            f"{source} would unpack to {size:,.0f} MB in {len(members):,} files; the limit is "
            f"{limit:,} MB in {most:,} files. Unpack it yourself and name its folder."
        )
