"""Seconds of an epoch without augmentation, with the recipe's, and with all that cameras do.

    python benchmarks/augmentation.py [NAME ...]

Times training steps of each architecture on random faces in float32, the three ways in turn, and
scales the medians to the faces of its protocol.
"""

import argparse
import time

import keras
import numpy as np
from precision import FACES

from fer_core.evaluation.cost import machine
from fer_core.models import find
from fer_core.models.recipe import Augmentation
from fer_core.training.augmentation import augmentation_layers

CAMERA = Augmentation(
    rotation=30,
    shift=4,
    zoom=(0.8, 1.3),
    flip=True,
    covered=0.5,
    gamma=1.8,
    gain=0.1,
    low_contrast=0.2,
    blur=1.6,
    resolution=3,
    noise=30,
    jpeg=12,
)
_STEPS = 16


def measure(name: str) -> dict[str, float]:
    """Seconds of an epoch by kind of augmentation."""
    spec = find(name)
    size, classes = spec.recipe.batch_size, len(spec.classes)
    rng = np.random.default_rng(0)
    faces = rng.integers(0, 256, (size, 48, 48, 1)).astype(np.float32)
    targets = np.eye(classes, dtype=np.float32)[rng.integers(0, classes, size)]
    kinds = {"none": Augmentation(), "recipe": spec.recipe.augmentation, "camera": CAMERA}
    networks = {}
    for kind, augmentation in kinds.items():
        network = keras.Sequential([*augmentation_layers(augmentation, 0), spec.build(classes)])
        network.compile("sgd", "categorical_crossentropy", jit_compile=False)
        network.train_on_batch(faces, targets)
        networks[kind] = network
    taken: dict[str, list[float]] = {kind: [] for kind in kinds}
    for _ in range(_STEPS):
        for kind, network in networks.items():
            start = time.perf_counter()
            network.train_on_batch(faces, targets)
            taken[kind].append(time.perf_counter() - start)
    steps = FACES[spec.recipe.protocol or spec.protocol] / size
    return {kind: float(np.median(times)) * steps for kind, times in taken.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", default=["slim_vgg"], help="architectures")
    print(machine())
    for name in parser.parse_args().names:
        found = measure(name)
        print(f"{name}: " + ", ".join(f"{kind} {s:.0f} s" for kind, s in found.items()), flush=True)


if __name__ == "__main__":
    main()
