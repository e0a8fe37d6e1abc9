"""Painting: the picture is changed, not the network, until it is both the photo and the painting.

Gatys, Ecker & Bethge (2016) with these deviations: it begins from the photo and not from noise,
and at 128 px, then continues at each size 1.41 times larger (as Gatys et al. 2017, "Controlling
Perceptual Factors in Neural Style Transfer", section 6): large strokes come cheaply, and the
larger sizes need few steps. L-BFGS as in the paper, held to 0..1.
Below high quality `block5_conv1` is left out of the style: to stop at block 4 halves the step.
"""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from fer_core.errors import StyleError
from fer_core.faces import FaceBox
from fer_core.styletransfer import colour
from fer_core.styletransfer.lbfgs import minimise
from fer_core.styletransfer.losses import Losses, Objective
from fer_core.styletransfer.network import (
    DEEP_STYLE_LAYER,
    STYLE_LAYERS,
    Network,
    load_network,
)
from fer_core.styletransfer.options import StyleOptions

_MEMORY = 5
"""Steps that L-BFGS remembers. Each takes 6.3 MB at 512 px; with ten, 256 px ended at a
loss of 0.818 for 0.827, and 512 px at 1.206 for 1.181."""

FACE_WEIGHT = 10.0
"""Content weight in the middle of a face at `face` = 1, against 1 elsewhere."""

LONGEST_STRIP = 8.0
"""Longer side over shorter side, above which deep layers see nothing."""

_NARROWEST = 16
"""Shorter side in pixels of which four poolings leave one place for the deep style layer."""

LARGEST_STYLE = 1024
"""Longer side in pixels beyond which a painting's features would take too much memory."""

OnStep = Callable[[float, np.ndarray, Losses], None]
"""Called after each evaluation with the fraction done (0..1), the best picture so far (uint8 RGB)
and the losses of the picture just tried; it may raise StopIteration to end the painting there."""


@dataclass(frozen=True)
class LossRecord:
    """The losses of one evaluation.

    Attributes:
        level: Longer side of the picture then, pixels.
        losses: As measured.
    """

    level: int
    losses: Losses


@dataclass(frozen=True, eq=False)
class StyleResult:
    """A finished painting, or how far it had come.

    Attributes:
        picture: uint8 RGB of shape (h, w, 3), its longer side `options.size`.
        history: One record for each evaluation.
        network: Title of the network that measured.
        options: As asked for.
        seconds: Wall-clock time.
        finished: False if it was stopped.
    """

    picture: np.ndarray
    history: tuple[LossRecord, ...]
    network: str
    options: StyleOptions
    seconds: float
    finished: bool


def stylize(
    photo: np.ndarray,
    paintings: Sequence[np.ndarray],
    options: StyleOptions | None = None,
    on_step: OnStep | None = None,
    faces: Sequence[FaceBox] = (),
    network: Network | None = None,
) -> StyleResult:
    """Paints a photo in the style of one or several paintings.

    On one machine the same arguments give the same picture to within 1 of 255 gray levels in the
    mean over all pixels: threads add up in no fixed order, and L-BFGS carries that on.

    Args:
        photo: uint8 RGB of shape (h, w, 3), or gray of shape (h, w).
        paintings: One or more pictures of the same kind, of any size.
        options: What is wanted.
        on_step: Told of each evaluation; may stop it.
        faces: Where faces are in the photo; they are held as `options.face` says.
        network: What measures; loaded if not given.

    Raises:
        StyleError: If a picture cannot be used, or the weights do not fit the paintings.
        DownloadError: If no network is available.
    """
    started = time.monotonic()
    options = options or StyleOptions()
    ours = _prepared(photo, "photo", options.size)
    theirs = [_prepared(painting, "painting", LARGEST_STYLE) for painting in paintings]
    blend = _shares(options.blend, len(theirs))
    if options.colours == "matched":
        theirs = [colour.match_colours(painting, ours) for painting in theirs]
    content, theirs = (
        (colour.luminance(ours), [colour.match_luminance(painting, ours) for painting in theirs])
        if options.colours == "photo"
        else (ours, theirs)
    )
    network = network or load_network()
    deep = (DEEP_STYLE_LAYER,) if options.quality == "high" else ()
    objective = Objective(
        network,
        (*STYLE_LAYERS, *deep),
        options.pooling,
        options.style_weight,
        options.variation_weight,
    )
    scale = ours.shape[1] / photo.shape[1]
    place = face_map(ours.shape[:2], [face.scaled(scale) for face in faces])
    place = 1 + FACE_WEIGHT * options.face * place

    painter = _Painter(objective, options, ours, on_step)
    for side, evaluations in options.levels:
        target = _fit(content, side)
        scaled = [_fit(painting, _style_side(painting, side, options)) for painting in theirs]
        objective.aim(target, scaled, blend, place)
        if not painter.paint(target, side, evaluations):
            break
    return StyleResult(
        painter.shown(),
        tuple(painter.history),
        network.title,
        options,
        time.monotonic() - started,
        painter.finished,
    )


class _Stopped(Exception):
    """Carries the wish to stop out of the optimiser."""


