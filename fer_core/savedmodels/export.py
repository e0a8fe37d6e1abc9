"""A saved model in the formats other programs run."""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from fer_core.common.files import put, put_folder, write_bytes
from fer_core.common.litert import open_function
from fer_core.errors import FerError
from fer_core.savedmodels.convert import Quantisation, convert_litert
from fer_core.savedmodels.folder import SavedModel
from fer_core.savedmodels.network import load_network

Format = Literal["tflite", "onnx", "saved_model"]
SUFFIXES: dict[str, str] = {"tflite": ".tflite", "onnx": ".onnx", "saved_model": ""}


@dataclass(frozen=True)
class Export:
    """An exported file or folder.

    Attributes:
        path: Where it is.
        size: Bytes, of all its files.
        difference: Largest difference of a probability from Keras's on 64 random faces.
    """

    path: Path
    size: int
    difference: float


def export(
    saved: SavedModel, format: Format, path: Path, quantisation: Quantisation = "float16"
) -> Export:
    """Writes a saved model for other programs: uint8 faces (n, 48, 48, 1) to probabilities.

    Args:
        saved: The model.
        format: "tflite" (LiteRT), "onnx" (opset of tf2onnx) or "saved_model" (TensorFlow).
        path: File, or folder for "saved_model"; an earlier export there is replaced once the new
            one is whole.
        quantisation: Of a "tflite" file's weights; the others keep float32.

    Raises:
        FerError: If something else than an earlier export is there, if int8 is asked for in
            another format than "tflite", or if ONNX is asked for and its packages are missing.
    """
    _check(saved, format, path, quantisation)
    network = load_network(saved)
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        fresh = Path(folder) / path.name
        if format == "tflite":
            write_bytes(fresh, convert_litert(network, quantisation))
        else:
            _export_graph(network, format, fresh)
        faces = np.random.default_rng(0).integers(0, 256, (64, 48, 48, 1), np.uint8)
        answers = open_export(fresh, format)(faces)
        difference = float(np.abs(answers - network(faces, training=False).numpy()).max())
        if fresh.is_dir():
            put_folder(fresh, path)
        else:
            put(fresh, path)
    return Export(path, _size(path), difference)


def _check(saved: SavedModel, format: Format, path: Path, quantisation: Quantisation) -> None:
    """Refuses what would delete something else than an earlier export."""
    if quantisation == "int8" and format != "tflite":
        raise FerError(f"Only a tflite file can be int8; {format} keeps float32.")
    if saved.weights.resolve() in (path.resolve(), *path.resolve().parents):
        raise FerError(f"{path} is among the saved models; name another place.")
    if format != "saved_model" and path.is_dir():
        raise FerError(f"{path} is a folder; name the file to write.")
    if format == "saved_model" and path.exists():
        is_export = path.is_dir() and (
            (path / "saved_model.pb").exists() or not any(path.iterdir())
        )
        if not is_export:
            raise FerError(f"{path} holds something else; name a new folder.")


def open_export(path: Path, format: Format) -> Callable[[np.ndarray], np.ndarray]:
    """Returns what answers as an exported model does: uint8 (n, 48, 48, 1) to float32 (n, classes).

    A "tflite" and an "onnx" model run on one thread, a "saved_model" on TensorFlow's own.

    Args:
        path: As written by `export`.
        format: Its format.
    """
    if format == "tflite":
        return open_function(path)
    if format == "onnx":
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        session = onnxruntime.InferenceSession(str(path), options)
        entry = session.get_inputs()[0].name
        return lambda faces: session.run(None, {entry: faces})[0]
    import tensorflow as tf

    served = tf.saved_model.load(str(path))  # it owns the variables that `serve` reads
    return lambda faces: served.serve(faces).numpy()


def _export_graph(network: Any, format: Format, path: Path) -> None:
    import keras

    faces = keras.Input((48, 48, 1), dtype="uint8")
    classifier = keras.Model(faces, network(keras.ops.cast(faces, "float32"), training=False))
    classifier(np.zeros((1, 48, 48, 1), np.uint8))
    if format == "onnx":
        try:
            import onnxruntime  # noqa: F401
            import tf2onnx  # noqa: F401
        except ImportError as error:
            raise FerError(
                "ONNX needs two more packages: `pip install tf2onnx onnxruntime`."
            ) from error
        classifier.export(path, format="onnx", verbose=False)
    else:
        classifier.export(path, verbose=False)


def _size(path: Path) -> int:
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files if file.is_file())
