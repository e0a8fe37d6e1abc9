"""Getting FER2013 from where it is published, into the form the app reads fastest."""

from dataclasses import dataclass

import numpy as np

from fer_core.common.download import Progress, fetch, published_sha256
from fer_core.dataset.faces import FaceDataset
from fer_core.dataset.load import read_file
from fer_core.dataset.parquet_form import write_parquet
from fer_core.dataset.statistics import count, read_statistics
from fer_core.errors import DatasetError, DownloadError
from fer_core.settings import settings

BY_HAND = (
    "By hand: download FER2013 in a browser from https://www.kaggle.com/datasets/msambare/fer2013 "
    "and set FER_DATA to the zip's path."
)


@dataclass(frozen=True)
class Source:
    """A place that publishes FER2013.

    Attributes:
        title: For people to read.
        url: Answers without logging in.
        file: Name it is kept under while it is read.
        names_sha256: Whether its answer names the file's sha256.
    """

    title: str
    url: str
    file: str
    names_sha256: bool


SOURCES = {
    "huggingface": Source(
        "Hugging Face: the challenge's own fer2013.tar.gz (97 MB)",
        "https://huggingface.co/datasets/JimmyUnleashed/FER-2013/resolve/main/fer2013.tar.gz",
        "fer2013.tar.gz",
        True,
    ),
    "kaggle": Source(
        "Kaggle: msambare/fer2013, the faces as JPEG files (63 MB)",
        "https://www.kaggle.com/api/v1/datasets/download/msambare/fer2013",
        "fer2013.zip",
        False,
    ),
}


def _published(source: Source) -> str | None:
    """Returns the sha256 that a source names, or None where it names none."""
    if not source.names_sha256:
        return None
    try:
        return published_sha256(source.url)
    except DownloadError as error:
        raise DownloadError(f"{error} {BY_HAND}") from error


def fetch_fer2013(source: str = "huggingface", on_progress: Progress | None = None) -> FaceDataset:
    """Returns FER2013, fetched, checked and kept at `settings().fetched`.

    Hugging Face publishes the archive's sha256, which is checked (see `common.download`); Kaggle
    publishes none. From either, the faces of each class and split are counted against FER2013's.

    Args:
        source: Key in `SOURCES`.
        on_progress: Told the bytes there so far and the bytes expected.

    Raises:
        DownloadError: If it is not available, with one sentence on what to do by hand.
    """
    if source not in SOURCES:
        raise DownloadError(f"There is no source {source!r}; there are {', '.join(SOURCES)}.")
    chosen = SOURCES[source]
    archive = settings().cache / "downloads" / chosen.file
    fetch(chosen.url, archive, _published(chosen), on_progress)
    try:
        dataset = read_file(archive)
    except DatasetError as error:
        archive.unlink()
        raise DownloadError(f"{error} It was deleted. {BY_HAND}") from error
    if not np.array_equal(count(dataset), read_statistics().counts):
        archive.unlink()
        raise DownloadError(
            f"{chosen.url} sent {len(dataset):,} faces whose classes and splits are not FER2013's; "
            f"they were deleted. {BY_HAND}"
        )
    write_parquet(dataset, settings().fetched)
    archive.unlink()
    return dataset
