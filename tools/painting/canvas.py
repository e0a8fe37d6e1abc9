"""A canvas and a brush: outlines filled with pigment that has grain, clouds and darker edges.

Positions and lengths are fractions of the canvas's side: (0, 0) top left, (1, 1) bottom right.
Angles are degrees, clockwise from the right. Outlines are arrays (n, 2) of x, y.
"""

from collections.abc import Sequence
from itertools import pairwise

import cv2
import numpy as np

Point = tuple[float, float]

_SUBPIXEL_BITS = 4


def circle(centre: Point, radius: float, squeeze: float = 1.0, turn: float = 0.0) -> np.ndarray:
    """Returns an ellipse whose second axis is `squeeze` times the first, turned by `turn`."""
    return arc(centre, radius, 0, 360, squeeze, turn)


def arc(
    centre: Point,
    radius: float,
    start: float,
    end: float,
    squeeze: float = 1.0,
    turn: float = 0.0,
) -> np.ndarray:
    """Returns the open curve of an ellipse from angle `start` to `end`."""
    angles = np.radians(np.linspace(start, end, 120))
    curve = np.stack([np.cos(angles), squeeze * np.sin(angles)], axis=1) * radius
    turned: np.ndarray = curve @ _rotation(turn) + centre
    return turned


def polygon(*corners: Point) -> np.ndarray:
    """Returns straight sides between the corners, with points enough to be bent by a hand."""
    closed = np.array([*corners, corners[0]], float)
    return np.concatenate([np.linspace(a, b, 24, endpoint=False) for a, b in pairwise(closed)])


def bar(centre: Point, length: float, width: float, turn: float) -> np.ndarray:
    """Returns a rectangle around a centre, its length along the angle `turn`."""
    x, y = length / 2, width / 2
    corners = np.array([(-x, -y), (x, -y), (x, y), (-x, y)]) @ _rotation(turn) + centre
    return polygon(*(tuple(corner) for corner in corners))


def spline(*knots: Point) -> np.ndarray:
    """Returns a smooth open curve through the knots (Catmull-Rom)."""
    points = np.array([knots[0], *knots, knots[-1]], float)
    t = np.linspace(0, 1, 30)[:, None]
    pieces = [
        0.5
        * (
            2 * b
            + (c - a) * t
            + (2 * a - 5 * b + 4 * c - d) * t**2
            + (3 * b - a - 3 * c + d) * t**3
        )
        for a, b, c, d in zip(points, points[1:], points[2:], points[3:], strict=False)
    ]
    return np.concatenate(pieces)


def _rotation(turn: float) -> np.ndarray:
    cos, sin = np.cos(np.radians(turn)), np.sin(np.radians(turn))
    return np.array([(cos, sin), (-sin, cos)])


