"""The catalogue: every operation with its title, its group and the ranges of its settings."""

import difflib
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from fer_core.errors import PipelineError
from fer_core.imageops import edges, geometry, haar, noise, smoothing, text, tone
from fer_core.imageops.parameters import (
    Choice,
    Colour,
    Number,
    Parameter,
    Switch,
    Words,
    listed,
)


@dataclass(frozen=True)
class Operation:
    """A function of a picture, as pages and pipelines know it.

    Attributes:
        title: What people read.
        group: Operations are offered by group.
        function: Takes the picture and the settings by name; its defaults are the settings'.
        parameters: The settings and what they may be.
        sets_size: Whether its result has a size of its own, whatever the size before.
    """

    title: str
    group: str
    function: Callable[..., np.ndarray]
    parameters: tuple[Parameter, ...] = ()
    sets_size: bool = False

    @property
    def name(self) -> str:
        """Name of the function, which is also the name in a pipeline's file."""
        return self.function.__name__

    @property
    def defaults(self) -> dict[str, Any]:
        """Settings that are used where none are given."""
        arguments = inspect.signature(self.function).parameters
        return {parameter.name: arguments[parameter.name].default for parameter in self.parameters}

    @property
    def summary(self) -> str:
        """First sentence of the function's docstring."""
        return (self.function.__doc__ or "").split("\n\n")[0]

    def check(self, settings: dict[str, Any]) -> dict[str, Any]:
        """Returns complete settings: those given, checked, and the defaults of the others.

        Raises:
            PipelineError: If a setting is unknown or not what it may be.
        """
        known = {parameter.name: parameter for parameter in self.parameters}
        unknown = [name for name in settings if name not in known]
        if unknown:
            options = f"it has {listed(known)}" if known else "it has none"
            raise PipelineError(f"{self.title} has no setting {listed(unknown)}; {options}.")
        given = self.defaults | settings
        try:
            return {name: known[name].check(given[name]) for name in known}
        except PipelineError as error:
            raise PipelineError(f"{self.title}: {error}") from error


COLOUR, BLUR, EDGES, SHAPE, NOISE, DRAW = (
    "Colour and tone",
    "Blur and sharpen",
    "Edges and thresholds",
    "Size and position",
    "Noise",
    "Text and faces",
)
_SIGMA = Number("sigma", "Sigma", 0.1, 15.0, 0.1, "px", length=True)
_SEED = Number("seed", "Seed", 0, 9999, 1)
HAAR_PARAMETERS = (
    Choice("cascade", "Cascade", tuple(haar.CASCADES)),
    Number("scale_factor", "Scale factor", 1.01, 2.0, 0.01),
    Number("min_neighbors", "Minimum neighbours", 0, 50, 1),
    Number("min_size", "Minimum size", 1, 500, 1, "px"),
    Number("longest_side", "Searched at", 50, 1200, 10, "px"),
)

