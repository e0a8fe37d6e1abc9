"""How each model is trained, as data."""

from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, Literal, Self

from fer_core.errors import TrainingError


@dataclass(frozen=True)
class Augmentation:
    """Random changes of a training face, drawn again each time it is seen.

    Attributes:
        rotation: Largest angle, degrees, either way.
        shift: Largest shift along each axis, pixels of the 48, either way.
        shear: Largest shear, tangent of the angle, either way.
        zoom: Smallest and largest scale of the face; 1 leaves it as it is.
        flip: Whether left and right are swapped half of the time.
        brightness: Largest change of brightness, as a share of 255, either way.
        contrast: Largest change of contrast, as a share, either way.
        erasing: Probability that a rectangle is replaced by noise (Zhong et al. 2017).
        camera: Probability of each of the changes below, which are drawn one by one.
        covered: Largest share of each side of a rectangle of one gray that covers the face.
        gamma: Largest exponent of the gray values, or its inverse; 1 leaves them.
        gain: Smallest share of the light that is left; up to its inverse, at most 2, is added.
        low_contrast: Smallest share of the contrast that is left; 1 leaves all.
        blur: Largest sigma of a Gaussian blur, pixels.
        resolution: Largest number of pixels, along each axis, that become one.
        noise: Largest sigma of sensor noise, gray levels.
        jpeg: Lowest quality of JPEG compression, 1..100; 100 leaves the face as it is.
    """

    rotation: float = 0.0
    shift: float = 0.0
    shear: float = 0.0
    zoom: tuple[float, float] = (1.0, 1.0)
    flip: bool = False
    brightness: float = 0.0
    contrast: float = 0.0
    erasing: float = 0.0
    camera: float = 0.5
    covered: float = 0.0
    gamma: float = 1.0
    gain: float = 1.0
    low_contrast: float = 1.0
    blur: float = 0.0
    resolution: float = 1.0
    noise: float = 0.0
    jpeg: int = 100


@dataclass(frozen=True)
class Recipe:
    """Everything that decides how a model comes out, except the data.

    Attributes:
        epochs: Most passes over the training faces.
        batch_size: Faces per step.
        optimizer: "adam" or "sgd" (Nesterov momentum 0.9).
        learning_rate: At the start, or at its height when the schedule is "cosine".
        schedule: "plateau" multiplies it by `plateau_factor` when `monitor` stops improving,
            "cosine" follows a warm-up of `warmup_epochs` and a cosine to zero, "constant" leaves
            it.
        monitor: What selects the best epoch: "val_accuracy" or "val_loss".
        patience: Epochs without improvement after which training stops (EarlyStopping).
        plateau_patience: Epochs without improvement before the rate falls (ReduceLROnPlateau).
        plateau_factor: What the rate is multiplied by then.
        min_delta: Smallest change of `monitor` that counts.
        min_learning_rate: The rate falls no further.
        warmup_epochs: Epochs of linear rise before the cosine.
        weight_decay: Decoupled decay of kernels; with SGD, twice an L2 factor.
        label_smoothing: Share of the target spread over all classes.
        ema: Momentum of the moving average of the weights that is judged and kept, or None.
        precision: "float32" or "mixed_bfloat16", whichever was measured faster for the network.
        augmentation: Random changes of the training faces.
        mixup: Parameter of the Beta distribution that mixes two faces and their labels (Zhang et
            al. 2018, "mixup: Beyond Empirical Risk Minimization"); 0 mixes none.
        mixup_share: Share of the epochs that mix; the last ones see faces as they are.
        votes: Share of the target given to FER+'s votes (Barsoum et al. 2016), where the data has
            them.
        teachers: Saved models whose mean answer is learned from (Hinton et al. 2015).
        distillation: Share of the target given to the teachers.
        views: For a frozen trunk: views of each face whose features are cached, the first of
            them the face as it is.
        seed: Of initial weights, order and augmentation.
        protocol: Another protocol than the model's own, or None.
        note: How this differs from the report, for the model card.
    """

    epochs: int
    batch_size: int = 64
    optimizer: Literal["adam", "sgd"] = "adam"
    learning_rate: float = 1e-3
    schedule: Literal["plateau", "cosine", "constant"] = "constant"
    monitor: Literal["val_accuracy", "val_loss"] = "val_accuracy"
    patience: int | None = None
    plateau_patience: int = 5
    plateau_factor: float = 0.5
    min_delta: float = 0.0
    min_learning_rate: float = 1e-6
    warmup_epochs: int = 0
    weight_decay: float | None = None
    label_smoothing: float = 0.0
    ema: float | None = None
    precision: Literal["float32", "mixed_bfloat16"] = "float32"
    augmentation: Augmentation = field(default_factory=Augmentation)
    mixup: float = 0.0
    mixup_share: float = 0.8
    votes: float = 0.0
    teachers: tuple[str, ...] = ()
    distillation: float = 0.0
    views: int = 5
    seed: int = 0
    protocol: str | None = None
    note: str = ""

    def __post_init__(self) -> None:
        if self.epochs < 1 or self.batch_size < 1 or self.views < 1:
            raise TrainingError("`epochs`, `batch_size` and `views` must be at least 1.")
        if self.schedule == "cosine" and self.warmup_epochs >= self.epochs:
            raise TrainingError("`warmup_epochs` must be fewer than `epochs`.")
        if self.ema is not None and not 0 < self.ema < 1:
            raise TrainingError(f"`ema` must lie between 0 and 1, not {self.ema}.")
        if self.votes < 0 or self.distillation < 0 or self.votes + self.distillation > 1:
            raise TrainingError("`votes` and `distillation` are shares: together at most 1.")
        if (self.distillation > 0) != bool(self.teachers):
            raise TrainingError("`distillation` needs `teachers`, and they need a share of it.")

    def adapted(self, epochs: int | None = None, protocol: str | None = None) -> Self:
        """Returns the recipe for other epochs, its warm-up no longer than they allow, or faces."""
        epochs = epochs or self.epochs
        warmup = min(self.warmup_epochs, epochs - 1)
        protocol = protocol or self.protocol
        return replace(self, epochs=epochs, warmup_epochs=warmup, protocol=protocol)

    @classmethod
    def from_dict(cls, found: dict[str, Any]) -> Self:
        """Returns the recipe that `as_dict` gave, in this version or another.

        A field that is not there has its default, which changes nothing; one that is not known
        here is left out.

        Raises:
            TrainingError: If it is no recipe.
        """
        try:
            changes = _known(Augmentation, found.get("augmentation", {}))
            values = _known(cls, found) | {"augmentation": Augmentation(**changes)}
            return cls(**values)
        except (AttributeError, TypeError) as error:
            raise TrainingError(f"This is no recipe: {error}.") from error

    def as_dict(self) -> dict[str, Any]:
        """Returns the recipe as plain data for `recipe.json`."""
        return asdict(self)


def _known(kind: type, found: dict[str, Any]) -> dict[str, Any]:
    """The fields of a dataclass that plain data holds; JSON has lists where they are tuples."""
    names = [one.name for one in fields(kind) if one.name in found]
    return {
        name: tuple(found[name]) if isinstance(found[name], list) else found[name] for name in names
    }
