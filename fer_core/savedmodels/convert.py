"""Keras models on disk: float16 `.keras` files, and LiteRT files that classify."""

import io
import tempfile
import zipfile
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any, Literal

import h5py
import numpy as np

from fer_core.common.files import replacing, writing

Quantisation = Literal["float16", "int8"]


def save_keras(network: Any, path: Path) -> None:
    """Writes a `.keras` file whose kernels are float16; Keras loads it as float32.

    Args:
        network: A `keras.Model` in float32.
        path: Ends in `.keras`.
    """
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder) / "whole.keras"
        network.save(whole)
        with zipfile.ZipFile(whole) as archive:
            archive.extractall(folder)
        weights = Path(folder) / "model.weights.h5"
        halve(weights)
        with writing(path) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in ("metadata.json", "config.json", weights.name):
                archive.write(Path(folder) / name, name)


def halve(weights: Path) -> None:
    """Rewrites a Keras `.weights.h5` file with its kernels (two axes or more) as float16."""
    with (
        replacing(weights) as smaller,
        h5py.File(weights) as source,
        h5py.File(smaller, "w") as target,
    ):

        def copy(name: str, item: Any) -> None:
            if isinstance(item, h5py.Dataset):
                values = item[()]
                if values.ndim > 1 and values.dtype == np.float32:
                    values = values.astype(np.float16)
                made = target.create_dataset(name, data=values)
            else:
                made = target.require_group(name)
            for key, value in item.attrs.items():
                made.attrs[key] = value

        for key, value in source.attrs.items():
            target.attrs[key] = value
        source.visititems(copy)


def convert_litert(network: Any, quantisation: Quantisation = "float16") -> bytes:
    """Converts a model to a LiteRT file: uint8 faces (n, 48, 48, 1) in, probabilities out.

    Args:
        network: A float32 `keras.Model` on float faces 0..255. (A mixed-bfloat16 graph does not
            convert, and `from_concrete_functions` drops the weights without a word.)
        quantisation: Weights as float16, or int8 with activations quantised as they run.
    """
    import keras
    import tensorflow as tf

    faces = keras.Input((48, 48, 1), dtype="uint8")
    classifier = keras.Model(faces, network(keras.ops.cast(faces, "float32"), training=False))
    converter = tf.lite.TFLiteConverter.from_keras_model(classifier)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    if quantisation == "float16":
        converter.target_spec.supported_types = [tf.float16]
    with redirect_stdout(io.StringIO()):  # it prints the names of every variable
        file: bytes = converter.convert()
        return file