_ALL = (
    Operation("Grayscale", COLOUR, tone.grayscale),
    Operation(
        "Brightness and contrast",
        COLOUR,
        tone.brightness_contrast,
        (
            Number("brightness", "Brightness", -255.0, 255.0, 1.0),
            Number("contrast", "Contrast", 0.0, 3.0, 0.05, "×"),
        ),
    ),
    Operation("Gamma", COLOUR, tone.gamma_correction, (Number("gamma", "Gamma", 0.1, 5.0, 0.1),)),
    Operation("Equalise histogram", COLOUR, tone.equalize_histogram),
    Operation(
        "CLAHE",
        COLOUR,
        tone.clahe,
        (
            Number("clip_limit", "Clip limit", 1.0, 40.0, 0.5),
            Number("tiles", "Tiles per side", 1, 32, 1),
        ),
    ),
    Operation("Gaussian blur", BLUR, smoothing.gaussian_blur, (_SIGMA,)),
    Operation(
        "Box blur",
        BLUR,
        smoothing.box_blur,
        (Number("size", "Side", 1, 99, 2, "px", length=True, odd=True),),
    ),
    Operation(
        "Median blur",
        BLUR,
        smoothing.median_blur,
        (Number("size", "Side", 1, 31, 2, "px", length=True, odd=True),),
    ),
    Operation(
        "Bilateral filter",
        BLUR,
        smoothing.bilateral_filter,
        (
            Number("diameter", "Diameter", 1, 7, 2, "px", length=True, odd=True),
            Number("sigma_colour", "Sigma of gray values", 1.0, 200.0, 1.0),
            Number("sigma_space", "Sigma", 0.1, 30.0, 0.1, "px", length=True),
        ),
    ),
    Operation(
        "Sharpen", BLUR, smoothing.sharpen, (Number("amount", "Amount", 0.0, 5.0, 0.1), _SIGMA)
    ),
    Operation(
        "Canny edges",
        EDGES,
        edges.canny,
        (
            Number("low", "Edges continue from", 0.0, 1000.0, 5.0),
            Number("high", "Edges start from", 0.0, 1000.0, 5.0),
        ),
    ),
    Operation("Sobel edges", EDGES, edges.sobel),
    Operation("Threshold", EDGES, edges.threshold, (Number("level", "Level", 0, 255, 1),)),
    Operation("Otsu's threshold", EDGES, edges.otsu_threshold),
    Operation(
        "Adaptive threshold",
        EDGES,
        edges.adaptive_threshold,
        (
            Number("size", "Neighbourhood", 3, 199, 2, "px", length=True, odd=True),
            Number("offset", "Offset", -100.0, 100.0, 1.0),
        ),
    ),
    Operation(
        "Resize",
        SHAPE,
        geometry.resize,
        (
            Number("width", "Width", 1, 4096, 1, "px"),
            Number("height", "Height", 1, 4096, 1, "px"),
            Switch("keep_proportions", "Keep proportions"),
            Choice("interpolation", "Interpolation", tuple(geometry.INTERPOLATIONS)),
        ),
        sets_size=True,
    ),
    Operation(
        "Crop",
        SHAPE,
        geometry.crop,
        tuple(
            Number(side, side.capitalize(), 0.0, 99.0, 1.0, "%")
            for side in ("left", "top", "right", "bottom")
        ),
    ),
    Operation(
        "Rotate",
        SHAPE,
        geometry.rotate,
        (Number("angle", "Angle", -180.0, 180.0, 1.0, "°"), Switch("expand", "Keep the corners")),
    ),
    Operation(
        "Flip",
        SHAPE,
        geometry.flip,
        (Choice("direction", "Direction", tuple(geometry.DIRECTIONS)),),
    ),
    Operation(
        "Gaussian noise",
        NOISE,
        noise.gaussian_noise,
        (Number("sigma", "Sigma of gray values", 0.0, 100.0, 1.0), _SEED),
    ),
    Operation(
        "Salt and pepper",
        NOISE,
        noise.salt_and_pepper,
        (Number("share", "Pixels", 0.0, 100.0, 0.5, "%"), _SEED),
    ),
    Operation(
        "Text",
        DRAW,
        text.draw_text,
        (
            Words("text", "Text"),
            Choice("font", "Font", tuple(text.FONTS)),
            Number("size", "Size", 1.0, 30.0, 0.5, "%"),
            Colour("colour", "Colour"),
            Number("x", "Across", 0.0, 100.0, 1.0, "%"),
            Number("y", "Down", 0.0, 100.0, 1.0, "%"),
        ),
    ),
    Operation("Face boxes", DRAW, haar.face_boxes, (*HAAR_PARAMETERS, Colour("colour", "Colour"))),
)
OPERATIONS = {operation.name: operation for operation in _ALL}
"""Name -> operation, in the order in which they are offered."""


def operation(name: str) -> Operation:
    """Returns an operation by its name.

    Raises:
        PipelineError: If there is none of that name; the nearest names are given.
    """
    if isinstance(name, str) and name in OPERATIONS:
        return OPERATIONS[name]
    near = difflib.get_close_matches(str(name), OPERATIONS) or list(OPERATIONS)
    raise PipelineError(f"There is no operation {name!r}. Did you mean {listed(near)}?")
