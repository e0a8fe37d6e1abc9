"""Abstract pictures in the manner of Kandinsky that come with the project.

They ship instead of photographs of paintings: no museum's picture is copied. The code that painted
them is in `tools/painting`.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fer_core.images import decode, shrunk
from fer_core.samples import ASSETS


@dataclass(frozen=True)
class Painting:
    """One picture that ships.

    Attributes:
        name: Key, as typed on the command line.
        title: As people read it.
        description: What is to be seen, for those who cannot see it.
    """

    name: str
    title: str
    description: str

    @property
    def path(self) -> Path:
        """Where its file is."""
        return ASSETS / "paintings" / f"{self.name}.webp"

    def picture(self, side: int | None = None) -> np.ndarray:
        """Returns it as uint8 RGB of shape (1024, 1024, 3), or reduced to a side in pixels."""
        picture = decode(self.path.read_bytes())
        return picture if side is None else shrunk(picture, side)[0]


PAINTINGS: dict[str, Painting] = {
    painting.name: painting
    for painting in (
        Painting(
            "improvisation",
            "Improvisation",
            "Patches of warm and cool colour whirl around the middle under black curved lines.",
        ),
        Painting(
            "diagonals",
            "Diagonals",
            "Red and blue bars climb over cream, with triangles, discs and checkerboards.",
        ),
        Painting(
            "circles_in_squares",
            "Circles in squares",
            "Twelve squares in three rows, each with rings of contrasting colours.",
        ),
        Painting(
            "night_circles",
            "Night circles",
            "Translucent discs of many sizes on black around one large blue disc.",
        ),
        Painting(
            "poles",
            "Yellow, red, blue",
            "A yellow field with fine lines, a red wedge and a blue disc with a black serpent.",
        ),
        Painting(
            "on_white",
            "On white",
            "Two black spikes cross on a pale ground among splinters of bright colour.",
        ),
        Painting(
            "hills",
            "Village and hills",
            "Houses and trees below violet and blue mountains, in broad strokes of bold colour.",
        ),
    )
}
"""The pictures that ship, by name, in the order in which they are offered."""
