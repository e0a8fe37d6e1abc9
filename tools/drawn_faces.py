"""Draws the faces that Dataset shows where FER2013 is not there: seven people, seven emotions each.

    python tools/drawn_faces.py

Lines and ovals only, in gray, 48 x 48 as FER2013's: they show what the dataset is like, and no
figure ever comes from them.
"""

from dataclasses import dataclass
from math import cos, pi, sin

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from fer_core.common.files import write_arrays
from fer_core.dataset.drawn import DRAWN
from fer_core.emotions import EMOTIONS
from fer_core.images import FACE_SIZE

_UNIT = 8
"""Pixels drawn for each that is kept."""


@dataclass(frozen=True)
class Person:
    """Looks that stay: grays 0..255, lengths in pixels of the 48."""

    skin: int
    hair: int
    ground: int
    wide: float
    tall: float
    style: str
    eyes: float = 8.5
    nose: float = 5.0
    beard: int = 0
    glasses: bool = False
    lines: bool = False


PEOPLE = (
    Person(205, 60, 120, 14.5, 19.0, "short"),
    Person(120, 25, 175, 14.0, 19.5, "curls", eyes=9.0, nose=6.0),
    Person(225, 170, 90, 13.5, 18.5, "long", eyes=8.0, nose=4.0),
    Person(165, 40, 200, 15.5, 19.0, "bald", beard=60, nose=6.0),
    Person(190, 225, 70, 14.5, 19.0, "bun", glasses=True, lines=True),
    Person(90, 15, 150, 14.5, 20.0, "cropped", eyes=9.0, nose=6.5, beard=20),
    Person(215, 95, 140, 15.0, 18.0, "fringe", eyes=9.0, nose=3.5),
)


@dataclass(frozen=True)
class Expression:
    """What an emotion does to a face: lengths in pixels of the 48.

    Attributes:
        inner: How much the brows' inner ends rise.
        outer: Likewise the outer ends.
        lids: How far the eyes are open.
        smile: How much the mouth's corners rise.
        gape: How far it is open.
        width: Half its width.
        wrinkled: Whether the nose is.
        teeth: Whether they show.
        is_round: Whether the mouth is.
    """

    inner: float
    outer: float
    lids: float
    smile: float
    gape: float
    width: float
    wrinkled: bool = False
    teeth: bool = False
    is_round: bool = False


EXPRESSIONS = {
    "angry": Expression(-2.2, 1.2, 1.7, -1.4, 0.9, 5.0, teeth=True),
    "disgust": Expression(-1.4, -0.2, 1.3, -2.0, 0.8, 4.6, wrinkled=True),
    "fear": Expression(2.4, -0.2, 3.1, -0.9, 2.2, 4.6, teeth=True),
    "happy": Expression(0.3, 0.2, 1.5, 3.0, 2.4, 6.4, teeth=True),
    "sad": Expression(1.9, -1.3, 1.6, -2.2, 0.0, 4.4),
    "surprise": Expression(2.0, 1.8, 3.3, 0.0, 3.6, 2.6, is_round=True),
    "neutral": Expression(0.0, 0.0, 2.1, 0.1, 0.0, 4.8),
}