class _Painter:
    """Carries the picture from level to level."""

    def __init__(
        self,
        objective: Objective,
        options: StyleOptions,
        photo: np.ndarray,
        on_step: OnStep | None,
    ) -> None:
        self.objective = objective
        self.options = options
        self.photo = photo
        self.on_step = on_step
        self.history: list[LossRecord] = []
        self.finished = True
        self.best: np.ndarray | None = None
        self.done = 0.0

    def paint(self, target: np.ndarray, side: int, evaluations: int) -> bool:
        """Improves the picture at one size; returns whether to continue.

        Args:
            target: The photo at this size, float32 (h, w, 3), 0..1.
            side: Its longer side.
            evaluations: How often the loss may be measured.
        """
        from threadpoolctl import threadpool_limits

        start = self._start(target)
        lowest = np.inf
        cost = side**2 / 1e6 / self.options.work
        done_then = self.done + cost * evaluations

        def measure(picture: np.ndarray) -> tuple[float, np.ndarray]:
            nonlocal lowest
            losses, gradient = self.objective(picture)
            if not np.isfinite(losses.total):
                raise StyleError("The loss is not a number: these pictures cannot be painted.")
            if losses.total < lowest:
                lowest, self.best = losses.total, picture
            self.history.append(LossRecord(side, losses))
            self.done = min(self.done + cost, done_then)
            self._tell(losses)
            return losses.total, gradient

        self.best = start
        try:
            # The vectors are short for BLAS: with two threads it took 3.6 times longer.
            with threadpool_limits(1, user_api="blas"):
                minimise(measure, start, evaluations, _MEMORY)
        except _Stopped:
            self.finished = False
        self.done = done_then
        return self.finished

    def shown(self) -> np.ndarray:
        """Returns the best picture so far as it is to be seen, uint8 RGB."""
        assert self.best is not None
        picture = self.best
        if self.options.colours == "photo":
            picture = colour.with_colours_of(_resized(self.photo, *picture.shape[:2]), picture)
        return np.round(picture * 255).astype(np.uint8)

    def _start(self, target: np.ndarray) -> np.ndarray:
        if self.best is not None:
            return _resized(self.best, *target.shape[:2])
        if self.options.start == "noise":
            noise = np.random.default_rng(self.options.seed)
            return noise.uniform(0.3, 0.7, target.shape).astype(np.float32)
        return target

    def _tell(self, losses: Losses) -> None:
        if self.on_step is None:
            return
        try:
            self.on_step(min(self.done, 1.0), self.shown(), losses)
        except StopIteration as stop:
            raise _Stopped from stop


def face_map(shape: tuple[int, int], faces: Sequence[FaceBox]) -> np.ndarray:
    """Returns where faces are: 1 in the middle of each, fading to 0 outside its box.

    Args:
        shape: Height and width of the photo.
        faces: Boxes in the photo.

    Returns:
        float32 array of that shape, 0..1.
    """
    place = np.zeros(shape, np.float32)
    rows = np.arange(shape[0], dtype=np.float32)[:, None] + 0.5
    columns = np.arange(shape[1], dtype=np.float32)[None] + 0.5
    for face in faces:
        x = (columns - face.left - face.width / 2) / (0.62 * face.width)
        y = (rows - face.top - face.height / 2) / (0.70 * face.height)
        place = np.maximum(place, np.exp(-((x**2 + y**2) ** 2)))
    return place


def _prepared(picture: np.ndarray, kind: str, longest: int) -> np.ndarray:
    """Returns a picture as float32 RGB, 0..1, shrunk to `longest` pixels if it is longer.

    Raises:
        StyleError: If it cannot be used.
    """
    if picture.dtype != np.uint8 or picture.ndim not in (2, 3) or picture.size == 0:
        raise StyleError(f"The {kind} must be a picture of 8 bits, RGB or gray.")
    if picture.ndim == 2:
        picture = cv2.cvtColor(picture, cv2.COLOR_GRAY2RGB)
    if picture.shape[2] != 3:
        raise StyleError(f"The {kind} must have three channels, red, green and blue.")
    height, width = picture.shape[:2]
    if max(height, width) > LONGEST_STRIP * min(height, width):
        raise StyleError(f"The {kind} is too long a strip ({width} × {height}). Crop it.")
    small = _fit(picture, longest) if max(height, width) > longest else picture
    return small.astype(np.float32) / 255


def _shares(blend: tuple[float, ...], paintings: int) -> tuple[float, ...]:
    """Returns the weights of the paintings, summing to 1."""
    if paintings == 0:
        raise StyleError("Choose a painting.")
    if blend and len(blend) != paintings:
        raise StyleError(f"There are {paintings} paintings but {len(blend)} weights for them.")
    weights = np.array(blend or (1.0,) * paintings)
    return tuple(float(weight) for weight in weights / weights.sum())


def _style_side(painting: np.ndarray, side: int, options: StyleOptions) -> int:
    """Returns the longer side at which a painting is looked at where the photo has `side`."""
    shape = painting.shape[:2]
    wished = min(round(side * options.style_scale), LARGEST_STYLE)
    result: int = max(wished, math.ceil(_NARROWEST * max(shape) / min(shape)))
    return result


def _fit(picture: np.ndarray, side: int) -> np.ndarray:
    """Returns the picture with its longer side of that length."""
    height, width = picture.shape[:2]
    scale = side / max(height, width)
    return _resized(picture, max(round(height * scale), 1), max(round(width * scale), 1))


def _resized(picture: np.ndarray, height: int, width: int) -> np.ndarray:
    smaller = height < picture.shape[0]
    method = cv2.INTER_AREA if smaller else cv2.INTER_CUBIC
    resized = cv2.resize(picture, (width, height), interpolation=method)
    return np.clip(resized, 0, 1) if resized.dtype == np.float32 else resized
