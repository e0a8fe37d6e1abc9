"""Where a face is."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

Point = tuple[float, float]


@dataclass(frozen=True)
class Square:
    """The turned square that a turned face fills as an upright one fills an upright square.

    Attributes:
        x: Column of its middle.
        y: Row of its middle.
        side: Pixels.
        degrees: By which it is turned clockwise.
    """

    x: float
    y: float
    side: float
    degrees: float


@dataclass(frozen=True)
class FaceBox:
    """A face's place in a picture, in whole pixels of that picture.

    Attributes:
        left: Column of its left edge.
        top: Row of its upper edge.
        width: Width, at least 1.
        height: Height, at least 1.
        score: The detector's confidence, 0..1; comparable only within one detector.
        landmarks: The person's right eye, left eye, tip of the nose, right and left corner of the
            mouth, as (x, y) in px; a face seen from the front has its right eye at the left. They
            may lie outside the picture. Empty where the detector knows none.
        detector: Key of the detector that found it; empty where none did.
        square: What to cut out, where the face is to be turned upright; the box stays the upright
            one about it.
    """

    left: int
    top: int
    width: int
    height: int
    score: float = 1.0
    landmarks: tuple[Point, ...] = ()
    detector: str = ""
    square: Square | None = None

    def __post_init__(self) -> None:
        if self.width < 1 or self.height < 1:
            raise ValueError(f"A face box of {self.width} x {self.height} px holds no face.")

    @property
    def right(self) -> int:
        """Column just beyond its right edge."""
        return self.left + self.width

    @property
    def bottom(self) -> int:
        """Row just beyond its lower edge."""
        return self.top + self.height

    @property
    def roll(self) -> float:
        """Degrees, -180..180, by which the face is turned clockwise; 0 without landmarks.

        From the middle of the eyes to that of the mouth and from eye to eye, the mean of both: a
        face turned sideways shortens the one, an open mouth bends neither.
        """
        if not self.landmarks:
            return 0.0
        (rx, ry), (lx, ly), _, (mx, my), (nx, ny) = self.landmarks
        across_x, across_y = lx - rx, ly - ry
        down_x, down_y = (mx + nx - rx - lx) / 2, (my + ny - ry - ly) / 2
        x, y = across_x + down_y, across_y - down_x
        return math.degrees(math.atan2(y, x))

    def scaled(self, factor: float) -> "FaceBox":
        """Returns where it is in the picture scaled by that factor."""
        left, top = round(self.left * factor), round(self.top * factor)
        width, height = round(self.width * factor), round(self.height * factor)
        landmarks = tuple((x * factor, y * factor) for x, y in self.landmarks)
        square = self.square
        if square is not None:
            x, y, side = (value * factor for value in (square.x, square.y, square.side))
            square = Square(x, y, side, square.degrees)
        return replace(
            self,
            left=left,
            top=top,
            width=max(1, width),
            height=max(1, height),
            landmarks=landmarks,
            square=square,
        )


def inside(
    left: float,
    top: float,
    right: float,
    bottom: float,
    score: float,
    width: int,
    height: int,
    landmarks: Sequence[Sequence[float]] = (),
    detector: str = "",
) -> FaceBox | None:
    """Returns the part of a box that lies in a picture of width x height, or None if none does.

    A box with a value that is no number, or is infinite, lies nowhere.
    """
    points = tuple((float(x), float(y)) for x, y in landmarks)
    values = (left, top, right, bottom, score, *(value for point in points for value in point))
    if not all(map(math.isfinite, values)):
        return None
    x0, x1 = (min(max(round(x), 0), width) for x in (left, right))
    y0, y1 = (min(max(round(y), 0), height) for y in (top, bottom))
    if x1 <= x0 or y1 <= y0:
        return None
    return FaceBox(x0, y0, x1 - x0, y1 - y0, float(score), points, detector)
