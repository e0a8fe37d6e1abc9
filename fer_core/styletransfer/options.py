"""What can be chosen for a style transfer, and what each choice costs."""

import math
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

from fer_core.errors import StyleError

Quality = Literal["draft", "standard", "high"]
Colours = Literal["painting", "matched", "photo"]
Pooling = Literal["average", "max"]
Start = Literal["photo", "noise"]

EVALUATIONS: dict[Quality, tuple[int, ...]] = {
    "draft": (40, 20, 10),
    "standard": (40, 20, 70, 20),
    "high": (80, 40, 140, 40),
}
"""Evaluations of the loss at the smallest level, at the next ones, and (the last) at each above.

The long run of standard and high is at the third level, about 256 px, or at the last where there
are fewer. At 256 px, 40, 20 and 70 end at a loss of 0.71 where 80, 40 and 20 ended at 0.83 for
two thirds of the time: the smaller levels only have to place the large shapes.
"""

_LONG_RUN = 3
"""Levels up to and with that of the long run."""

SMALLEST_SIZE, LARGEST_SIZE = 128, 768


@dataclass(frozen=True)
class StyleOptions:
    """How a photo is to be painted.

    Attributes:
        size: Longer side of the result, pixels, 128..768.
        quality: draft, standard or high: how many steps, and at high also how deep (block 5).
        balance: 0 keeps close to the photo, 1 gives all to the painting.
        style_scale: Size of the painting's strokes, 0.5..2; at 1 the painting is taken as large
            as the result.
        blend: Weights of several paintings, finite and not negative; empty takes them alike.
        colours: "painting" takes its colours; "matched" gives the painting the mean and the
            spread of the photo's colours first; "photo" transfers lightness only and keeps the
            photo's colours.
        face: 0..1, how firmly the faces are held to the photo.
        pooling: "average" (smoother, as the paper) or "max" (as VGG was trained).
        start: Begin from the "photo" or from "noise".
        smoothness: 0..10, how strongly total variation is held down; more removes speckle.
        seed: Of the noise.

    Raises:
        StyleError: If a value is out of its range; the message names it.
    """

    size: int = 256
    quality: Quality = "standard"
    balance: float = 0.5
    style_scale: float = 1.0
    blend: tuple[float, ...] = ()
    colours: Colours = "painting"
    face: float = 0.4
    pooling: Pooling = "average"
    start: Start = "photo"
    smoothness: float = 1.0
    seed: int = 0

    def __post_init__(self) -> None:
        for name, low, high in (
            ("size", SMALLEST_SIZE, LARGEST_SIZE),
            ("balance", 0, 1),
            ("style_scale", 0.5, 2),
            ("face", 0, 1),
            ("smoothness", 0, 10),
            ("seed", 0, 2**32 - 1),
        ):
            if not low <= getattr(self, name) <= high:
                raise StyleError(f"{name} must be {low} to {high}, not {getattr(self, name)}.")
        for name, kind in (
            ("quality", Quality),
            ("colours", Colours),
            ("pooling", Pooling),
            ("start", Start),
        ):
            if getattr(self, name) not in get_args(kind):
                allowed = ", ".join(get_args(kind))
                raise StyleError(f"{name} must be one of {allowed}, not {getattr(self, name)!r}.")
        if self.blend and not (min(self.blend) >= 0 and 0 < sum(self.blend) < math.inf):
            raise StyleError(
                "The weights of the paintings must be finite, not negative, and not all zero."
            )

    @property
    def style_weight(self) -> float:
        """Weight of the style against the content's 1: 3 at balance 0, 100 at 0.5, 3,162 at 1."""
        return float(10 ** (0.5 + 3 * self.balance))

    @property
    def variation_weight(self) -> float:
        """Weight of the total variation against the content's 1."""
        return 10 * self.smoothness

    @property
    def levels(self) -> tuple[tuple[int, int], ...]:
        """(longer side in pixels, evaluations) from coarse to fine: 128, 181, 256 ..."""
        sides = [float(self.size)]
        while sides[-1] / 2**0.5 >= SMALLEST_SIZE - 1:
            sides.append(sides[-1] / 2**0.5)
        counts = EVALUATIONS[self.quality]
        evaluations = [counts[min(level, len(counts) - 1)] for level in range(len(sides))]
        evaluations[-1] = max([evaluations[-1], *counts[len(sides) - 1 : _LONG_RUN]])
        return tuple(zip(map(round, reversed(sides)), evaluations, strict=True))

    @property
    def work(self) -> float:
        """Cost of the whole painting in evaluations of one megapixel."""
        return sum(side**2 * count for side, count in self.levels) / 1e6

    def as_dict(self) -> dict[str, Any]:
        """The options as plain values, for a picture's metadata."""
        return asdict(self)
