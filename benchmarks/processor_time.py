"""Processor time of finding faces: a frame of live video, and a large picture searched again.

    python benchmarks/processor_time.py [--pictures]

A frame of 640 x 480 with one face, detected, and read and drawn as the live stream does; pictures
of 12 megapixels: one large face, a crowd of small ones, none. Processor time of all threads, the
median of several, so that what else runs on the machine disturbs it little. Copied into an older
checkout, it measures that one; `--pictures` adds the pictures.
"""

import argparse
import os
import time
from collections.abc import Callable

import cv2
import numpy as np
from clip import clip

from fer_core.evaluation.cost import machine
from fer_core.faces import detector
from fer_core.inference import Pipeline, draw
from fer_core.inference.stream import FaceStream
from fer_core.samples import SAMPLES

WIDTH, HEIGHT = 4000, 3000
CROWD, SIDE = 12, 110
"""Small faces in a picture, and their side with what is about them, px."""


def spent(act: Callable[[], object], runs: int) -> float:
    """Returns the median processor time, ms."""
    taken = []
    for _ in range(runs):
        began = time.process_time()
        act()
        taken.append(time.process_time() - began)
    return 1000 * float(np.median(taken))


def frames() -> None:
    shots = list(clip(200))
    fast = detector("yunet", fast=True)
    fast.detect(shots[0].rgb)
    print(f"| one search of a frame | {spent(lambda: fast.detect(shots[0].rgb), 100):.1f} |")
    stream = FaceStream(Pipeline.load("mini_xception", "yunet", fast=True))
    taken = []
    for shot in shots:
        began = time.process_time()
        draw(shot.rgb, stream.read(shot.rgb, shot.seconds))
        taken.append(time.process_time() - began)
    print(f"| frame read and drawn, mean of 200 | {1000 * np.mean(taken):.1f} |")


def large() -> dict[str, np.ndarray]:
    portrait = SAMPLES[0].picture()
    rng = np.random.default_rng(0)
    wall = cv2.resize(rng.integers(90, 160, (30, 40, 3), np.uint8), (WIDTH, HEIGHT))
    crowd = wall.copy()
    small = cv2.resize(portrait[10:230, 110:330], (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    for number in range(CROWD):
        row, column = divmod(number, 4)
        top, left = 500 + 900 * row, 400 + 950 * column
        crowd[top : top + SIDE, left : left + SIDE] = small
    near = cv2.resize(portrait, (HEIGHT, HEIGHT))
    face = cv2.copyMakeBorder(near, 0, 0, 0, WIDTH - HEIGHT, cv2.BORDER_REPLICATE)
    return {"one large face": face, f"{CROWD} faces of 55 px": crowd, "no face": wall}


def pictures() -> None:
    thorough = detector("yunet")
    for name, picture in large().items():
        found = len(thorough.detect(picture))
        clock = time.perf_counter()
        milliseconds = spent(lambda picture=picture: thorough.detect(picture), 7)
        took = 1000 * (time.perf_counter() - clock) / 7
        print(f"| 12 MP, {name} ({found} found) | {milliseconds:.0f} (clock {took:.0f}) |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pictures", action="store_true")
    is_with_pictures = parser.parse_args().pictures
    print(f"{machine()}; load average {os.getloadavg()[0]:.1f}\n")
    print("| | processor time, ms |\n|---|---|")
    frames()
    if is_with_pictures:
        pictures()


if __name__ == "__main__":
    main()
