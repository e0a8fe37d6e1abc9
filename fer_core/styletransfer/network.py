"""The network whose features say what content and style are: VGG19, or a VGG16 at hand."""

import os
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from fer_core.common.download import Progress
from fer_core.errors import DownloadError, FerError
from fer_core.models import backbones
from fer_core.savedmodels import open_model

CONTENT_LAYER = "block4_conv2"
STYLE_LAYERS = ("block1_conv1", "block2_conv1", "block3_conv1", "block4_conv1")
DEEP_STYLE_LAYER = "block5_conv1"

FALLBACK = "vgg16_finetuned"


@dataclass(frozen=True)
class Network:
    """A trunk trained to see.

    Attributes:
        title: As people read it.
        trunk: `keras.Model` with VGG's layer names, for RGB less the ImageNet means, of any size.
    """

    title: str
    trunk: Any

    def features(self, layers: tuple[str, ...], pooling: str) -> Any:
        """Returns a `keras.Model` from a picture to {layer: activations}, cut at the last layer.

        Args:
            layers: Names of convolutions.
            pooling: "average" replaces VGG's maxima by means, which Gatys et al. (2016, section 2)
                found to give smoother pictures; "max" leaves them.
        """
        import keras

        picture = keras.Input((None, None, 3))
        x, outputs = picture, {}
        for layer in self.trunk.layers[1:]:
            average = pooling == "average" and isinstance(layer, keras.layers.MaxPooling2D)
            x = keras.layers.AveragePooling2D(2)(x) if average else layer(x)
            if layer.name in layers:
                outputs[layer.name] = x
            if len(outputs) == len(layers):
                break
        return keras.Model(picture, outputs)


def load_network(on_progress: Progress | None = None) -> Network:
    """Returns VGG19 trained on ImageNet; where it is not available, a VGG16 from this machine.

    First ImageNet's VGG16, else the one inside the saved `vgg16_finetuned`. That one's blocks 1
    and 2 are still ImageNet's; from block3_conv1 on it was trained further on faces, its
    `block4_conv2`, which measures content, by 17 % of its weights' length. Untrained weights are
    never used: with random features the face is lost.

    Args:
        on_progress: Told how far a download is.

    Raises:
        DownloadError: If none is available.
    """
    try:
        backbones.weights_file("vgg19", on_progress)
        return _from_imagenet("vgg19", "VGG19")
    except DownloadError as error:
        missing = error
    with suppress(DownloadError):
        if backbones.local_weights("vgg16") is not None:
            return _from_imagenet("vgg16", "VGG16")
    try:
        return saved_network()
    except FerError as error:
        raise DownloadError(f"{missing} There is no saved {FALLBACK} to serve: {error}") from error


def saved_network() -> Network:
    """Returns the VGG16 inside the saved `vgg16_finetuned`.

    Raises:
        FerError: If that model is missing, or damaged.
    """
    import keras

    path = open_model(FALLBACK).file("model.keras")
    saved = keras.models.load_model(path, compile=False, safe_mode=True)
    trunk = backbones.trunk("vgg16", input_shape=(None, None, 3), pretrained=False)
    for layer in trunk.layers:
        layer.set_weights(saved.get_layer(layer.name).get_weights() if layer.weights else [])
    return Network("VGG16 of the fine-tuned emotion model", _cut(trunk))


def spare_memory() -> None:
    """Has TensorFlow run one operation at a time, each on all cores; call it before TensorFlow.

    No slower here, and the peak at 512 px falls by 0.13 GB.
    """
    os.environ.setdefault("TF_NUM_INTEROP_THREADS", "1")


def _cut(trunk: Any) -> Any:
    """Leaves off the layers above the deepest that is ever looked at, and their memory."""
    import keras

    return keras.Model(trunk.inputs[0], trunk.get_layer(DEEP_STYLE_LAYER).output)


def _from_imagenet(name: str, title: str) -> Network:
    return Network(title, _cut(backbones.trunk(name, input_shape=(None, None, 3))))
