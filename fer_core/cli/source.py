"""What a command works with: the dataset and the face detector that were named, or the usual."""

from functools import partial
from pathlib import Path

import typer

from fer_core.dataset import FaceDataset, load
from fer_core.errors import DatasetError
from fer_core.settings import settings


def open_dataset(path: str | None, detector: str | None = None) -> FaceDataset:
    """Returns the dataset at `path`, or else at `FER_DATA`, or else the fetched one.

    Args:
        path: If one was named.
        detector: Key of the detector that looks for the face in pictures; None takes their middle.

    Raises:
        DatasetError: If neither names one, or it cannot be read.
    """
    chosen = Path(path) if path else settings().dataset
    if chosen is None:
        raise DatasetError(
            "No dataset: give --data PATH, set FER_DATA, or run `python -m fer_core data fetch`."
        )
    if detector is None:
        return load(chosen)
    from fer_core.faces.only_face import face_finder

    return load(chosen, partial(face_finder, detector))


def ready_detector(name: str) -> str:
    """Returns the key of the detector that a name means; its file is fetched if it is missing.

    Where "auto" has to do without YuNet, standard error says why and how to mend it.

    Raises:
        FerError: If there is no such detector, or, asked for by name, its file cannot be fetched.
    """
    from fer_core.faces import AUTO, fallback_notice, fetch_file, resolve

    key = resolve(name)
    fetch_file(key)
    if name == AUTO and (notice := fallback_notice()):
        typer.echo(f"Note: {notice}", err=True)
    return key