class Canvas:
    """A square picture that is painted on from back to front.

    Attributes:
        size: Side in pixels.
        random: Source of every irregularity; the same seed paints the same picture.
        pixels: float32 RGB of shape (size, size, 3), 0..1.
    """

    def __init__(self, size: int, ground: str, seed: int) -> None:
        self.size = size
        self.random = np.random.default_rng(seed)
        self._grain = np.random.default_rng(
            (seed, 1)
        )  # of its own: the hand is the same at any size
        self._clouds = self._noise(size / 6, size / 6) + 0.5 * self._noise(size / 25, size / 25)
        self._bristles = self._noise(size / 16, size / 250)
        self._weave = self._noise(size / 450, size / 450)
        self.pixels = np.tile(_rgb(ground), (size, size, 1))
        everywhere = np.ones((size, size), np.float32)
        self._lay(everywhere, (0, 0), _rgb(ground), _rgb(ground), turn=90, edge=0.0)

    def _noise(self, width: float, height: float) -> np.ndarray:
        """Returns smooth noise of about unit variance, its grains of that size in pixels.

        It is twice as long and wide as the canvas, so that each shape cuts its own window.
        """
        side = 2 * self.size
        grid = max(round(side / height), 2), max(round(side / width), 2)
        coarse = self._grain.standard_normal(grid).astype(np.float32)
        return cv2.resize(coarse, (side, side), interpolation=cv2.INTER_CUBIC)

    def _somewhere(self, noise: np.ndarray, height: int, width: int) -> np.ndarray:
        """Cuts a window out of the noise."""
        top, left = (self._grain.random(2) * self.size).astype(int)
        return noise[top : top + height, left : left + width]

    def fill(
        self,
        outline: np.ndarray,
        colour: str,
        to: str | None = None,
        turn: float = 90,
        opacity: float = 1.0,
        wobble: float = 0.006,
        soft: float = 0.0,
        edge: float = 0.25,
    ) -> None:
        """Fills an outline.

        Args:
            outline: Points of the outline, closed of itself.
            colour: "#rrggbb".
            to: Second colour, reached at the far side in the direction `turn`.
            turn: Direction of the gradient, degrees.
            opacity: 0..1; below 1 what lies beneath shines through, as in watercolour.
            wobble: How far a hand strays from the outline, as a fraction of its extent.
            soft: Blur of the border.
            edge: How much darker the pigment dries along the border, 0..1.
        """
        mask, corner = self._mask(self._by_hand(outline, wobble), soft)
        if mask.size:
            second = _rgb(to) if to else _rgb(colour)
            self._lay(mask * opacity, corner, _rgb(colour), second, turn, edge)

    def stroke(
        self,
        curve: np.ndarray,
        colour: str,
        width: float,
        taper: float = 0.0,
        opacity: float = 1.0,
        wobble: float = 0.004,
    ) -> None:
        """Draws a line along a curve, its ends thinned by `taper` (0: even, 1: to a point)."""
        curve = self._by_hand(curve, wobble)
        along = np.gradient(curve, axis=0)
        along /= np.maximum(np.linalg.norm(along, axis=1, keepdims=True), 1e-9)
        across = np.stack([-along[:, 1], along[:, 0]], axis=1)
        position = np.linspace(-1, 1, len(curve))[:, None]
        half = width / 2 * (1 - taper * position**2)
        outline = np.concatenate([curve + across * half, (curve - across * half)[::-1]])
        self.fill(outline, colour, opacity=opacity, wobble=0, edge=0.1)

    def rings(
        self, centre: Point, radius: float, colours: Sequence[str], wobble: float = 0.006
    ) -> None:
        """Paints discs within discs, from the outermost colour to the innermost."""
        for index, colour in enumerate(colours):
            part = radius * (1 - index / len(colours))
            disc = circle(centre, part, squeeze=self.random.uniform(0.93, 1.07))
            self.fill(disc, colour, wobble=wobble)

    def halo(self, centre: Point, radius: float, colour: str, opacity: float = 0.8) -> None:
        """Paints a glow that fades outwards and ends at twice the radius."""
        reach = arc(centre, 2 * radius, 0, 360)
        low, high = self._box(reach * self.size, margin=0)
        x, y = (
            (np.arange(a, b, dtype=np.float32) + 0.5) / self.size
            for a, b in zip(low, high, strict=True)
        )
        distance = np.hypot(x[None] - centre[0], y[:, None] - centre[1]) / (2 * radius)
        fade = np.clip(1 - distance**2, 0, 1) ** 3
        shade = _rgb(colour)
        self._lay(opacity * fade, (int(low[0]), int(low[1])), shade, shade, turn=90, edge=0.0)

    def finish(self) -> np.ndarray:
        """Returns the picture, uint8 RGB of shape (size, size, 3), with the canvas's weave."""
        lit = self.pixels * (1 + 0.02 * self._weave[: self.size, : self.size, None])
        return np.round(np.clip(lit, 0, 1) * 255).astype(np.uint8)

    def _by_hand(self, outline: np.ndarray, wobble: float) -> np.ndarray:
        """Bends an outline in a few slow waves, as no hand draws it twice alike."""
        if wobble <= 0:
            return outline
        spectrum = np.fft.rfft(self.random.standard_normal((len(outline), 2)), axis=0)
        spectrum *= np.exp(-((np.arange(len(spectrum)) / 3.5) ** 2))[:, None]
        bend = np.fft.irfft(spectrum, n=len(outline), axis=0)
        extent = float(np.ptp(outline, axis=0).max())
        return outline + wobble * extent * bend / max(float(bend.std()), 1e-9)

    def _box(self, points: np.ndarray, margin: float) -> tuple[np.ndarray, np.ndarray]:
        """Returns the corners (x, y) of the points' bounding box on the canvas, in pixels."""
        low = np.clip(np.floor(points.min(axis=0) - margin), 0, self.size).astype(int)
        high = np.clip(np.ceil(points.max(axis=0) + margin), 0, self.size).astype(int)
        return low, high

    def _mask(self, outline: np.ndarray, soft: float) -> tuple[np.ndarray, tuple[int, int]]:
        """Returns the outline's coverage 0..1 within its bounding box, and the box's corner."""
        points = outline * self.size - 0.5  # a pixel's middle has whole coordinates in OpenCV
        margin = 4 + 3 * soft * self.size
        low, high = self._box(points, margin)
        width, height = high - low
        mask = np.zeros((max(height, 0), max(width, 0)), np.uint8)
        if mask.size:
            fixed = np.round((points - low) * 2**_SUBPIXEL_BITS).astype(np.int32)
            cv2.fillPoly(mask, [fixed], 255, cv2.LINE_AA, shift=_SUBPIXEL_BITS)
            if soft:
                mask = cv2.GaussianBlur(mask, (0, 0), soft * self.size)
        return mask.astype(np.float32) / 255, (int(low[0]), int(low[1]))

    def _lay(
        self,
        coverage: np.ndarray,
        corner: tuple[int, int],
        first: np.ndarray,
        second: np.ndarray,
        turn: float,
        edge: float,
    ) -> None:
        """Lays pigment over the canvas where `coverage` says, its corner at (x, y) pixels."""
        height, width = coverage.shape
        place = np.s_[corner[1] : corner[1] + height, corner[0] : corner[0] + width]
        x = np.linspace(-0.5, 0.5, width, dtype=np.float32)[None]
        y = np.linspace(-0.5, 0.5, height, dtype=np.float32)[:, None]
        cos, sin = np.cos(np.radians(turn)), np.sin(np.radians(turn))
        blend = (x * float(cos) + y * float(sin)) / float(abs(cos) + abs(sin)) + 0.5
        clouds = self._somewhere(self._clouds, height, width)
        bristles = self._somewhere(self._bristles, height, width)
        blend = np.clip(blend + 0.06 * clouds, 0, 1)[..., None]
        pigment = first * (1 - blend) + second * blend
        light = 1 + 0.035 * clouds + 0.03 * bristles
        if edge:
            inside = cv2.GaussianBlur(coverage, (0, 0), self.size / 160)
            light *= 1 - edge * np.clip(coverage - inside, 0, 1)
        pigment = np.clip(pigment * light[..., None], 0, 1)
        self.pixels[place] += (pigment - self.pixels[place]) * coverage[..., None]


def _rgb(colour: str) -> np.ndarray:
    return np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)], np.float32) / 255
