"""What every face detector does, and choosing one by name."""

from typing import Protocol

import numpy as np

from fer_core.errors import DetectorError, unknown
from fer_core.faces.box import FaceBox
from fer_core.faces.haar import HaarDetector
from fer_core.faces.yunet import YuNetDetector, yunet_file

DETECTORS: dict[str, str] = {
    "auto": "Automatic",
    "yunet": "YuNet",
    "haar_alt2": "Haar cascade alt2",
    "haar_default": "Haar cascade default",
}
"""Names that `detector` takes, and as people read them."""


class Detector(Protocol):
    """Finds faces; may be called by many threads at once."""

    name: str

    def detect(self, rgb: np.ndarray) -> list[FaceBox]:
        """Returns the faces of a uint8 RGB picture (h, w, 3), each inside it, in no order."""
        ...


def resolve(name: str) -> str:
    """Returns the key of `DETECTORS` that a name means on this machine now: never "auto"."""
    if name != "auto":
        return name
    return "haar_alt2" if yunet_file() is None else "yunet"


def detector(name: str = "auto", fast: bool = False) -> Detector:
    """Returns a new detector.

    Args:
        name: Key of `DETECTORS`; "auto" takes YuNet where its file is, else Haar alt2.
        fast: For video: leaves out small faces. Otherwise for pictures.

    Raises:
        DetectorError: If there is no such detector, or YuNet's file is not here.
    """
    if name not in DETECTORS:
        raise DetectorError(unknown(name, list(DETECTORS), "face detector"))
    name, file = resolve(name), yunet_file()
    if name == "yunet" and file is not None:
        return YuNetDetector(file, fast)
    if name == "yunet":
        raise DetectorError(
            "YuNet's file is not on this machine. `python -m fer_core classify PICTURE --detector "
            "yunet` fetches it (233 kB), or choose a Haar cascade."
        )
    return HaarDetector("default" if name == "haar_default" else "alt2", fast)
