"""Puts the saved models that are small enough into the wheel, as `fer_core/weights/`."""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

LARGEST = 5_000_000
"""Bytes of a `model.tflite` above which its model stays in the checkout alone."""

_TO_TRAIN_ON = ("model.keras", "head.weights.h5")


class PackagedModels(BuildHookInterface):
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
    """Returns the manifest and every file of the small models but those to train on."""
    networks = [
        path for path in sorted(weights.glob("*/model.tflite")) if path.stat().st_size < LARGEST
    ]
    files = [
        file
        for network in networks
        for file in sorted(network.parent.iterdir())
        if file.name not in _TO_TRAIN_ON
    ]
    return [weights / "manifest.json", *files]
