"""What is asked of every shard of a run: by which model and detector, and how."""

from dataclasses import asdict, dataclass
from typing import Any

from fer_core.common.digest import sha256
from fer_core.errors import BatchError
from fer_core.savedmodels import open_model
from fer_core.savedmodels.ensemble import answering
from fer_core.scale.reader import PictureReader


@dataclass(frozen=True)
class Job:
    """How pictures are read; all shards of a run share it.

    Attributes:
        model: Name of a saved model.
        model_sha256: Of the file that answers.
        classes: Its emotions.
        detector: Key of `faces.DETECTORS`.
        threshold: Confidence below which the answer is "not sure".
        whole: Whether each picture is taken as one face.
        version: Of this program.
    """

    model: str
    model_sha256: str
    classes: tuple[str, ...]
    detector: str
    threshold: float
    whole: bool
    version: str

    @classmethod
    def of(
        cls, model: str, detector: str, threshold: float | None, whole: bool, version: str
    ) -> "Job":
        """Returns the job of a model as it is saved here.

        Args:
            model: Its name.
            detector: Key of `faces.DETECTORS`.
            threshold: As above; None takes the model's own.
            whole: As above.
            version: As above.

        Raises:
            FerError: If there is no such model, or a file of it is not the one that was saved.
        """
        saved = open_model(model)
        return cls(
            saved.name,
            sha256(saved.file(answering(saved.folder).name)),
            saved.classes,
            detector,
            saved.threshold if threshold is None else threshold,
            whole,
            version,
        )

    @classmethod
    def from_dict(cls, told: dict[str, Any]) -> "Job":
        """Returns what `as_dict` gave."""
        return cls(**{**told, "classes": tuple(told["classes"])})

    def as_dict(self) -> dict[str, Any]:
        """Returns it for JSON."""
        return asdict(self)

    @property
    def how(self) -> str:
        """How faces are found and answered, for people."""
        return f"{'whole picture' if self.whole else self.detector}, threshold {self.threshold:g}"

    @property
    def words(self) -> str:
        """By which model too."""
        return f"{self.model} {self.model_sha256[:8]} ({self.how})"

    def reader(self) -> PictureReader:
        """Returns what reads pictures so."""
        return PictureReader(self.model, self.detector, self.threshold, self.whole)

    def refuse_other_here(self) -> None:
        """Raises FerError if the saved model of this machine is not the one of the job."""
        here = Job.of(self.model, self.detector, self.threshold, self.whole, self.version)
        self.refuse_other(here, "What is saved on this machine")

    def refuse_other(self, other: "Job", where: str) -> None:
        """Raises BatchError if another job reads pictures otherwise; versions may differ."""
        if (self.words, self.model_sha256) != (other.words, other.model_sha256):
            raise BatchError(
                f"{where} is of {other.words}, not of {self.words}. Name another DEST, or the same "
                "model, detector and threshold."
            )
