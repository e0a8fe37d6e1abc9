"""Pictures that come with the project, each in the public domain."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fer_core.images import decode

ASSETS = Path(__file__).parent / "assets"


@dataclass(frozen=True)
class Sample:
    """A picture in `fer_core/assets`; sources and licences in full are in LICENCES.md beside it.

    Attributes:
        file: File name.
        title: Whom it shows.
        credit: Author and licence, in one line.
    """

    file: str
    title: str
    credit: str

    @property
    def path(self) -> Path:
        """Where the file is."""
        return ASSETS / self.file

    def picture(self) -> np.ndarray:
        """Returns it as upright uint8 RGB of shape (h, w, 3)."""
        return decode(self.path.read_bytes())


SAMPLES = (
    Sample("astronaut.png", "Eileen Collins", "NASA, public domain"),
    Sample("grace_hopper.jpg", "Grace Hopper", "U.S. Navy, public domain"),
)
