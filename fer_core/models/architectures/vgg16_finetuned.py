"""Report R1's fine-tuned VGG16: the upper convolution blocks learn too (Muravev 2021)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from fer_core.models.architectures.vgg16 import head
from fer_core.models.recipe import Recipe
from fer_core.models.shared_recipes import STRONG
from fer_core.models.spec import ModelSpec

if TYPE_CHECKING:
    import keras

_RECIPE = Recipe(
    epochs=12,
    batch_size=64,
    learning_rate=2e-4,
    schedule="cosine",
    warmup_epochs=1,
    weight_decay=1e-2,
    label_smoothing=0.1,
    ema=0.998,
    precision="mixed_bfloat16",
    augmentation=replace(STRONG, erasing=0.25),
    note="Blocks 3 to 5 are trained at a lowered rate; R1 prints no values, these are ours.",
)

SPEC = ModelSpec(
    name="vgg16_finetuned",
    title="VGG16, fine-tuned",
    report="R1",
    protocol="fer2013",
    place=3,
    recipe=_RECIPE,
    report_recipe=replace(_RECIPE, ema=None, label_smoothing=0.0),
    trunk="vgg16",
    queue=9,
)


def build(classes: int, pretrained: bool = True) -> keras.Model:
    """Returns the network: gray faces (n, 48, 48, 1), 0..255, to (n, classes).

    Blocks 1 and 2 keep their ImageNet weights; they find edges and textures of any picture.
    """
    from fer_core.models.transfer import build_on_trunk

    return build_on_trunk(
        "vgg16_finetuned",
        "vgg16",
        head,
        classes,
        pretrained=pretrained,
        unfrozen="block3_conv1",
    )
