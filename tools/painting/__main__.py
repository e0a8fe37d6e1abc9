"""`python -m tools.painting`: paints the pictures that ship again and writes them."""

from collections.abc import Callable

import numpy as np
from PIL import Image

from fer_core.common.files import replacing
from fer_core.styletransfer.paintings import PAINTINGS
from tools.painting import compositions
from tools.painting.canvas import Canvas

SIZE = 1024
"""Side of the pictures, pixels."""

QUALITY = 90
"""Of WebP: 60 to 170 kB a picture, and no stroke looks different."""

COMPOSITIONS: dict[str, tuple[str, Callable[[Canvas], None]]] = {
    "improvisation": ("#efe6d2", compositions.improvisation),
    "diagonals": ("#ecd9ae", compositions.diagonals),
    "circles_in_squares": ("#e9dcc3", compositions.circles_in_squares),
    "night_circles": ("#15131f", compositions.night_circles),
    "poles": ("#eee3c6", compositions.poles),
    "on_white": ("#f2efe6", compositions.on_white),
    "hills": ("#e9c88a", compositions.hills),
}
"""Colour of the primed canvas and what is painted on it, by the painting's name."""


def paint(name: str, size: int = SIZE, seed: int = 0) -> np.ndarray:
    """Returns one of the pictures, painted again.

    Each composition is fixed; the seed moves the hand, the pigment's grain and the small choices.

    Args:
        name: Key of `COMPOSITIONS`.
        size: Side in pixels, at least 32.
        seed: The same seed gives the same picture.

    Returns:
        uint8 RGB of shape (size, size, 3).
    """
    ground, compose = COMPOSITIONS[name]
    canvas = Canvas(size, ground, seed)
    compose(canvas)
    return canvas.finish()


def main() -> None:
    """Writes every picture."""
    for name, painting in PAINTINGS.items():
        with replacing(painting.path) as part:
            Image.fromarray(paint(name)).save(part, quality=QUALITY, method=6)
        print(painting.path)


if __name__ == "__main__":
    main()
