"""Every architecture of the five reports, and our own, by name. TensorFlow loads only on build."""

from dataclasses import dataclass
from importlib import import_module
from typing import Any

from fer_core.emotions import LABEL_SETS
from fer_core.errors import ModelNotFound, unknown


@dataclass(frozen=True)
class ModelSpec:
    """What is known of an architecture before any training.

    Attributes:
        name: Registry name; the architecture is `build(classes)` in the module of this name.
        title: As people read it.
        report: The report it comes from (R1..R5), or "ours".
        protocol: Protocol it is trained and tested under.
        parameters: Number of parameters under that protocol, trainable or not.
        trainable: Number of those that training changes.
        reported: What the report claims, in its own words; None if it claims nothing.
        reported_accuracy: The accuracy in that claim, 0..1; None if it claims no accuracy.
        trunk: Name of its ImageNet trunk (see `backbones`), or None.
    """

    name: str
    title: str
    report: str
    protocol: str
    parameters: int
    trainable: int
    reported: str | None = None
    reported_accuracy: float | None = None
    trunk: str | None = None

    @property
    def is_frozen(self) -> bool:
        """Whether the whole trunk keeps its ImageNet weights and only a head is trained."""
        return self.trunk is not None and self.trainable < self.parameters / 2

    @property
    def classes(self) -> tuple[str, ...]:
        """Emotion names under its protocol, in label order."""
        return LABEL_SETS[self.protocol]

    def build(self, classes: int | None = None, **options: Any) -> Any:
        """Returns a new `keras.Model`: float gray faces (n, 48, 48, 1), 0..255, to (n, classes).

        Args:
            classes: Number of classes; those of its protocol if not given.
            options: Passed to the architecture (`pretrained=False` builds a trunk untrained).
        """
        module = import_module(f"fer_core.models.{self.name}")
        return module.build(classes or len(self.classes), **options)

    def build_untrained(self, classes: int) -> Any:
        """Returns the network with random weights throughout, to be loaded next; fetches none."""
        return self.build(classes, **({"pretrained": False} if self.trunk else {}))


_SPECS = (
    ModelSpec("slim_vgg", "Slim VGG", "ours", "fer2013", 1_905_831, 1_903_207),
    ModelSpec("custom_cnn", "Custom CNN", "R1", "fer2013", 1_275_783, 1_275_335),
    ModelSpec("vgg16", "VGG16, frozen", "R1", "fer2013", 14_980_935, 266_247, trunk="vgg16"),
    ModelSpec(
        "vgg16_finetuned",
        "VGG16, fine-tuned",
        "R1",
        "fer2013",
        14_980_935,
        14_720_775,
        trunk="vgg16",
    ),
    ModelSpec(
        "resnet50", "ResNet50, frozen", "R1", "fer2013", 27_786_119, 4_198_407, trunk="resnet50"
    ),
    ModelSpec(
        "mini_xception",
        "mini-XCEPTION",
        "R2",
        "fer2013",
        58_423,
        56_951,
        "65 % validation accuracy",
        0.65,
    ),
    ModelSpec(
        "dcnn_elu",
        "ELU DCNN",
        "R3",
        "r3",
        2_395_075,
        2_393_027,
        "82.42 % (374 of 2,127 wrong)",
        0.8242,
    ),
    ModelSpec(
        "bolarinwa_cnn1", "Bolarinwa CNN 1", "R4", "r4", 605_060, 605_060, "about 64 %", 0.64
    ),
    ModelSpec("bolarinwa_cnn2", "Bolarinwa CNN 2", "R4", "r4", 389_604, 388_644, "over 72 %", 0.72),
    ModelSpec(
        "bolarinwa_vgg16",
        "Bolarinwa VGG16",
        "R4",
        "r4",
        14_887_684,
        172_868,
        "about 50 %",
        0.50,
        trunk="vgg16",
    ),
    ModelSpec(
        "bolarinwa_resnet101",
        "Bolarinwa ResNet101",
        "R4",
        "r4",
        44_797_252,
        2_138_948,
        "about 32 %",
        0.32,
        trunk="resnet101",
    ),
    ModelSpec(
        "bolarinwa_cnn6", "Bolarinwa CNN 6", "R4", "r4", 1_782_340, 1_778_116, "64 % test", 0.64
    ),
    ModelSpec(
        "little_vgg", "Little VGG", "R5", "r5", 1_328_037, 1_325_861, "validation log-loss 0.79786"
    ),
)

REGISTRY: dict[str, ModelSpec] = {spec.name: spec for spec in _SPECS}
"""In the order that also fixes each model's colour."""


def find(name: str) -> ModelSpec:
    """Returns the architecture of that name.

    Raises:
        ModelNotFound: If there is none; the message suggests the nearest name.
    """
    if name not in REGISTRY:
        raise ModelNotFound(unknown(name, list(REGISTRY), "model"))
    return REGISTRY[name]
