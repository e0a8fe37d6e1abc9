"""Where ImageNet trunks come from: a folder of them, the Keras cache, or the Keras download."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fer_core.common.digest import md5
from fer_core.common.download import Progress, fetch
from fer_core.errors import DownloadError, ModelNotFound
from fer_core.settings import settings

KERAS_SERVER = "https://storage.googleapis.com/tensorflow/keras-applications"

IMAGENET_MEANS = (103.939, 116.779, 123.68)
"""Mean of ImageNet's blue, green and red, 0..255: what all four trunks expect subtracted."""


@dataclass(frozen=True)
class _Trunk:
    """How Keras calls a trunk, whose it is, and the digests of the weights that Keras publishes.

    The MD5 is in the source of Keras.
    """

    builder: str
    folder: str
    licence: str
    md5: str
    sha256: str | None = None


_VGG = "by the Visual Geometry Group, Oxford: CC BY 4.0"
_RESNET = "by Kaiming He et al.: MIT"

_TRUNKS = {
    "vgg16": _Trunk("VGG16", "vgg16", _VGG, "6d6bbae143d832006294945121d1f1fc"),
    "vgg19": _Trunk("VGG19", "vgg19", _VGG, "253f8cb515780f3b799900260a226db6"),
    "resnet50": _Trunk(
        "ResNet50",
        "resnet",
        _RESNET,
        "4d473c1dd8becc155b73f8504c6f6626",
        "66c8b43daff3fcc15bc4f30e3d2a167e21a14d9c9598a5394e5516471f4af504",
    ),
    "resnet101": _Trunk("ResNet101", "resnet", _RESNET, "88cf7a10940856eca736dc7b7e228a21"),
}


def trunk(
    name: str,
    input_tensor: Any = None,
    input_shape: tuple[int | None, int | None, int] = (48, 48, 3),
    pretrained: bool = True,
    trainable: bool = False,
) -> Any:
    """Builds an ImageNet trunk without its top, as one flat graph.

    Args:
        name: vgg16, vgg19, resnet50 or resnet101.
        input_tensor: Keras tensor (n, height, width, 3) to build on, preprocessed as `preprocess`
            does; a new input of `input_shape` if not given. The trunk's layers join the tensor's
            own graph, so that a model over `trunk(...).output` has no nested model in it.
        input_shape: (height, width, 3) of the new input; None for a side of any length.
        pretrained: False leaves the weights random: for tests, and for a rebuild whose
            weights are loaded next.
        trainable: Whether the trunk's layers are to learn.

    Returns:
        `keras.Model` from the source of `input_tensor` to the last convolution block.

    Raises:
        ModelNotFound: If there is no such trunk.
        DownloadError: If its weights are not on this machine and cannot be fetched, or are damaged.
    """
    import keras

    if name not in _TRUNKS:
        raise ModelNotFound(f"There is no trunk “{name}”; there are {', '.join(_TRUNKS)}.")
    weights = weights_file(name) if pretrained else None
    if input_tensor is None:
        input_tensor = keras.Input(input_shape)
    build = getattr(keras.applications, _TRUNKS[name].builder)
    base = build(include_top=False, weights=None, input_tensor=input_tensor)
    own = keras.Model(input_tensor, base.output)  # the trunk alone, whatever came before it
    if weights is not None:
        _load(own, weights)
    for layer in own.layers:
        layer.trainable = trainable
    return base


def licence(name: str) -> str:
    """Returns whose a trunk's ImageNet weights are, and on which terms."""
    known = _TRUNKS[name]
    return f"ImageNet {known.builder} {known.licence}"


def _load(model: Any, weights: Path) -> None:
    try:
        model.load_weights(weights)
    except (OSError, KeyError, ValueError) as error:  # cut short, or of another network
        raise damaged(weights) from error


def damaged(weights: Path) -> DownloadError:
    """Returns the error for a file that does not hold the weights it should."""
    return DownloadError(
        f"{weights} cannot be read as the weights that it should hold. Delete it, or put the "
        "right file in its place."
    )


def preprocess(gray: Any) -> Any:
    """Adds the layers that make a gray face what the trunks expect: three channels, means off.

    All four trunks were trained on blue, green, red minus `IMAGENET_MEANS`; gray has no order of
    channels. Float32 throughout, as bfloat16 would round the pixels.

    Args:
        gray: Keras tensor (n, height, width, 1), 0..255.

    Returns:
        Keras tensor (n, height, width, 3).
    """
    import keras

    rgb = keras.layers.Concatenate(name="three_channels", dtype="float32")([gray, gray, gray])
    offset = [-mean for mean in IMAGENET_MEANS]
    return keras.layers.Rescaling(1.0, offset, name="imagenet_means", dtype="float32")(rgb)


def weights_file(name: str, on_progress: Progress | None = None) -> Path:
    """Returns the file of a trunk's ImageNet weights, fetching it where it is missing.

    Looks into `settings().backbones`, then the Keras cache (`~/.keras/models`, or under
    `KERAS_HOME`), then asks the Keras server. What came from there is checked against the digest
    that the Keras source publishes for it (MD5, and SHA-256 where one is known), also in the cache.

    Args:
        name: vgg16, vgg19, resnet50 or resnet101.
        on_progress: Told how far a download is; a progress bar in the terminal if not given.

    Raises:
        DownloadError: If the file is not on this machine and cannot be fetched.
    """
    if (local := local_weights(name)) is not None:
        return local
    known = _TRUNKS[name]
    cached = _cached(name)
    url = f"{KERAS_SERVER}/{known.folder}/{cached.name}"
    try:
        if cached.is_file():
            cached.unlink()  # damaged
        with nullcontext(on_progress) if on_progress else _progress_bar(known.builder) as told:
            fetch(url, cached, known.sha256, told)
    except (DownloadError, OSError) as error:
        raise DownloadError(
            f"The ImageNet weights of {known.builder} are not on this machine and could not be "
            f"fetched. {error} Or set FER_BACKBONES to a folder that holds "
            f"{name}_imagenet_notop.weights.h5."
        ) from error
    if md5(cached) != known.md5:
        cached.unlink()
        raise DownloadError(
            f"What {url} sent is not the file that Keras publishes (its MD5 differs); it was "
            "deleted. Try again later."
        )
    return cached


def local_weights(name: str) -> Path | None:
    """Returns the file of a trunk's weights if it is on this machine, and whole."""
    folder = settings().backbones
    if folder is not None and (path := folder / f"{name}_imagenet_notop.weights.h5").exists():
        return path
    cached = _cached(name)
    try:
        return cached if md5(cached) == _TRUNKS[name].md5 else None
    except OSError:  # it is not there, or not for this user to read
        return None


def _cached(name: str) -> Path:
    """Returns where Keras keeps the file it downloads."""
    home = Path(os.environ.get("KERAS_HOME", Path.home() / ".keras"))
    return home / "models" / f"{name}_weights_tf_dim_ordering_tf_kernels_notop.h5"


@contextmanager
def _progress_bar(title: str) -> Iterator[Progress]:
    """A bar on standard error for whoever waits at a terminal."""
    from rich.console import Console
    from rich.progress import DownloadColumn, Progress, TimeRemainingColumn

    columns = (*Progress.get_default_columns()[:2], DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(f"{title} weights", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
