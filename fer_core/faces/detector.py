"""What every face detector does, the table of them, and choosing one by name."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

import numpy as np

from fer_core.errors import DetectorError, unknown
from fer_core.faces import yunet
from fer_core.faces.box import FaceBox
from fer_core.faces.file import Attempt, DetectorFile
from fer_core.faces.haar import HaarDetector
from fer_core.faces.thorough import ThoroughDetector

AUTO = "auto"
"""YuNet, which is fetched when it is first needed; where that cannot be, the Haar cascade alt2."""

BEST = "yunet"
"""What "auto" means where its file is or can be fetched."""

_ALWAYS_HERE = "haar_alt2"


class Detector(Protocol):
    """Finds faces; may be called by many threads at once."""

    name: str

    def detect(self, rgb: np.ndarray) -> list[FaceBox]:
        """Returns the faces of a uint8 RGB picture (h, w, 3), each inside it, in no order."""
        ...


@dataclass(frozen=True)
class DetectorKind:
    """One row of the table.

    Attributes:
        title: As people read its name.
        caption: What it is good at.
        make: Makes one, of the path of its file (None where it needs none) and whether it is for
            video: then small faces may be left out.
        file: What it needs that does not come with the project, if anything.
    """

    title: str
    caption: str
    make: Callable[[Path | None, bool], Detector]
    file: DetectorFile | None = None


def _haar(cascade: str, _: Path | None, fast: bool) -> Detector:
    return HaarDetector(cascade, fast)


def _yunet(file: Path | None, fast: bool) -> Detector:
    assert file is not None
    return yunet.YuNetDetector(file) if fast else ThoroughDetector(file)


DETECTORS: dict[str, DetectorKind] = {
    "yunet": DetectorKind("YuNet", "Turned, small and half hidden faces too", _yunet, yunet.FILE),
    "haar_alt2": DetectorKind(
        "Haar cascade alt2", "Faces from the front; part of OpenCV", partial(_haar, "alt2")
    ),
    "haar_default": DetectorKind(
        "Haar cascade default",
        "Faces from the front; finds more, errs more often",
        partial(_haar, "default"),
    ),
}
"""Every detector by the key that `detector` takes, the best first."""

NAMES = (AUTO, *DETECTORS)
"""What `detector` and `resolve` take."""

_attempt = Attempt(lambda: fetch_file(BEST))
"""To fetch what `AUTO` wants: one for the process, so that a hundred sessions ask once."""


def prepare() -> None:
    """Begins to fetch what "auto" wants, if that is missing; returns at once."""
    if not is_here(BEST):
        _attempt.begin()


def is_here(key: str) -> bool:
    """Returns whether all that a detector of `DETECTORS` needs is on this machine."""
    file = DETECTORS[key].file
    return file is None or file.path() is not None


def fetch_file(key: str) -> None:
    """Fetches what a detector of `DETECTORS` needs, if that is missing.

    Raises:
        DownloadError: If it cannot be fetched, or may not be.
    """
    file = DETECTORS[key].file
    if file is not None:
        file.fetch()


def resolve(name: str = AUTO) -> str:
    """Returns the key of `DETECTORS` that a name means on this machine now: never "auto".

    For "auto", YuNet's file is fetched if it is missing: tried once in a process, and waited for
    no longer than `file.PATIENCE_SECONDS`.

    Raises:
        DetectorError: If there is no such detector.
    """
    if name not in NAMES:
        raise DetectorError(unknown(name, list(NAMES), "face detector"))
    if name != AUTO:
        return name
    here = is_here(BEST) or not _attempt.reason()
    return BEST if here else _ALWAYS_HERE


def fallback_notice() -> str:
    """Returns what to say beside a result of "auto": why YuNet did not read, or "" if it did."""
    if resolve(AUTO) == BEST:
        return ""
    return (
        f"Faces are found by {DETECTORS[_ALWAYS_HERE].title}, which misses turned, small and half "
        f"hidden ones: YuNet is not on this machine. {_attempt.reason()}"
    )


def detector(name: str = AUTO, fast: bool = False) -> Detector:
    """Returns a new detector.

    Args:
        name: Key of `DETECTORS`, or "auto"; see `resolve`.
        fast: For video: small faces may be left out. Otherwise for pictures.

    Raises:
        DetectorError: If there is no such detector, or its file is not on this machine.
    """
    key = resolve(name)
    kind = DETECTORS[key]
    file = kind.file.path() if kind.file else None
    if kind.file is not None and file is None:
        raise DetectorError(
            f"{kind.title}'s file is not on this machine. `python -m fer_core classify PICTURE "
            f"--detector {key}` fetches it ({kind.file.size}), or choose a Haar cascade."
        )
    return kind.make(file, fast)
