"""What smaller numbers on disk cost: float16 and int8 against the float32 network.

    python benchmarks/quantisation.py [NAME ...]

For each saved model, for the file that is committed and for both kinds made again: accuracy on its
protocol's validation faces (PublicTest for `fer2013`), the share of faces that keep their label,
how far a probability moves, the size of the file and the time of one face on one thread.
"""

import argparse
import tempfile
from pathlib import Path

import numpy as np
import tensorflow as tf

from fer_core.dataset import find_protocol, load
from fer_core.evaluation.cost import machine, milliseconds_per_face
from fer_core.inference import Classifier
from fer_core.savedmodels import open_model, saved_names
from fer_core.savedmodels.convert import Quantisation, convert_litert
from fer_core.savedmodels.network import load_network
from fer_core.settings import settings

_KINDS: tuple[Quantisation, ...] = ("float16", "int8")
_BATCH = 256


def keras_answers(network: tf.keras.Model, faces: np.ndarray) -> np.ndarray:
    """Probabilities (n, classes) of the float32 network."""
    answer = tf.function(lambda batch: network(batch, training=False), reduce_retracing=True)
    batches = [faces[start : start + _BATCH] for start in range(0, len(faces), _BATCH)]
    return np.concatenate([answer(tf.constant(b[..., None], tf.float32)) for b in batches])


def measure(name: str, folder: Path) -> None:
    dataset = load(settings().dataset)
    saved = open_model(name)
    protocol = find_protocol(saved.run().protocol)
    rows = protocol.split(dataset).validation
    faces, labels = dataset.images[rows], protocol.labels(dataset, rows)
    network = load_network(saved)
    exact = keras_answers(network, faces)
    print(f"{name}: {len(faces):,} faces; float32 {(exact.argmax(1) == labels).mean():.2%}")
    files = {"committed": saved.file("model.tflite")}
    for kind in _KINDS:
        files[kind] = folder / f"{name}-{kind}.tflite"
        files[kind].write_bytes(convert_litert(network, kind))
    for kind, path in files.items():
        answers = Classifier(path, protocol.classes).predict(faces)
        differences = np.abs(answers - exact).max(1)
        print(
            f"  {kind}: {(answers.argmax(1) == labels).mean():.2%}, "
            f"{(answers.argmax(1) == exact.argmax(1)).mean():.2%} of the labels kept, "
            f"probabilities differ by {np.quantile(differences, 0.99):.4f} "
            f"(99 % of faces) and {differences.max():.4f} at most, "
            f"{path.stat().st_size / 1e6:.1f} MB, {milliseconds_per_face(path, faces):.2f} ms"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="saved models; all if none is named")
    print(machine())
    with tempfile.TemporaryDirectory() as folder:
        for name in parser.parse_args().names or saved_names():
            measure(name, Path(folder))


if __name__ == "__main__":
    main()
