"""The network whose features say what content and style are: VGG19, or a VGG16 at hand."""

import io
import zipfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np

from fer_core.common.download import Progress
from fer_core.errors import CorruptModel, DownloadError, FerError
from fer_core.models import backbones
from fer_core.savedmodels import open_model

CONTENT_LAYER = "block4_conv2"
STYLE_LAYERS = ("block1_conv1", "block2_conv1", "block3_conv1", "block4_conv1")
DEEP_STYLE_LAYER = "block5_conv1"

FALLBACK = "vgg16_finetuned"

_BLOCKS = {"vgg16": (2, 2, 3, 3, 1), "vgg19": (2, 2, 4, 4, 1)}
"""Convolutions of each block, up to the deepest that is ever looked at."""


@dataclass(frozen=True)
class Network:
    """A trunk trained to see: convolutions of 3 x 3, each with its ReLU, and poolings between.

    Attributes:
        title: As people read it.
        convolutions: Kernel (3, 3, channels before, channels) and bias of each, in their order, by
            VGG's names (`block1_conv1`); a pooling stands before each block but the first. Arrays,
            or what is read as one: a file's are read when they are asked for.
    """

    title: str
    convolutions: Mapping[str, tuple[Any, Any]]

    @property
    def names(self) -> list[str]:
        """Of the convolutions, from the picture on."""
        return list(self.convolutions)

    def weights(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        """Returns a convolution's kernel and bias, float32."""
        kernel, bias = self.convolutions[name]
        # Read as it is, then converted: HDF5's own conversion takes thirty times longer.
        return kernel[()].astype(np.float32), bias[()].astype(np.float32)


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
    path = open_model(FALLBACK).file("model.keras")
    try:
        with zipfile.ZipFile(path) as archive:
            file = io.BytesIO(archive.read("model.weights.h5"))
        return Network("VGG16 of the fine-tuned emotion model", _convolutions("vgg16", file))
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise CorruptModel(f"{FALLBACK}/{path.name} is damaged: {error}") from error


def _from_imagenet(name: str, title: str) -> Network:
    path = backbones.weights_file(name)
    try:
        return Network(title, _convolutions(name, path))
    except (OSError, KeyError, ValueError) as error:  # cut short, or of another network
        raise backbones.damaged(path) from error


def _convolutions(trunk: str, file: Path | IO[bytes]) -> dict[str, tuple[Any, Any]]:
    """Returns the kernels and biases of an HDF5 file, which stays open.

    Keras 3 numbers layers by their kind; the files that Keras publishes for VGG are older, and hold
    a group for each layer, in which an attribute names its weights.

    Raises:
        OSError, KeyError, ValueError: If it does not hold what it should.
    """
    import h5py

    weights = h5py.File(file)
    found = {}
    for number, name in enumerate(_names(trunk)):
        if "layers" in weights:
            group = weights[f"layers/conv2d_{number}" if number else "layers/conv2d"]["vars"]
            kernel, bias = group["0"], group["1"]
        else:
            group = weights[name]
            kernel, bias = (group[weight] for weight in group.attrs["weight_names"])
        if kernel.shape[:2] != (3, 3) or kernel.shape[3:] != bias.shape:
            raise ValueError(f"{name} is not a convolution of 3 x 3")
        found[name] = kernel, bias
    return found


def _names(trunk: str) -> list[str]:
    return [
        f"block{block}_conv{number}"
        for block, convolutions in enumerate(_BLOCKS[trunk], 1)
        for number in range(1, convolutions + 1)
    ]
