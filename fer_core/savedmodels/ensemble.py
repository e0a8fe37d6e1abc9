"""A saved model that is a weighted mean of others: `ensemble.json` in place of a network.

Members are not copied. Each is known by its name and by the sha256 of the network it answered with
when the weights were fitted.
"""

from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from fer_core.common.digest import sha256
from fer_core.errors import CorruptModel

NETWORK = "model.tflite"
ENSEMBLE = "ensemble.json"

_TOLERANCE = 1e-3


class Member(BaseModel):
    """A saved model that takes part.

    Attributes:
        name: Folder beside the ensemble's.
        weight: Of its probabilities in the mean, above 0.
        sha256: Of its `model.tflite`.
    """

    model_config = ConfigDict(frozen=True)

    name: str = Field(pattern=r"^\w+$")
    weight: float = Field(gt=0, le=1)
    sha256: str


class Ensemble(BaseModel):
    """What `ensemble.json` holds: two or more members, whose weights sum to 1."""

    model_config = ConfigDict(frozen=True)

    members: tuple[Member, ...] = Field(min_length=2)

    @model_validator(mode="after")
    def _is_a_mean(self) -> Self:
        if len({member.name for member in self.members}) < len(self.members):
            raise ValueError("a member is named twice")
        if abs(sum(member.weight for member in self.members) - 1) > _TOLERANCE:
            raise ValueError("the weights do not sum to 1")
        return self

    @property
    def names(self) -> list[str]:
        """The members' names."""
        return [member.name for member in self.members]


def read_ensemble(folder: Path) -> Ensemble:
    """Returns the ensemble in a folder.

    Raises:
        CorruptModel: If its file cannot be read, or is no mean of two or more models.
    """
    try:
        return Ensemble.model_validate_json((folder / ENSEMBLE).read_bytes())
    except (OSError, ValidationError) as error:
        reason = error.errors()[0]["msg"] if isinstance(error, ValidationError) else error
        raise CorruptModel(
            f"{folder.name}/{ENSEMBLE} is no ensemble: {reason}. `python -m fer_core ensemble` "
            "makes it again."
        ) from error


def is_ensemble(folder: Path) -> bool:
    """Returns whether a saved model's folder holds an ensemble rather than a network."""
    return (folder / ENSEMBLE).is_file() and not (folder / NETWORK).exists()


def answering(folder: Path) -> Path:
    """Returns the file that says what a saved model answers: its network, or its ensemble."""
    return folder / (ENSEMBLE if is_ensemble(folder) else NETWORK)


def networks_of(folder: Path) -> dict[Path, float]:
    """Returns the LiteRT files that answer for a saved model, each with its weight in the mean.

    Raises:
        CorruptModel: If a member of an ensemble is missing, or not the network that was weighed.
    """
    if not is_ensemble(folder):
        return {folder / NETWORK: 1.0}
    members = read_ensemble(folder).members
    return {_network(folder, member): member.weight for member in members}


def _network(folder: Path, member: Member) -> Path:
    path = folder.parent / member.name / NETWORK
    if not path.is_file():
        raise CorruptModel(
            f"{folder.name} needs {member.name}/{NETWORK}, which is missing. Restore it with `git "
            f"checkout -- weights/{member.name}`, or fit the ensemble again with `python -m "
            "fer_core ensemble`."
        )
    if sha256(path) != member.sha256:
        raise CorruptModel(
            f"{folder.name} was fitted with another {member.name}/{NETWORK} than the one there "
            "(its sha256 differs). Fit it again with `python -m fer_core ensemble`."
        )
    return path
