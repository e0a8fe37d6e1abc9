"""Datasets written in the forms that people have them in."""

import io
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from fer_core.dataset import USAGES, FaceDataset
from fer_core.emotions import EMOTIONS

CsvFile = Callable[..., Path]
"""Writes a csv file: what the fixture `csv_file` gives."""


def noise_faces() -> FaceDataset:
    """Forty-two faces of noise: six of each emotion, two of each in every split."""
    labels = np.tile(np.arange(7, dtype=np.uint8), 6)
    return FaceDataset(
        images=np.random.default_rng(3).integers(0, 256, (42, 48, 48), np.uint8),
        labels=labels,
        usage=np.repeat(np.array([0, 1, 2], np.uint8), 14),
        source="made up",
    )


def assert_same(loaded: FaceDataset, expected: FaceDataset) -> None:
    """Fails unless both hold the same faces and nothing was wrong with those loaded."""
    np.testing.assert_array_equal(loaded.images, expected.images)
    np.testing.assert_array_equal(loaded.labels, expected.labels)
    np.testing.assert_array_equal(loaded.usage, expected.usage)
    assert loaded.problems == ()


def csv_lines(dataset: FaceDataset) -> list[str]:
    """The dataset as the lines of `fer2013.csv`."""
    lines = ["emotion,pixels,Usage"]
    for face, label, usage in zip(dataset.images, dataset.labels, dataset.usage, strict=True):
        lines.append(f"{label},{' '.join(map(str, face.ravel()))},{USAGES[usage]}")
    return lines


def tarball(dataset: FaceDataset) -> bytes:
    """The dataset as Hugging Face has it."""
    text = "\n".join(csv_lines(dataset)).encode()
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as archive:
        entry = tarfile.TarInfo("fer2013/fer2013.csv")
        entry.size = len(text)
        archive.addfile(entry, io.BytesIO(text))
    return file.getvalue()


def write_tree(dataset: FaceDataset, root: Path, splits: dict[str, str]) -> Path:
    """Writes PNGs under `root/<split>/<class>/<row>.png`, splits renamed as told."""
    for row, (face, label, usage) in enumerate(
        zip(dataset.images, dataset.labels, dataset.usage, strict=True)
    ):
        if USAGES[usage] in splits:
            folder = root / splits[USAGES[usage]] / EMOTIONS[label]
            folder.mkdir(parents=True, exist_ok=True)
            Image.fromarray(face).save(folder / f"{row:03d}.png")
    return root


def footer_claims(parquet: bytes, said: int, claimed: int) -> list[bytes]:
    """The parquet again for each place where its footer says a number, with another number there.

    Take a number of two bytes or more that nothing else in the footer happens to look like.
    """
    length = int.from_bytes(parquet[-8:-4], "little")
    body, footer = parquet[: -8 - length], parquet[-8 - length : -8]
    parts = footer.split(_thrift(said))
    changed = [
        _thrift(said).join(parts[:place]) + _thrift(claimed) + _thrift(said).join(parts[place:])
        for place in range(1, len(parts))
    ]
    return [body + lie + len(lie).to_bytes(4, "little") + b"PAR1" for lie in changed]


def _thrift(number: int) -> bytes:
    """A whole number in Thrift's compact protocol: zigzag, seven bits a byte, the lowest first."""
    rest = (number << 1) ^ (number >> 63)
    written = bytearray()
    while rest > 127:
        written.append(rest & 127 | 128)
        rest >>= 7
    return bytes([*written, rest])


def zipped(files: dict[str, bytes]) -> bytes:
    """A zip of the given files."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return file.getvalue()
