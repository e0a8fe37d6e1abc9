"""What a style transfer costs: time, memory, and its loss against the TensorFlow tutorial's recipe.

    python benchmarks/style.py times              each size and quality in a fresh process
    python benchmarks/style.py recipes            the same loss lowered in other ways, at 256 px

The photo is the sample portrait, the painting `improvisation`. Seconds are wall-clock, on whatever
else the machine is doing: the load is printed with them.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from fer_core.evaluation.cost import machine
from fer_core.samples import SAMPLES
from fer_core.settings import ROOT
from fer_core.styletransfer.options import StyleOptions
from fer_core.styletransfer.paintings import PAINTINGS

RUNS = (
    (256, "draft"),
    (256, "standard"),
    (384, "draft"),
    (384, "standard"),
    (512, "standard"),
    (768, "draft"),
)
PAINTING = "improvisation"
ADAM_STEPS = 500


class OneLevel(StyleOptions):
    """Without the pyramid: all evaluations at the final size."""

    @property
    def levels(self) -> tuple[tuple[int, int], ...]:
        return ((self.size, 60),)


def one(size: int, quality: str, out: Path | None) -> None:
    """Paints once and prints what it took, as JSON: run in a process of its own."""
    started = time.perf_counter()
    from fer_core.faces import HaarDetector
    from fer_core.styletransfer.engine import stylize
    from fer_core.styletransfer.export import to_png

    photo = SAMPLES[0].picture()
    faces = HaarDetector().detect(photo)
    options = StyleOptions(size=size, quality=quality)
    result = stylize(photo, [PAINTINGS[PAINTING].picture()], options, faces=faces)
    usage = resource.getrusage(resource.RUSAGE_SELF)
    if out is not None:
        out.write_bytes(to_png(result, ("Improvisation",)))
    last = min(step.losses.total for step in result.history if step.level == size)
    figures = {
        "size": size,
        "quality": quality,
        "seconds": round(time.perf_counter() - started, 1),
        "cpu_seconds": round(usage.ru_utime + usage.ru_stime, 1),
        "peak_gb": round(usage.ru_maxrss / 2**20, 2),
        "loss": round(last, 3),
        "load": round(os.getloadavg()[0], 1),
    }
    print(json.dumps(figures))


def times(runs: tuple[tuple[int, str], ...], repeat: int) -> None:
    for size, quality in runs:
        for _ in range(repeat):
            command = [sys.executable, __file__, "one", "--size", str(size), "--quality", quality]
            done = subprocess.run(
                command, capture_output=True, text=True, check=True, env=quiet(), cwd=ROOT
            )
            print(done.stdout.splitlines()[-1], flush=True)


def recipes() -> None:
    """Prints seconds and final loss of L-BFGS with and without the pyramid, and of Adam."""
    import tensorflow as tf

    from fer_core.faces import HaarDetector
    from fer_core.styletransfer.engine import stylize
    from fer_core.styletransfer.network import load_network

    photo, painting, network = SAMPLES[0].picture(), PAINTINGS[PAINTING].picture(), load_network()
    faces = HaarDetector().detect(photo)

    def say(name: str, paint_it: Callable[[], list[float]]) -> None:
        started = time.perf_counter()
        losses = paint_it()
        seconds = time.perf_counter() - started
        load = os.getloadavg()[0]
        print(f"{name}: {seconds:.1f} s, loss {min(losses):.3f} (load {load:.1f})", flush=True)

    def lowered(options: StyleOptions) -> list[float]:
        result = stylize(photo, [painting], options, faces=faces, network=network)
        return [step.losses.total for step in result.history if step.level == options.size]

    for quality in ("draft", "standard"):
        say(f"L-BFGS, pyramid, {quality}", lambda q=quality: lowered(StyleOptions(quality=q)))
    say("L-BFGS, 60 evaluations at 256 px", lambda: lowered(OneLevel()))

    def adam() -> list[float]:
        objective, picture = aimed(photo, painting, network, faces)
        variable = tf.Variable(picture)
        # The tutorial's epsilon of 0.1 is small against its gradients; against ours it is large.
        optimizer = tf.keras.optimizers.Adam(learning_rate=0.02, beta_1=0.99, epsilon=1e-9)
        losses = []
        for _ in range(ADAM_STEPS):
            found, gradient = objective(variable.numpy())
            losses.append(found.total)
            optimizer.apply([tf.constant(gradient)], [variable])
            variable.assign(tf.clip_by_value(variable, 0, 1))
        losses.append(objective(variable.numpy())[0].total)
        return losses

    say(f"Adam, {ADAM_STEPS} steps at 256 px (TensorFlow tutorial)", adam)


def aimed(photo: np.ndarray, painting: np.ndarray, network, faces):
    """Returns the objective of `StyleOptions()` at 256 px, and the photo at that size."""
    from fer_core.styletransfer import engine
    from fer_core.styletransfer.losses import Objective
    from fer_core.styletransfer.network import STYLE_LAYERS

    options = StyleOptions()
    objective = Objective(
        network,
        STYLE_LAYERS,
        options.pooling,
        options.style_weight,
        options.variation_weight,
    )
    ours = engine._prepared(photo, "photo", options.size)
    theirs = engine._prepared(painting, "painting", options.size)
    small = [face.scaled(options.size / max(photo.shape)) for face in faces]
    place = 1 + engine.FACE_WEIGHT * options.face * engine.face_map(ours.shape[:2], small)
    objective.aim(ours, [theirs], (1.0,), place)
    return objective, ours


def quiet() -> dict[str, str]:
    return {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONPATH": str(ROOT)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=("times", "recipes", "one"))
    parser.add_argument("--size", type=int)
    parser.add_argument("--quality", default="standard")
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    if asked.what == "one":
        one(asked.size, asked.quality, asked.out)
        return
    print(machine(), flush=True)
    if asked.what == "times":
        runs = RUNS if asked.size is None else ((asked.size, asked.quality),)
        times(runs, asked.repeat)
    else:
        recipes()


if __name__ == "__main__":
    main()
