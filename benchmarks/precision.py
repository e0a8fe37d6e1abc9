"""Seconds of an epoch in float32 and in mixed bfloat16: which of them a recipe should name.

    python benchmarks/precision.py [NAME ...]

Times a few training steps of each architecture, without augmentation, on random faces, and scales
their median to the faces of its protocol. A frozen trunk counts as the pass that its features take.
"""

import argparse
import time

import keras
import numpy as np

from fer_core.evaluation.cost import machine
from fer_core.models import REGISTRY, find
from fer_core.models.transfer import trunk_model
from fer_core.training.recipes import OURS

FACES = {"fer2013": 28_709, "r3": 17_223, "r4": 20_181, "r5": 24_176}
"""Training faces of each protocol, which an epoch shows once."""
_STEPS = 8


def seconds_per_epoch(name: str, precision: str) -> float:
    keras.utils.clear_session()
    keras.mixed_precision.set_global_policy(precision)
    spec, size = find(name), OURS[name].batch_size
    network = spec.build(len(spec.classes), **({"pretrained": False} if spec.trunk else {}))
    rng = np.random.default_rng(0)
    faces = rng.integers(0, 256, (size, 48, 48, 1)).astype(np.float32)
    labels = np.eye(len(spec.classes), dtype=np.float32)[rng.integers(0, len(spec.classes), size)]
    if spec.is_frozen:
        trunk = trunk_model(network)
        trunk.compile()
        step = lambda: trunk.predict_on_batch(faces)  # noqa: E731
    else:
        network.compile("adam", "categorical_crossentropy", jit_compile=False)
        step = lambda: network.train_on_batch(faces, labels)  # noqa: E731
    step()
    taken = []
    for _ in range(_STEPS):
        start = time.perf_counter()
        step()
        taken.append(time.perf_counter() - start)
    return float(np.median(taken)) * FACES[OURS[name].protocol or spec.protocol] / size


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="architectures; all if none is named")
    print(machine())
    for name in parser.parse_args().names or REGISTRY:
        exact, mixed = (seconds_per_epoch(name, p) for p in ("float32", "mixed_bfloat16"))
        print(f"{name}: float32 {exact:.0f} s, mixed bfloat16 {mixed:.0f} s", flush=True)


if __name__ == "__main__":
    main()
