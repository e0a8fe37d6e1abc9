"""Report R4's fourth network (Bolarinwa): ResNet101, frozen, with a deep head.

The report calls it "ResNet V2"; its layer names and parameter count are ResNet101's (v1).
"""

import keras

from fer_core.models.bolarinwa_vgg16 import head
from fer_core.models.transfer import build_on_trunk


def build(classes: int, pretrained: bool = True) -> keras.Model:
    """Returns the network: gray faces (n, 48, 48, 1), 0..255, to (n, classes)."""
    return build_on_trunk("bolarinwa_resnet101", "resnet101", head, classes, pretrained=pretrained)
