"""Abstract pictures in the style of Kandinsky, painted here stroke by stroke.

They ship instead of photographs of paintings: no museum's picture is copied. Each composition is
fixed; the seed moves the hand, the pigment's grain and the small choices.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from fer_core.errors import StyleError
from fer_core.styletransfer import compositions
from fer_core.styletransfer.canvas import Canvas

SIZE = 1024
"""Side of the pictures, pixels."""


@dataclass(frozen=True)
class Painting:
    """One picture that ships.

    Attributes:
        name: Key, as typed on the command line.
        title: As people read it.
        description: What is to be seen, for those who cannot see it.
        ground: Colour of the primed canvas.
        compose: Paints it on a canvas.
    """

    name: str
    title: str
    description: str
    ground: str
    compose: Callable[[Canvas], None]


def paint(name: str, size: int = SIZE, seed: int = 0) -> np.ndarray:
    """Paints one of the pictures that ship.

    Args:
        name: Key of `PAINTINGS`.
        size: Side in pixels, at least 32.
        seed: The same seed gives the same picture.

    Returns:
        uint8 RGB of shape (size, size, 3).

    Raises:
        StyleError: If there is no such painting.
    """
    if name not in PAINTINGS:
        raise StyleError(f"There is no painting “{name}”; there are {', '.join(PAINTINGS)}.")
    painting = PAINTINGS[name]
    canvas = Canvas(size, painting.ground, seed)
    painting.compose(canvas)
    return canvas.finish()


PAINTINGS: dict[str, Painting] = {
    painting.name: painting
    for painting in (
        Painting(
            "improvisation",
            "Improvisation",
            "Patches of warm and cool colour whirl around the middle under black curved lines.",
            "#efe6d2",
            compositions.improvisation,
        ),
        Painting(
            "diagonals",
            "Diagonals",
            "Red and blue bars climb over cream, with triangles, discs and checkerboards.",
            "#ecd9ae",
            compositions.diagonals,
        ),
        Painting(
            "circles_in_squares",
            "Circles in squares",
            "Twelve squares in three rows, each with rings of contrasting colours.",
            "#e9dcc3",
            compositions.circles_in_squares,
        ),
        Painting(
            "night_circles",
            "Night circles",
            "Translucent discs of many sizes on black around one large blue disc.",
            "#15131f",
            compositions.night_circles,
        ),
        Painting(
            "poles",
            "Yellow, red, blue",
            "A yellow field with fine lines, a red wedge and a blue disc with a black serpent.",
            "#eee3c6",
            compositions.poles,
        ),
        Painting(
            "on_white",
            "On white",
            "Two black spikes cross on a pale ground among splinters of bright colour.",
            "#f2efe6",
            compositions.on_white,
        ),
        Painting(
            "hills",
            "Village and hills",
            "Houses and trees below violet and blue mountains, in broad strokes of bold colour.",
            "#e9c88a",
            compositions.hills,
        ),
    )
}
"""The pictures that ship, by name, in the order in which they are offered."""
