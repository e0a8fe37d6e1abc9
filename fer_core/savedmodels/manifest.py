"""`weights/manifest.json`: sha256 and licence of every file of every saved model."""

import json
from pathlib import Path

from fer_core.common.digest import sha256
from fer_core.common.files import write_json
from fer_core.common.locks import only_one
from fer_core.errors import CorruptModel
from fer_core.models import backbones, find
from fer_core.savedmodels.ensemble import is_ensemble, read_ensemble

_OWN = "trained by this project on FER2013, which its authors gave for research"


def licence(folder: Path) -> str:
    """Returns whose work a saved model is, and on which terms; its trunk's too, if it has one."""
    if is_ensemble(folder):
        return f"{_OWN}; a mean of {', '.join(read_ensemble(folder).names)}, each on its own terms"
    trunk = find(folder.name).trunk
    return f"{_OWN}; on {backbones.licence(trunk)}" if trunk else _OWN


def read_manifest(weights: Path) -> dict[str, dict[str, str]]:
    """Returns {"<model>/<file>": {"sha256": ..., "licence": ...}}; empty where there is none.

    Raises:
        CorruptModel: If the manifest is not readable JSON.
    """
    path = weights / "manifest.json"
    if not path.exists():
        return {}
    try:
        files = json.loads(path.read_text())["files"]
    except (ValueError, KeyError, TypeError) as error:
        raise CorruptModel(f"{path} is not a readable manifest: {error}") from error
    if not isinstance(files, dict):
        raise CorruptModel(f"{path} is not a readable manifest: `files` is no object.")
    return files


def update_manifest(weights: Path, name: str) -> None:
    """Records the files of one model's folder, replacing what was recorded of it."""
    own = {
        f"{name}/{path.name}": {"sha256": sha256(path), "licence": licence(path.parent)}
        for path in (weights / name).glob("[!.]*")  # not what a killed writer left
    }
    with only_one(weights / ".manifest.lock"):  # two models may be saved at once
        others = {
            key: entry
            for key, entry in read_manifest(weights).items()
            if not key.startswith(f"{name}/")
        }
        write_json(weights / "manifest.json", {"files": dict(sorted((others | own).items()))})


def verify(weights: Path, name: str, file: str) -> Path:
    """Returns the path of one file of a saved model, once it is known to be the one saved.

    Raises:
        CorruptModel: If it is missing, not recorded, or its sha256 differs.
    """
    path = weights / name / file
    if not path.is_file():
        raise CorruptModel(
            f"{name}/{file} is missing. Restore it with `git checkout -- weights/{name}`."
        )
    recorded = read_manifest(weights).get(f"{name}/{file}")
    if not isinstance(recorded, dict) or "sha256" not in recorded:
        raise CorruptModel(f"{name}/{file} is not recorded in weights/manifest.json.")
    if sha256(path) != recorded["sha256"]:
        raise CorruptModel(
            f"{name}/{file} is not the file that was saved (its sha256 differs). "
            f"Restore it with `git checkout -- weights/{name}`."
        )
    return path
