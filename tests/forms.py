"""Datasets written in the forms that people have them in."""

import io
import zipfile
from pathlib import Path

from PIL import Image

from fer_core.dataset import USAGES, FaceDataset
from fer_core.emotions import EMOTIONS


def csv_lines(dataset: FaceDataset) -> list[str]:
    """The dataset as the lines of `fer2013.csv`."""
    lines = ["emotion,pixels,Usage"]
    for face, label, usage in zip(dataset.images, dataset.labels, dataset.usage, strict=True):
        lines.append(f"{label},{' '.join(map(str, face.ravel()))},{USAGES[usage]}")
    return lines


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


def zipped(files: dict[str, bytes]) -> bytes:
    """A zip of the given files."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return file.getvalue()
