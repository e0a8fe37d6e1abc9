"""A saved model in the formats other programs run."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

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
        path: Where it lies.
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
        path: File, or folder for "saved_model"; what lies there is replaced.
        quantisation: Of a "tflite" file's weights; the others keep float32.

    Raises:
        FerError: If ONNX is asked for and its packages are not installed.
    """
    network = load_network(saved)
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.is_dir():
        shutil.rmtree(path)
    if format == "tflite":
        path.write_bytes(convert_litert(network, quantisation))
    else:
        _export_graph(network, format, path)
    faces = np.random.default_rng(0).integers(0, 256, (64, 48, 48, 1), np.uint8)
    answers = run_export(path, format, faces)
    difference = float(np.abs(answers - network(faces, training=False).numpy()).max())
    return Export(path, _size(path), difference)


def run_export(path: Path, format: Format, faces: np.ndarray) -> np.ndarray:
    """Returns what an exported model answers: float32 (n, classes).

    Args:
        path: As written by `export`.
        format: Its format.
        faces: uint8 array of shape (n, 48, 48, 1).
    """
    if format == "tflite":
        from ai_edge_litert.interpreter import Interpreter

        interpreter = Interpreter(str(path), num_threads=1)
        source = interpreter.get_input_details()[0]["index"]
        interpreter.resize_tensor_input(source, faces.shape)
        interpreter.allocate_tensors()
        interpreter.set_tensor(source, faces)
        interpreter.invoke()
        return interpreter.get_tensor(interpreter.get_output_details()[0]["index"])
    if format == "onnx":
        import onnxruntime

        session = onnxruntime.InferenceSession(str(path))
        return session.run(None, {session.get_inputs()[0].name: faces})[0]
    import tensorflow as tf

    served = tf.saved_model.load(str(path))  # it owns the variables that `serve` reads
    return served.serve(faces).numpy()


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
