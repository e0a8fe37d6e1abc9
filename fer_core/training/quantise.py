"""Which numbers a LiteRT file is stored in: the fastest that read faces as well."""

import tempfile
from pathlib import Path

import keras
import numpy as np

from fer_core.common.files import write_bytes
from fer_core.evaluation.cost import milliseconds_per_face
from fer_core.inference.classifier import Classifier
from fer_core.savedmodels.convert import Quantisation, convert_litert
from fer_core.training.fit import Labelled

LARGE = 10_000_000
"""Parameters from which a LiteRT file is int8 in any case: float16 would be a large download."""

TOLERANCE = 0.001
"""What int8 may cost in accuracy on the validation faces to be taken for being faster."""


def convert_fastest(network: keras.Model, validation: Labelled) -> bytes:
    """Returns a network as a LiteRT file: int8 where that is faster and as accurate, else float16.

    Args:
        network: In float32.
        validation: Faces, uint8 (n, 48, 48, 1), that decide about accuracy and are timed.
    """
    if network.count_params() > LARGE:
        return convert_litert(network, "int8")
    kinds: tuple[Quantisation, ...] = ("float16", "int8")
    files = {kind: convert_litert(network, kind) for kind in kinds}
    faces = validation.inputs[..., 0]
    with tempfile.TemporaryDirectory() as folder:
        accuracy, milliseconds = {}, {}
        for kind, file in files.items():
            path = Path(folder) / f"{kind}.tflite"
            write_bytes(path, file)
            classes = tuple(map(str, range(network.output_shape[-1])))
            answers = Classifier(path, classes).predict(faces).argmax(axis=1)
            accuracy[kind] = float(np.mean(answers == validation.labels))
            milliseconds[kind] = milliseconds_per_face(path, faces)
    is_as_accurate = accuracy["int8"] >= accuracy["float16"] - TOLERANCE
    is_faster = milliseconds["int8"] < milliseconds["float16"]
    return files["int8" if is_as_accurate and is_faster else "float16"]
