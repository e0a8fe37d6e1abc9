"""Report R4's fourth network (Bolarinwa): ResNet101, frozen, with a deep head.

The report calls it "ResNet V2"; its layer names and parameter count are ResNet101's (v1).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from fer_core.models.architectures.bolarinwa_vgg16 import head
from fer_core.models.shared_recipes import R4, R4_FROZEN
from fer_core.models.spec import ModelSpec

if TYPE_CHECKING:
    import keras

SPEC = ModelSpec(
    name="bolarinwa_resnet101",
    title="Bolarinwa ResNet101",
    report="R4",
    protocol="r4",
    place=10,
    recipe=R4_FROZEN,
    report_recipe=replace(R4, views=1),
    reported="about 32 %",
    reported_accuracy=0.32,
    trunk="resnet101",
    queue=4,
)


def build(classes: int, pretrained: bool = True) -> keras.Model:
    """Returns the network: gray faces (n, 48, 48, 1), 0..255, to (n, classes)."""
    from fer_core.models.transfer import build_on_trunk

    return build_on_trunk("bolarinwa_resnet101", "resnet101", head, classes, pretrained=pretrained)
