"""`recipe.json`: how a saved model was trained, and all that trains it again.

Read for what it holds: only its classes are asked for. A fact that is missing or of another type is
None, and one that this version does not know is kept.
"""

import json
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, WrapValidator
from pydantic import ValidatorFunctionWrapHandler as Handler

from fer_core.errors import CorruptModel

_FIRST = ("name", "classes", "protocol", "faces", "parameters", "trainable", "seed")
"""What the file says first; the order of the others is that of their definition."""


def _or_none(value: Any, read: Handler) -> Any:
    try:
        return read(value)
    except ValidationError:
        return None


T = TypeVar("T")
Fact = Annotated[T | None, WrapValidator(_or_none)]
"""What may be missing."""


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="allow", protected_namespaces=())


class Leg(_Record):
    """A training, up to the next warm start.

    Attributes:
        best_epoch: The epoch that was kept, counted from 1.
        epochs_run: How many were run.
        minutes: How long that took.
        machine: On what.
        versions: Of the libraries that did it.
        recipe: As `models.recipe.Recipe.as_dict` gives it.
        warm_start: The training before, if its weights were started from.
    """

    best_epoch: Fact[int] = None
    epochs_run: Fact[int] = None
    minutes: Fact[float] = None
    machine: Fact[str] = None
    versions: Fact[dict[str, str]] = None
    recipe: Fact[dict[str, Any]] = None
    warm_start: Fact["Leg"] = None

    @property
    def schedule_ended(self) -> bool:
        """Whether it ran a cosine schedule to its end, after which there is nothing to learn."""
        plan = self.recipe or {}
        if plan.get("schedule") != "cosine":
            return False
        before = (self.warm_start.epochs_run if self.warm_start else None) or 0
        is_whole: bool = self.epochs_run == before + plan.get("epochs", 0)
        return is_whole


class FaceCounts(_Record):
    """Number of faces that a training learnt from, and that selected its epoch."""

    train: int
    validation: int


class RunRecord(Leg):
    """What `recipe.json` holds.

    Attributes:
        name: Registry name.
        classes: Emotion names in the order of the outputs.
        protocol: Key in `dataset.PROTOCOLS`.
        faces: How many it learnt from.
        parameters: Of the network, trainable or not.
        trainable: Of these, trainable.
        seed: Of the last training.
    """

    name: str
    classes: tuple[str, ...] = Field(min_length=1)
    protocol: str = ""
    faces: Fact[FaceCounts] = None
    parameters: Fact[int] = None
    trainable: Fact[int] = None
    seed: Fact[int] = None

    def as_json(self) -> dict[str, Any]:
        """Returns what the file holds."""
        found = self.model_dump(mode="json", exclude_unset=True)
        return {key: found[key] for key in (*_FIRST, *found) if key in found}

    def whole(self) -> "WholeRun":
        """Returns it as one that lacks nothing.

        Raises:
            CorruptModel: If it lacks something; the message says what.
        """
        try:
            return WholeRun.model_validate(self.model_dump(exclude_defaults=True))
        except ValidationError as error:
            missing = ", ".join(str(fault["loc"][0]) for fault in error.errors())
            raise CorruptModel(
                f"{self.name}/recipe.json lacks {missing}: "
                f"`python -m fer_core train {self.name}` trains it again."
            ) from error


class WholeRun(RunRecord):
    """What a training writes, a model card tells and a warm start counts on."""

    protocol: str
    faces: FaceCounts
    parameters: int
    trainable: int
    best_epoch: int
    epochs_run: int
    minutes: float
    machine: str
    recipe: dict[str, Any]


def read_run(path: Path) -> RunRecord:
    """Returns what a `recipe.json` says; a model without a name is called as its folder.

    Raises:
        CorruptModel: If the file cannot be read, or names no classes.
    """
    found = read_object(path)
    try:
        return RunRecord.model_validate({"name": path.parent.name, **found})
    except ValidationError as error:
        wrong = error.errors()[0]["loc"][0]
        kind = "list" if wrong == "classes" else "text"
        raise CorruptModel(f"{path.parent.name}/{path.name} lacks the {kind} `{wrong}`.") from error


def read_object(path: Path) -> dict[str, Any]:
    """Returns the JSON object of one of a model's files.

    Raises:
        CorruptModel: If the file cannot be read, or is something else.
    """
    said = f"{path.parent.name}/{path.name}"
    try:
        found = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise CorruptModel(f"{said} is not readable JSON: {error}") from error
    if not isinstance(found, dict):
        raise CorruptModel(f"{said} holds no JSON object.")
    return found
