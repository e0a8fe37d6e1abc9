"""Report R1's ResNet50: the ImageNet trunk, frozen, with a dense head (Muravev 2021)."""

import keras

from fer_core.models.transfer import build_on_trunk
from fer_core.models.vgg16 import head


def build(classes: int, pretrained: bool = True) -> keras.Model:
    """Returns the network: gray faces (n, 48, 48, 1), 0..255, to (n, classes)."""
    return build_on_trunk("resnet50", "resnet50", head, classes, pretrained=pretrained)
