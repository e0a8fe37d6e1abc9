"""What the networks on an ImageNet trunk share: a flat graph, from gray face to the head."""

from collections.abc import Callable

import keras

from fer_core.models import backbones

Head = Callable[[keras.KerasTensor, int], keras.KerasTensor]
"""From the trunk's output and a number of classes to probabilities."""


def build_on_trunk(
    name: str, trunk: str, head: Head, classes: int, *, pretrained: bool, unfrozen: str = ""
) -> keras.Model:
    """Returns a network on a trunk: gray faces (n, 48, 48, 1), 0..255, to (n, classes).

    Args:
        name: Of the model.
        trunk: Name of the trunk, as in `backbones`.
        head: Builds what comes after it.
        classes: Number of classes.
        pretrained: False leaves the trunk's weights random, to be loaded next.
        unfrozen: Name of the first trunk layer that learns, and all after it; "" freezes all.
    """
    inputs = keras.Input((48, 48, 1))
    base = backbones.trunk(trunk, backbones.preprocess(inputs), pretrained=pretrained)
    network = keras.Model(inputs, head(base.output, classes), name=name)
    if unfrozen:
        names = [layer.name for layer in base.layers]
        for layer in base.layers[names.index(unfrozen) :]:
            layer.trainable = True
    return network


def trunk_model(network: keras.Model) -> keras.Model:
    """Returns the part of a network before its head: gray faces to the trunk's features."""
    return keras.Model(network.inputs, network.get_layer("head_flatten").input)


def head_model(network: keras.Model) -> keras.Model:
    """Returns the head of a network as a model on the trunk's features, sharing its layers."""
    features = keras.Input(network.get_layer("head_flatten").input.shape[1:])
    x = features
    for layer in network.layers[network.layers.index(network.get_layer("head_flatten")) :]:
        x = layer(x)
    return keras.Model(features, x, name=f"{network.name}_head")
