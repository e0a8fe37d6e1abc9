"""Pictures without a face, drawn by code: what faces are laid into, and what must not be one."""

from collections.abc import Callable

import cv2
import numpy as np

Generator = np.random.Generator


def scene(number: int, width: int = 640, height: int = 480) -> np.ndarray:
    """Returns the scene of that number, uint8 RGB (height, width, 3); its kind repeats every ten.

    Args:
        number: From 0; the same number gives the same picture.
        width: Pixels.
        height: Pixels.
    """
    kinds = tuple(KINDS.values())
    picture = kinds[number % len(kinds)](np.random.default_rng(number), width, height)
    result: np.ndarray = np.clip(picture, 0, 255).astype(np.uint8)
    return result


def _colour(rng: Generator) -> np.ndarray:
    """A muted colour: a gray of 40..215, each channel up to 40 from it."""
    return rng.uniform(40, 215) + rng.uniform(-40, 40, 3)


def _pen(rng: Generator) -> tuple[float, ...]:
    return tuple(_colour(rng).tolist())


def _wall(rng: Generator, width: int, height: int) -> np.ndarray:
    """Light that falls off from one corner, and plaster."""
    x, y = np.meshgrid(np.linspace(0, 1, width), np.linspace(0, 1, height))
    share = (x * rng.uniform() + y * rng.uniform())[..., None] / 2
    return _colour(rng) * (1 - share) + _colour(rng) * share + rng.normal(0, 4, (height, width, 1))


def _clouds(rng: Generator, width: int, height: int) -> np.ndarray:
    """Noise of every scale, the coarser the stronger."""
    share = np.zeros((height, width))
    for cells in (2, 4, 8, 16, 32):
        grid = rng.uniform(-1, 1, (cells, cells))
        share += cv2.resize(grid, (width, height), interpolation=cv2.INTER_CUBIC) / cells
    share = (share - share.min()) / np.ptp(share)
    result: np.ndarray = _colour(rng) * share[..., None] + _colour(rng) * (1 - share[..., None])
    return result


def _stripes(rng: Generator, width: int, height: int) -> np.ndarray:
    """Curtains: soft stripes at any angle."""
    x, y = np.meshgrid(np.arange(width), np.arange(height))
    angle, length = rng.uniform(0, np.pi), rng.uniform(8, 80)
    share = (1 + np.sin((x * np.cos(angle) + y * np.sin(angle)) * 2 * np.pi / length)) / 2
    result: np.ndarray = _colour(rng) * share[..., None] + _colour(rng) * (1 - share[..., None])
    return result


def _tiles(rng: Generator, width: int, height: int) -> np.ndarray:
    """A chequered floor, each tile a little its own."""
    side = int(rng.integers(12, 90))
    rows, columns = height // side + 1, width // side + 1
    odd = (np.add.outer(np.arange(rows), np.arange(columns)) % 2)[..., None]
    tiles = np.where(odd, _colour(rng), _colour(rng)) + rng.normal(0, 8, (rows, columns, 1))
    return tiles.repeat(side, axis=0).repeat(side, axis=1)[:height, :width]


def _bricks(rng: Generator, width: int, height: int) -> np.ndarray:
    picture = np.full((height, width, 3), _colour(rng))
    brick, long = _colour(rng), int(rng.integers(40, 120))
    high = long // 3
    for row, top in enumerate(range(0, height, high)):
        for left in range(-(row % 2) * long // 2, width, long):
            colour = tuple((brick + rng.normal(0, 10)).tolist())
            cv2.rectangle(
                picture, (left + 2, top + 2), (left + long - 2, top + high - 2), colour, -1
            )
    return picture + rng.normal(0, 5, (height, width, 1))


def _leaves(rng: Generator, width: int, height: int) -> np.ndarray:
    picture = np.full((height, width, 3), _colour(rng))
    for _ in range(500):
        middle = (int(rng.integers(width)), int(rng.integers(height)))
        axes = (int(rng.integers(4, 40)), int(rng.integers(3, 15)))
        angle = float(rng.uniform(0, 360))
        cv2.ellipse(picture, middle, axes, angle, 0, 360, _pen(rng), -1, cv2.LINE_AA)
    return picture


def _houses(rng: Generator, width: int, height: int) -> np.ndarray:
    """House fronts with rows of windows."""
    picture = np.full((height, width, 3), _colour(rng))
    left = 0
    while left < width:
        wide, top = int(rng.integers(60, 200)), int(rng.integers(0, height // 2))
        cv2.rectangle(picture, (left, top), (left + wide, height), _pen(rng), -1)
        pane, step = _pen(rng), int(rng.integers(18, 45))
        for y in range(top + step // 2, height, step):
            for x in range(left + step // 2, left + wide - step // 2, step):
                cv2.rectangle(picture, (x, y), (x + step // 2, y + step // 2), pane, -1)
        left += wide
    return picture


def _lights(rng: Generator, width: int, height: int) -> np.ndarray:
    """Lamps out of focus at night: discs and rings."""
    picture = np.full((height, width, 3), _colour(rng) / 3)
    for _ in range(60):
        middle = (int(rng.integers(width)), int(rng.integers(height)))
        filled = -1 if rng.uniform() < 0.7 else 3
        cv2.circle(picture, middle, int(rng.integers(4, 50)), _pen(rng), filled, cv2.LINE_AA)
    return cv2.GaussianBlur(picture, (0, 0), 2)


def _shelves(rng: Generator, width: int, height: int) -> np.ndarray:
    """Books and round things on shelves."""
    picture = np.full((height, width, 3), _colour(rng) / 2)
    shelf = int(rng.integers(70, 140))
    for bottom in range(shelf, height + shelf, shelf):
        left = 0
        while left < width:
            wide, high = int(rng.integers(8, 50)), int(rng.integers(shelf // 3, shelf - 8))
            if rng.uniform() < 0.15:
                middle = (left + wide // 2, bottom - 6 - wide // 2)
                cv2.circle(picture, middle, wide // 2, _pen(rng), -1, cv2.LINE_AA)
            else:
                corner = (left + wide - 2, bottom - 6)
                cv2.rectangle(picture, (left, bottom - 6 - high), corner, _pen(rng), -1)
            left += wide
    return picture


def _letters(rng: Generator, width: int, height: int) -> np.ndarray:
    """A page of letters and signs in several sizes."""
    picture = np.full((height, width, 3), 255 - _colour(rng) / 4)
    signs = [chr(code) for code in range(33, 127)]
    for _ in range(160):
        text = "".join(rng.choice(signs, 6))
        place = (int(rng.integers(-40, width)), int(rng.integers(height)))
        size, pen = float(rng.uniform(0.4, 3)), _pen(rng)
        cv2.putText(picture, text, place, int(rng.integers(8)), size, pen, 2, cv2.LINE_AA)
    return picture


KINDS: dict[str, Callable[[Generator, int, int], np.ndarray]] = {
    "wall": _wall,
    "clouds": _clouds,
    "stripes": _stripes,
    "tiles": _tiles,
    "bricks": _bricks,
    "leaves": _leaves,
    "houses": _houses,
    "lights": _lights,
    "shelves": _shelves,
    "letters": _letters,
}
"""Each draws floats of shape (height, width, 3), or (height, width, 1) wide."""