def draw(person: Person, expression: Expression, rng: np.random.Generator) -> np.ndarray:
    """Returns one face, uint8 of shape (48, 48)."""
    picture = Image.new("L", (FACE_SIZE * _UNIT,) * 2, person.ground)
    pen = _Pen(ImageDraw.Draw(picture), 24 + rng.uniform(-1, 1), 25 + rng.uniform(-0.7, 0.7))
    _behind(pen, person)
    pen.oval(0, 23, 7, 8, person.skin - 25)  # the neck
    pen.oval(0, 0, person.wide, person.tall, person.skin)
    for side in (-1, 1):
        pen.oval(side * person.wide, 1, 2.0, 3.5, person.skin - 12)
    if person.beard:
        pen.cap(0, 4, person.wide - 0.5, person.tall - 4.5, person.beard, upper=False)
        pen.oval(0, 5, person.wide - 3.5, 4.5, person.skin)
    _hair(pen, person)
    _eyes(pen, person, expression)
    _nose(pen, person, expression)
    _mouth(pen, person, expression)
    turned = picture.rotate(rng.uniform(-6, 6), Image.Resampling.BICUBIC, fillcolor=person.ground)
    shaded = np.asarray(turned.filter(ImageFilter.GaussianBlur(_UNIT / 3)), np.float32)
    light = np.linspace(1.1, 0.86, shaded.shape[1])[None, :: int(rng.choice([-1, 1]))]
    small = Image.fromarray(np.clip(shaded * light, 0, 255).astype(np.uint8))
    small = small.resize((FACE_SIZE, FACE_SIZE), Image.Resampling.BOX)
    grain = rng.normal(0, 3, (FACE_SIZE, FACE_SIZE))
    return np.clip(np.asarray(small) + grain, 0, 255).astype(np.uint8)


class _Pen:
    """Draws in pixels of the 48, from the middle of the face."""

    def __init__(self, pen: ImageDraw.ImageDraw, x: float, y: float) -> None:
        self._pen, self._x, self._y = pen, x, y

    def _at(self, x: float, y: float) -> tuple[float, float]:
        return (self._x + x) * _UNIT, (self._y + y) * _UNIT

    def oval(self, x: float, y: float, wide: float, tall: float, gray: int) -> None:
        self._pen.ellipse((*self._at(x - wide, y - tall), *self._at(x + wide, y + tall)), gray)

    def cap(self, x: float, y: float, wide: float, tall: float, gray: int, upper: bool) -> None:
        """The upper or lower half of an oval."""
        start = 180 if upper else 0
        corners = (*self._at(x - wide, y - tall), *self._at(x + wide, y + tall))
        self._pen.pieslice(corners, start, start + 180, gray)

    def line(self, points: list[tuple[float, float]], gray: int, thick: float) -> None:
        placed = [self._at(*point) for point in points]
        self._pen.line(placed, gray, round(thick * _UNIT), joint="curve")

    def shape(self, points: list[tuple[float, float]], gray: int) -> None:
        self._pen.polygon([self._at(*point) for point in points], gray)

    def ring(self, x: float, y: float, size: float, gray: int) -> None:
        corners = (*self._at(x - size, y - size), *self._at(x + size, y + size))
        self._pen.ellipse(corners, outline=gray, width=round(0.7 * _UNIT))


def _behind(pen: _Pen, person: Person) -> None:
    if person.style == "long":
        pen.oval(0, 5, person.wide + 4, person.tall + 5, person.hair)
    elif person.style == "curls":
        for step in range(16):
            angle = pi + step * pi / 15
            pen.oval(17 * cos(angle), 17 * sin(angle) - 1, 5, 5, person.hair)
    elif person.style == "bun":
        pen.oval(0, -22, 5.5, 5, person.hair)


def _hair(pen: _Pen, person: Person) -> None:
    wide, tall = person.wide, person.tall
    if person.style in ("short", "bun", "cropped"):
        low = {"short": 11, "bun": 11, "cropped": 12}[person.style]
        pen.cap(0, -low + 2, wide + 0.8, tall - low + 3, person.hair, upper=True)
    elif person.style == "curls":
        for step in range(9):
            pen.oval(-12 + 3 * step, -15 - 2.5 * sin(step * pi / 8), 3.6, 3.4, person.hair)
    elif person.style == "fringe":
        pen.cap(0, -8, wide + 1.5, tall - 6, person.hair, upper=True)
        pen.line([(-wide - 0.5, -6), (-wide - 0.8, 8)], person.hair, 3)
        pen.line([(wide + 0.5, -6), (wide + 0.8, 8)], person.hair, 3)
    elif person.style == "long":
        pen.cap(0, -8, wide + 1.5, tall - 7, person.hair, upper=True)
        pen.shape([(-1, -17), (-8, -7.4), (8, -7.4)], person.skin)
    if person.lines:
        for row in (-10.5, -8.8):
            pen.line([(-5, row), (0, row - 0.5), (5, row)], person.skin - 35, 0.5)


