"""Runs an operation in every library that has it, and compares result, time and code."""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import cv2
import numpy as np

from fer_core.imageops.pipeline import Step
from fer_core.imageops.source import excerpt
from fer_core.imageops.twins import arrays, opencv, pillow

OPENCV, PILLOW, NUMPY, MATPLOTLIB = "OpenCV", "Pillow", "NumPy", "Matplotlib"

_MOST_RUNS = 5
_ENOUGH_SECONDS = 0.25


@dataclass(frozen=True)
class Twin:
    """An operation in another library.

    Attributes:
        library: The library's name.
        function: Takes what the operation takes.
        tolerance: Largest difference from the operation's result, in gray values, at its default
            settings on a gray picture; None where only the eye can compare (text, resampling at
            the border).
    """

    library: str
    function: Callable[..., np.ndarray]
    tolerance: int | None


TWINS: dict[str, tuple[Twin, ...]] = {
    "grayscale": (Twin(PILLOW, pillow.grayscale, 1), Twin(NUMPY, arrays.grayscale, 1)),
    "brightness_contrast": (
        Twin(PILLOW, pillow.brightness_contrast, 0),
        Twin(NUMPY, arrays.brightness_contrast, 0),
    ),
    "gamma_correction": (
        Twin(PILLOW, pillow.gamma_correction, 0),
        Twin(NUMPY, arrays.gamma_correction, 0),
    ),
    "equalize_histogram": (
        Twin(PILLOW, pillow.equalize_histogram, 32),
        Twin(NUMPY, arrays.equalize_histogram, 1),
    ),
    "gaussian_blur": (Twin(PILLOW, pillow.gaussian_blur, 24), Twin(NUMPY, arrays.gaussian_blur, 2)),
    "box_blur": (Twin(PILLOW, pillow.box_blur, 1), Twin(NUMPY, arrays.box_blur, 1)),
    "median_blur": (Twin(PILLOW, pillow.median_blur, 0), Twin(NUMPY, arrays.median_blur, 0)),
    "sharpen": (Twin(PILLOW, pillow.sharpen, 24), Twin(NUMPY, arrays.sharpen, 3)),
    "sobel": (Twin(NUMPY, arrays.sobel, 1),),
    "threshold": (Twin(PILLOW, pillow.threshold, 0), Twin(NUMPY, arrays.threshold, 0)),
    "otsu_threshold": (Twin(NUMPY, arrays.otsu_threshold, 0),),
    "resize": (Twin(PILLOW, pillow.resize, 1), Twin(NUMPY, arrays.resize, 1)),
    "crop": (Twin(PILLOW, pillow.crop, 0), Twin(NUMPY, arrays.crop, 0)),
    "rotate": (Twin(PILLOW, pillow.rotate, None),),
    "flip": (Twin(PILLOW, pillow.flip, 0), Twin(NUMPY, arrays.flip, 0)),
    "draw_text": (
        Twin(PILLOW, pillow.draw_text, None),
        Twin(OPENCV, opencv.draw_text, None),
        Twin(MATPLOTLIB, arrays.draw_text, None),
    ),
}
"""Operation -> its twins. CLAHE, Canny, the bilateral filter and cascades are OpenCV's alone."""

OPENING = (
    Twin(OPENCV, opencv.open_image, None),
    Twin(PILLOW, pillow.open_image, None),
    Twin(MATPLOTLIB, arrays.open_image, None),
)


@dataclass(frozen=True)
class TwinResult:
    """What one library made of an operation.

    Attributes:
        library: OpenCV, Pillow, NumPy or Matplotlib.
        code: The Python code that ran.
        image: The result, uint8; None if the library cannot do it.
        milliseconds: Median time of up to five runs.
        largest_difference: From the first library's result, gray values 0..255; None for the
            first itself, and where the sizes differ.
        differing: Share of the pixels that differ at all, 0..1; None likewise.
        problem: Why there is no image; empty if there is one.
    """

    library: str
    code: str
    image: np.ndarray | None = None
    milliseconds: float = 0.0
    largest_difference: int | None = None
    differing: float | None = None
    problem: str = ""


def compare(step: Step, image: np.ndarray) -> list[TwinResult]:
    """Runs a step in every library that has it.

    Args:
        step: An operation with its settings.
        image: uint8, (h, w, 3) or (h, w).

    Returns:
        OpenCV's result first (Pillow's for text), then its twins, compared with the first.
    """
    twins = TWINS.get(step.name, ())
    own = () if step.name == "draw_text" else (Twin(OPENCV, step.operation.function, 0),)
    return _compared(
        [
            _measured(t, partial(t.function, image, **step.settings), step.call)
            for t in (*own, *twins)
        ]
    )


def compare_opening(data: bytes) -> list[TwinResult]:
    """Decodes a picture file with every library; OpenCV's result comes first."""
    return _compared([_measured(t, partial(t.function, data), "open_image(data)") for t in OPENING])


def _measured(twin: Twin, run: Callable[[], np.ndarray], call: str) -> TwinResult:
    """Runs a twin once for its result, and a few times more for its time."""
    code = f"{excerpt([twin.function]).text}\n\nresult = {call}\n"
    times: list[float] = []
    try:
        image = run()
        while len(times) < _MOST_RUNS and sum(times) < _ENOUGH_SECONDS:
            start = time.perf_counter()
            run()
            times.append(time.perf_counter() - start)
    except (cv2.error, ValueError, OSError, SyntaxError, MemoryError) as error:
        reason = str(error) if isinstance(error, ValueError) else "it does not take this picture"
        return TwinResult(twin.library, code, problem=f"{twin.library} cannot do this: {reason}")
    return TwinResult(twin.library, code, image, 1000 * statistics.median(times))


def _compared(results: Sequence[TwinResult]) -> list[TwinResult]:
    """Fills in how far each result is from the first."""
    first = results[0].image
    compared = [results[0]]
    for result in results[1:]:
        if first is not None and result.image is not None and first.shape == result.image.shape:
            distance = cv2.absdiff(first, result.image)
            differs = distance if distance.ndim == 2 else distance.max(axis=2)
            result = replace(
                result,
                largest_difference=int(distance.max()),
                differing=float(np.count_nonzero(differs) / differs.size),
            )
        compared.append(result)
    return compared
