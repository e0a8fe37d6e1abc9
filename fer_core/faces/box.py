"""Where a face is."""

from dataclasses import dataclass


@dataclass(frozen=True)
class FaceBox:
    """A face's place in a picture, in whole pixels of that picture.

    Attributes:
        left: Column of its left edge.
        top: Row of its upper edge.
        width: Width, at least 1.
        height: Height, at least 1.
        score: The detector's confidence, 0..1; comparable only within one detector.
    """

    left: int
    top: int
    width: int
    height: int
    score: float = 1.0

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

    def scaled(self, factor: float) -> "FaceBox":
        """Returns where it is in the picture scaled by that factor."""
        left, top = round(self.left * factor), round(self.top * factor)
        width, height = round(self.width * factor), round(self.height * factor)
        return FaceBox(left, top, max(1, width), max(1, height), self.score)


def inside(
    left: float, top: float, right: float, bottom: float, score: float, width: int, height: int
) -> FaceBox | None:
    """Returns the part of a box that lies in a picture of width x height, or None if none does."""
    x0, x1 = (min(max(round(x), 0), width) for x in (left, right))
    y0, y1 = (min(max(round(y), 0), height) for y in (top, bottom))
    if x1 <= x0 or y1 <= y0:
        return None
    return FaceBox(x0, y0, x1 - x0, y1 - y0, float(score))
