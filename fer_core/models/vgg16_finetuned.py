"""Report R1's fine-tuned VGG16: the upper convolution blocks learn too (Muravev 2021)."""

import keras

from fer_core.models.transfer import build_on_trunk
from fer_core.models.vgg16 import head


def build(classes: int, pretrained: bool = True) -> keras.Model:
    """Returns the network: gray faces (n, 48, 48, 1), 0..255, to (n, classes).

    Blocks 1 and 2 keep their ImageNet weights; they find edges and textures of any picture.
    """
    return build_on_trunk(
        "vgg16_finetuned",
        "vgg16",
        head,
        classes,
        pretrained=pretrained,
        unfrozen="block3_conv1",
    )
