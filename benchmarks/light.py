"""What light normalised before a saved network reads a face does, by strength: no training.

    FER_DATA=... python benchmarks/light.py [--model NAME] [--photographs PARQUET]

For each strength of `models/light.py`: accuracy on PublicTest, and on 500 of its faces in the dark
and with low contrast (severities 3 and 5 of `evaluation/robustness.py`). `--photographs` names a
parquet of pictures of one face each (columns `emotion`, `jpeg`); YuNet cuts the largest face out of
rows 0, 2, 4 ..., which choose, and a face that is not found counts as wrong.

The saved network is rebuilt without its own normalisation, so the model must be one whose
architecture has a `LIGHT`.
"""

import argparse
from collections.abc import Callable
from importlib import import_module

import keras
import numpy as np
import pandas as pd
import tensorflow as tf

from fer_core.cli.source import open_dataset
from fer_core.dataset import PROTOCOLS
from fer_core.emotions import EMOTIONS
from fer_core.evaluation.robustness import CORRUPTIONS, robustness_rows
from fer_core.faces import crop, detector
from fer_core.images import decode
from fer_core.models import find
from fer_core.savedmodels import open_model
from fer_core.savedmodels.network import load_network

STRENGTHS = (0.0, 0.25, 0.5, 0.75, 1.0)


def built_with(name: str, strength: float) -> Callable[[np.ndarray], np.ndarray]:
    """A function from uint8 faces (n, 48, 48) to class indices, by the saved weights."""
    module = import_module(f"fer_core.models.architectures.{name}")
    module.LIGHT = strength
    network: keras.Model = find(name).build_untrained(7)
    network.set_weights(load_network(open_model(name)).get_weights())
    run = tf.function(lambda faces: network(faces, training=False), reduce_retracing=True)

    def answer(faces: np.ndarray) -> np.ndarray:
        parts = np.array_split(faces[..., None].astype(np.float32), -(-len(faces) // 256))
        return np.concatenate([run(part).numpy().argmax(axis=1) for part in parts])

    return answer


def photographs(path: str) -> tuple[np.ndarray, np.ndarray]:
    """Faces cut out of every second photograph, uint8 (n, 48, 48), and labels; 255 if none."""
    table = pd.read_parquet(path).iloc[::2]
    finder, faces, labels = detector("yunet"), [], []
    for emotion, file in zip(table["emotion"], table["jpeg"], strict=True):
        picture = decode(file)
        boxes = finder.detect(picture)
        largest = max(boxes, key=lambda box: box.width * box.height, default=None)
        faces.append(crop(picture, [largest])[0] if largest else np.zeros((48, 48), np.uint8))
        labels.append(EMOTIONS.index(emotion) if largest else 255)
    return np.stack(faces), np.array(labels)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="slim_vgg")
    parser.add_argument("--photographs")
    options = parser.parse_args()
    dataset = open_dataset(None)
    rows = PROTOCOLS["fer2013"].split(dataset).validation
    faces, labels = dataset.images[rows], dataset.labels[rows]
    few = robustness_rows(labels)[::2]
    wild = photographs(options.photographs) if options.photographs else None
    for strength in STRENGTHS:
        answer = built_with(options.model, strength)
        figures = [f"PublicTest {np.mean(answer(faces) == labels):.2%}"]
        for name in ("darkness", "contrast"):
            kind = CORRUPTIONS[name]
            right = [
                answer(kind.apply(faces[few], kind.levels[at])) == labels[few] for at in (2, 4)
            ]
            figures.append(f"{name} {np.mean(right):.1%}")
        if wild:
            said = answer(wild[0])
            figures.append(f"photographs {np.mean(said == wild[1]):.1%} of {len(said)}")
            neutral = EMOTIONS.index("neutral")
            figures.append(f"neutral {np.mean(said[wild[1] == neutral] == neutral):.1%}")
        print(f"{strength:4.2f}: {', '.join(figures)}", flush=True)


if __name__ == "__main__":
    main()
