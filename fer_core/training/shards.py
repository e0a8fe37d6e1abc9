"""Arrays in several files of at most 16 MB, which go through narrow doors between machines."""

import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from fer_core.common.files import write_arrays, write_json
from fer_core.errors import TrainingError

LARGEST = 16_000_000
"""Bytes of arrays in one file; a single larger array has a file of its own."""


def write_shards(path: Path, facts: dict[str, Any], arrays: dict[str, np.ndarray]) -> None:
    """Writes facts and arrays so that they replace what was there in one step.

    Args:
        path: A `.json` file; the arrays' files lie beside it and are named in it.
        facts: Plain data.
        arrays: By name.
    """
    earlier = set(_files(path))
    generation = max((int(name.split("-")[-2]) for name in earlier), default=0) + 1
    files = []
    for number, group in enumerate(_groups(arrays)):
        files.append(f"{path.stem}-{generation}-{number}.npz")
        write_arrays(path.parent / files[-1], **group)
    write_json(path, {"files": files, "facts": facts})
    for name in earlier:
        (path.parent / name).unlink(missing_ok=True)


def read_shards(path: Path) -> tuple[dict[str, Any], dict[str, np.ndarray]] | None:
    """Returns what `write_shards` wrote, or None where nothing is.

    Raises:
        TrainingError: If a file is missing or damaged.
    """
    if not path.exists():
        return None
    arrays: dict[str, np.ndarray] = {}
    try:
        found = json.loads(path.read_text())
        for name in found["files"]:
            with np.load(path.parent / name, allow_pickle=False) as file:
                arrays |= {key: file[key] for key in file.files}
        return found["facts"], arrays
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile) as error:
        raise TrainingError(
            f"The state of this training is damaged: delete {path} to start again."
        ) from error


def _files(path: Path) -> list[str]:
    try:
        return list(json.loads(path.read_text())["files"])
    except (OSError, ValueError, KeyError, TypeError):
        return []


def _groups(arrays: dict[str, np.ndarray]) -> list[dict[str, np.ndarray]]:
    groups: list[dict[str, np.ndarray]] = [{}]
    for name, array in arrays.items():
        if groups[-1] and sum(a.nbytes for a in groups[-1].values()) + array.nbytes > LARGEST:
            groups.append({})
        groups[-1][name] = array
    return groups
