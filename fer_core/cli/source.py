"""What a command works with: the dataset and the face detector that were named, or the usual."""

from pathlib import Path

from fer_core.dataset import FaceDataset, load
from fer_core.errors import DatasetError
from fer_core.settings import settings


def open_dataset(path: str | None) -> FaceDataset:
    """Returns the dataset at `path`, or else at `FER_DATA`, or else the fetched one.

    Raises:
        DatasetError: If neither names one, or it cannot be read.
    """
    chosen = Path(path) if path else settings().dataset
    if chosen is None:
        raise DatasetError(
            "No dataset: give --data PATH, set FER_DATA, or run `python -m fer_core data fetch`."
        )
    return load(chosen)


def ready_detector(name: str) -> str:
    """Returns a face detector's name; YuNet, asked for by name, is fetched if it is not here."""
    from fer_core.faces import fetch_yunet

    if name == "yunet":
        fetch_yunet()
    return name
