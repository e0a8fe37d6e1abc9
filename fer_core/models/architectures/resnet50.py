"""Report R1's ResNet50: the ImageNet trunk, frozen, with a dense head (Muravev 2021)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fer_core.models.architectures.vgg16 import head
from fer_core.models.shared_recipes import FROZEN, FROZEN_REPORT
from fer_core.models.spec import ModelSpec

if TYPE_CHECKING:
    import keras

SPEC = ModelSpec(
    name="resnet50",
    title="ResNet50, frozen",
    report="R1",
    protocol="fer2013",
    place=4,
    recipe=FROZEN,
    report_recipe=FROZEN_REPORT,
    trunk="resnet50",
    queue=1,
)


def build(classes: int, pretrained: bool = True) -> keras.Model:
    """Returns the network: gray faces (n, 48, 48, 1), 0..255, to (n, classes)."""
    from fer_core.models.transfer import build_on_trunk

    return build_on_trunk("resnet50", "resnet50", head, classes, pretrained=pretrained)
