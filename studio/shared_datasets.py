"""Datasets on the disk, loaded once for all who use the server."""

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import streamlit as st

from fer_core.dataset import FaceDataset, load
from fer_core.errors import FerError
from fer_core.settings import settings
from studio.failure import show_failure


@dataclass(frozen=True)
class Loaded:
    """A dataset in memory.

    Attributes:
        dataset: Its faces.
        key: Tells it from every other, for caches.
        is_upload: Whether somebody uploaded it: nothing of it is written to disk.
    """

    dataset: FaceDataset
    key: str
    is_upload: bool = False


def load_path(path: Path) -> Loaded:
    """Returns the dataset at a path, shared with every other session while it is unchanged.

    Raises:
        DatasetError: If it cannot be read.
    """
    try:
        state = _last_change(path.expanduser())
    except (OSError, RuntimeError):
        state = 0  # `load` says what is wrong with it
    return _load(path, state)


def _last_change(path: Path) -> int:
    """Returns when a file changed, or a folder: a table in it, or the pictures of a tree."""
    patterns = ("*/", "*/*/", "*/*/*/", "*.csv", "*/*.csv", "*.parquet", "*/*.parquet")
    places = (path, *(place for pattern in patterns for place in path.glob(pattern)))
    return max(place.stat().st_mtime_ns for place in places)


@st.cache_resource(max_entries=2, show_spinner="Reading the dataset")
def _load(path: Path, state: int) -> Loaded:
    return Loaded(load(path), sha256(f"{path}|{state}".encode()).hexdigest())


def say_unreadable(error: FerError) -> None:
    """Draws why a dataset is not there; a public server names none of its own paths."""
    said = "The dataset of this server cannot be read." if settings().hosted else str(error)
    show_failure(said, ":material/folder_off:")
