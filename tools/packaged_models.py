"""Puts the saved models that are small enough into the wheel, as `fer_core/weights/`."""

import json
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

LARGEST = 5_000_000
"""Bytes of a `model.tflite` above which its model stays in the checkout alone."""

_TO_TRAIN_ON = ("model.keras", "head.weights.h5")


class PackagedModels(BuildHookInterface[Any]):
    """Hatchling's hook: names the files before a wheel is built."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Adds them; an editable installation reads those of the checkout."""
        if version == "editable":
            return
        weights = Path(self.root) / "weights"
        for path in packaged(weights):
            target = Path("fer_core", "weights", path.relative_to(weights))
            build_data["force_include"][str(path)] = target.as_posix()


def packaged(weights: Path) -> list[Path]:
    """Returns the manifest and every file of the small models but those to train on.

    An ensemble goes with them where all of its members do.
    """
    networks = weights.glob("*/model.tflite")
    small = {path.parent.name for path in networks if path.stat().st_size < LARGEST}
    for ensemble in weights.glob("*/ensemble.json"):
        members = {one["name"] for one in json.loads(ensemble.read_text())["members"]}
        small |= {ensemble.parent.name} if members <= small else set()
    files = [
        file
        for name in sorted(small)
        for file in sorted((weights / name).iterdir())
        if file.name not in _TO_TRAIN_ON
    ]
    return [weights / "manifest.json", *files]