def _eyes(pen: _Pen, person: Person, expression: Expression) -> None:
    dark = min(person.hair, 70)
    for side in (-1, 1):
        x = side * person.eyes * 0.82
        pen.oval(x, -2.5, 3.3, expression.lids, 240)
        pen.oval(x, -2.5, 1.5, min(1.6, expression.lids), 25)
        lid = [(x + 3.4 * cos(a), -2.5 - expression.lids * sin(a)) for a in np.linspace(0, pi, 9)]
        pen.line(lid, max(person.skin - 110, 10), 0.8)
        brow = -6.3
        inner, outer = (
            (x - side * 3.2, brow - expression.inner),
            (x + side * 3.8, brow - expression.outer),
        )
        middle = (x + side * 0.6, brow - 0.7 - (expression.inner + expression.outer) / 2)
        pen.line([inner, middle, outer], dark, 1.5)
        if person.glasses:
            pen.ring(x, -2.3, 4.8, 45)
        if person.lines:
            pen.line(
                [(x - side * 2.5, 2.2), (x, 2.9), (x + side * 2.5, 2.2)], person.skin - 30, 0.5
            )
    if person.glasses:
        pen.line([(-2.3, -2.8), (2.3, -2.8)], 45, 0.7)


def _nose(pen: _Pen, person: Person, expression: Expression) -> None:
    shade = person.skin - 45
    tip = person.nose
    pen.line([(-0.8, -1), (-1.6, tip - 1), (-2.2, tip + 0.6)], shade + 12, 0.7)
    pen.line([(-2.4, tip + 0.6), (0, tip + 1.6), (2.4, tip + 0.6)], shade, 0.9)
    if expression.wrinkled:
        for side in (-1, 1):
            for row in (-3.5, -2.0, -0.6):
                pen.line([(side * 0.6, row), (side * 2.6, row - 1.1)], shade - 10, 0.7)
            pen.line([(side * 3, tip), (side * 6.5, tip + 4.5)], shade, 0.7)


def _mouth(pen: _Pen, person: Person, expression: Expression) -> None:
    y, lip = 11.5, person.skin - 80 if person.skin > 150 else person.skin + 35
    if expression.is_round:
        pen.oval(0, y + 1, expression.width + 0.6, expression.gape + 0.6, lip)
        pen.oval(0, y + 1, expression.width - 0.3, expression.gape - 0.3, 25)
        return
    across = np.linspace(-1, 1, 17)
    # Corners go up and down; the middle stays, and the lower lip falls with an open mouth.
    curve = y - expression.smile * (across**2 - 0.35)
    x = expression.width * across
    if expression.gape:
        low = curve + expression.gape * 1.7 * (1 - across**2)
        upper, lower = list(zip(x, curve, strict=True)), list(zip(x, low, strict=True))
        pen.shape([*upper, *lower[::-1]], 30)
        if expression.teeth:
            deep = curve + np.minimum(1.3, expression.gape * 0.9) * (1 - across**4)
            pen.shape([*upper, *list(zip(x, deep, strict=True))[::-1]], 235)
        pen.line(lower, lip, 1.1)
    pen.line(list(zip(x, curve, strict=True)), lip, 1.1)


def faces() -> tuple[np.ndarray, np.ndarray]:
    """Returns the pictures, uint8 (49, 48, 48), and their labels, emotion by emotion."""
    rng = np.random.default_rng(7)
    pictures = [draw(who, EXPRESSIONS[name], rng) for name in EMOTIONS for who in PEOPLE]
    return np.stack(pictures), np.repeat(np.arange(len(EMOTIONS), dtype=np.uint8), len(PEOPLE))


if __name__ == "__main__":
    pictures, labels = faces()
    write_arrays(DRAWN, images=pictures, labels=labels)
