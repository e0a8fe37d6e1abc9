"""`recipe.json`: how a saved model was trained, and all that trains it again.

Read for what it holds: only its classes are asked for. A fact that is missing or of another type is
None, and one that this version does not know is kept.
"""

import json
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    WrapValidator,
)
from pydantic import ValidatorFunctionWrapHandler as Handler

from fer_core.errors import CorruptModel, TrainingError
from fer_core.models.recipe import Recipe

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


def _of_a_recipe(found: dict[str, Any]) -> dict[str, Any]:
    try:
        Recipe.from_dict(found)
    except TrainingError as error:
        raise ValueError(str(error)) from error
    return found


RecipeFields = Annotated[dict[str, Any], AfterValidator(_of_a_recipe)]
"""A recipe as the file has it: fields that this version does not know are kept."""


class _Record(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="allow", protected_namespaces=(), serialize_by_alias=True
    )


class Leg(_Record):
    """A training, up to the next warm start.

    Attributes:
        best_epoch: The epoch that was kept, counted from 1.
        epochs_run: How many were run.
        minutes: How long that took.
        machine: On what.
        versions: Of the libraries that did it.
        recipe_fields: How, as `Recipe.as_dict` gave it; "recipe" in the file.
        warm_start: The training before, if its weights were started from.
    """

    best_epoch: Fact[int] = None
    epochs_run: Fact[int] = None
    minutes: Fact[float] = None
    machine: Fact[str] = None
    versions: Fact[dict[str, str]] = None
    recipe_fields: Fact[RecipeFields] = Field(default=None, alias="recipe")
    warm_start: Fact["Leg"] = None

    @property
    def recipe(self) -> Recipe | None:
        """How; None where the file does not say."""
        return None if self.recipe_fields is None else Recipe.from_dict(self.recipe_fields)

    @property
    def schedule_ended(self) -> bool:
        """Whether it ran a cosine schedule to its end, after which there is nothing to learn."""
        recipe = self.recipe
        if recipe is None or recipe.schedule != "cosine":
            return False
        before = (self.warm_start.epochs_run if self.warm_start else None) or 0
        return self.epochs_run == before + recipe.epochs


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
    recipe_fields: RecipeFields = Field(alias="recipe")

    @property
    def recipe(self) -> Recipe:
        """How it was trained."""
        return Recipe.from_dict(self.recipe_fields)


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
