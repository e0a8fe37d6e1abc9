"""Operations one after another, and the file they are kept in."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np
from PIL import Image

from fer_core.common import isolated
from fer_core.errors import PipelineError
from fer_core.imageops.operations import Operation, operation
from fer_core.imageops.parameters import Number
from fer_core.settings import settings as app_settings

SCHEMA = 1
MOST_STEPS = 30
LARGEST_FILE = 1_000_000
"""Bytes; a pipeline of thirty steps has some 5,000."""


_REFUSALS = (
    *(cv2.error, Image.DecompressionBombError, ValueError, OSError, MemoryError),
    SystemError,  # OpenCV's, where memory ends while it makes an array
)


class StepMemoryError(PipelineError):
    """Memory does not suffice for a step."""


def _is_lack_of_memory(error: Exception) -> bool:
    if isinstance(error, MemoryError | SystemError):
        return True
    # OpenCV's own error has a code; one of C++'s library passes through it without.
    return getattr(error, "code", 0) == cv2.Error.StsNoMem or "bad_alloc" in str(error)


@dataclass(frozen=True)
class Step:
    """One operation with its settings.

    Attributes:
        name: Name of the operation.
        settings: Its settings by name; those left out take their defaults.
        on: Whether it is run.

    Raises:
        PipelineError: If there is no such operation, or a setting is not what it may be.
    """

    name: str
    settings: dict[str, Any] = field(default_factory=dict)
    on: bool = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "settings", operation(self.name).check(self.settings))

    @property
    def operation(self) -> Operation:
        """What the step does."""
        return operation(self.name)

    @property
    def call(self) -> str:
        """The step as Python, `gaussian_blur(image, sigma=3.0)`."""
        arguments = (f"{name}={value!r}" for name, value in self.settings.items())
        return f"{self.name}({', '.join(('image', *arguments))})"

    def run(self, image: np.ndarray, scale: float = 1.0) -> np.ndarray:
        """Returns the operation's result, a new array; `image` is left as it is.

        Args:
            image: uint8, (h, w, 3) or (h, w).
            scale: By what the picture was reduced (0 < scale <= 1); lengths in pixels are
                reduced likewise, so that a preview shows what the full picture will be.

        Raises:
            PipelineError: If the library refuses the picture, or the result would have more
                pixels than the settings allow.
        """
        values = dict(self.settings)
        for parameter in self.operation.parameters:
            if isinstance(parameter, Number):
                values[parameter.name] = parameter.reduced(values[parameter.name], scale)
        try:
            result = self.operation.function(image, **values)
        except _REFUSALS as error:
            height, width = image.shape[:2]
            picture = f"this picture of {width} × {height} px"
            if _is_lack_of_memory(error):
                raise StepMemoryError(
                    f"{self.operation.title} takes more memory for {picture} than it may have. "
                    "Make it smaller with an earlier step, or leave the step out."
                ) from error
            raise PipelineError(
                f"{self.operation.title} cannot be done on {picture} with these settings. "
                "Change the settings or leave the step out."
            ) from error
        self._check_size(result, 1.0 if self.operation.sets_size else scale)
        return result

    def _check_size(self, result: np.ndarray, scale: float) -> None:
        """Refuses a result that has too many pixels, or would have at full size."""
        height, width = (round(side / scale) for side in result.shape[:2])
        limit = app_settings().max_pixels
        if width * height > limit:
            raise PipelineError(
                f"{self.operation.title} makes the picture {width:,} × {height:,} px; the limit "
                f"is {limit / 1e6:.0f} million pixels. Make it smaller with an earlier step."
            )


@dataclass(frozen=True)
class Stage:
    """What a step did.

    Attributes:
        step: The step.
        image: The picture after it.
        seconds: How long it took.
    """

    step: Step
    image: np.ndarray
    seconds: float


@dataclass(frozen=True)
class OperationPipeline:
    """Steps that are run one after another.

    Attributes:
        steps: At most `MOST_STEPS`; none is a pipeline too, and leaves pictures as they are.

    Raises:
        PipelineError: If there are too many steps.
    """

    steps: tuple[Step, ...] = ()

    def __post_init__(self) -> None:
        if len(self.steps) > MOST_STEPS:
            raise PipelineError(
                f"The pipeline has {len(self.steps)} steps; the limit is {MOST_STEPS}."
            )

    @property
    def active(self) -> tuple[Step, ...]:
        """The steps that are switched on."""
        return tuple(step for step in self.steps if step.on)

    def stages(self, image: np.ndarray, scale: float = 1.0) -> Iterator[Stage]:
        """Runs the active steps and yields what each did; arguments as for `Step.run`.

        Raises:
            PipelineError: See `Step.run`; or if together they take longer than `pipeline_seconds`
                of the settings.
        """
        most, passed = app_settings().pipeline_seconds, 0.0
        for step in self.active:
            if most is not None and passed > most:
                raise PipelineError(
                    f"The steps before {step.operation.title} took more than {most} s, which is "
                    "all that they may. Take steps away or make the picture smaller."
                )
            isolated.while_waiting()
            start = time.perf_counter()
            image = step.run(image, scale)
            seconds = time.perf_counter() - start
            passed += seconds
            yield Stage(step, image, seconds)
            if step.operation.sets_size:
                scale = 1.0

    def run(self, image: np.ndarray) -> np.ndarray:
        """Returns the picture after all active steps, a new array.

        Args:
            image: uint8, (h, w, 3) or (h, w); left as it is.

        Raises:
            PipelineError: See `Step.run`.
        """
        result = image.copy()
        for stage in self.stages(image):
            result = stage.image
        return result

    def to_json(self) -> str:
        """Returns the pipeline as the text of its file."""
        steps = [
            {"operation": step.name, "on": step.on, "settings": step.settings}
            for step in self.steps
        ]
        return json.dumps({"schema": SCHEMA, "steps": steps}, indent=2, ensure_ascii=False) + "\n"

    @classmethod
    def from_json(cls, text: str | bytes) -> "OperationPipeline":
        """Reads the text of a pipeline's file.

        Raises:
            PipelineError: If it is not such a file, or a step of it cannot be; says which.
        """
        if len(text) > LARGEST_FILE:
            raise PipelineError("The file is too large for a pipeline (1 MB at most).")
        try:
            content = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise PipelineError(
                f"This is not a pipeline: it cannot be read as JSON ({error})."
            ) from error
        if not isinstance(content, dict) or not isinstance(content.get("steps"), list):
            raise PipelineError("This is not a pipeline: it has no list named “steps”.")
        if content.get("schema") != SCHEMA:
            raise PipelineError(
                f"The pipeline is of schema {content.get('schema')!r}; only {SCHEMA} can be read."
            )
        if len(content["steps"]) > MOST_STEPS:
            raise PipelineError(f"The pipeline has more than {MOST_STEPS} steps.")
        return cls(tuple(_step(n, entry) for n, entry in enumerate(content["steps"], start=1)))


def _step(number: int, entry: Any) -> Step:
    """Returns one step of a file, or says what is wrong with it."""
    if not isinstance(entry, dict) or "operation" not in entry:
        raise PipelineError(f"Step {number} names no “operation”.")
    settings, on = entry.get("settings", {}), entry.get("on", True)
    if not isinstance(settings, dict) or not isinstance(on, bool):
        raise PipelineError(
            f"Step {number}: “settings” must be an object, “on” must be true or false."
        )
    try:
        return Step(entry["operation"], settings, on)
    except PipelineError as error:
        raise PipelineError(f"Step {number}: {error}") from error
