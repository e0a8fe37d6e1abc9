"""Time of one face, and of detection and one face on a 640 x 480 picture.

    python benchmarks/classify.py [--model custom_cnn]

Medians, warm, as a webcam would use them (`fast=True`) and as the Classify page does.
"""

import argparse
import os
import time
from collections.abc import Callable

import cv2
import numpy as np

from fer_core import Pipeline
from fer_core.evaluation.cost import machine
from fer_core.faces import DETECTORS, crop, is_here
from fer_core.samples import SAMPLES


def median_ms(work: Callable[[], object], times: int) -> float:
    for _ in range(max(3, times // 10)):
        work()
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return 1000 * float(np.median(taken))


def frame() -> np.ndarray:
    """The astronaut as a webcam would see her: 640 x 480, one face of about 90 px."""
    picture = np.full((480, 640, 3), 127, np.uint8)
    picture[:, 80:560] = cv2.resize(SAMPLES[0].picture(), (480, 480), interpolation=cv2.INTER_AREA)
    return picture


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="custom_cnn")
    model = parser.parse_args().model
    print(f"{machine()}; load average {os.getloadavg()[0]:.1f}")

    picture = frame()
    pipeline = Pipeline.load(model, "haar_alt2")
    face = crop(picture, pipeline.detector.detect(picture))
    assert len(face) == 1
    taken = median_ms(lambda: pipeline.classifier.predict(face), 1000)
    print(f"{model}, one face, warm: {taken:.2f} ms")

    for name in filter(is_here, DETECTORS):
        for fast in (True, False):
            pipeline = Pipeline.load(model, name, fast)
            assert len(pipeline.analyze(picture)) == 1
            taken = median_ms(lambda pipeline=pipeline: pipeline.analyze(picture), 60)
            use = "video" if fast else "pictures"
            print(f"{name} for {use}, 640 x 480, detection and one face: {taken:.1f} ms")


if __name__ == "__main__":
    main()
