"""How well faces are followed between two searches, by four ways of following.

    python benchmarks/tracking.py [--detector yunet]

Overlap (IoU) with the true box in a face that pans, zooms and turns, when the detector looks only
at every n-th frame: mean, and the worst 5 %. Each way starts again from every detection.
"""

import argparse
import time
from collections.abc import Callable

import cv2
import numpy as np
from clip import clip

from fer_core.evaluation.cost import machine
from fer_core.faces import detector
from fer_core.inference.flow import follow, search_picture

Way = Callable[[np.ndarray, np.ndarray, np.ndarray, np.ndarray], np.ndarray]
"""Gray before, gray after, box, its last velocity (4,) per frame -> box."""


def hold(before: np.ndarray, after: np.ndarray, box: np.ndarray, speed: np.ndarray) -> np.ndarray:
    return box


def velocity(
    before: np.ndarray, after: np.ndarray, box: np.ndarray, speed: np.ndarray
) -> np.ndarray:
    return box + speed


def template(
    before: np.ndarray, after: np.ndarray, box: np.ndarray, speed: np.ndarray
) -> np.ndarray:
    left, top, width, height = (round(side) for side in box)
    reach = round(0.35 * width)
    left, top = max(left, 0), max(top, 0)
    face = before[top : top + height, left : left + width]
    x, y = max(left - reach, 0), max(top - reach, 0)
    area = after[y : top + height + reach, x : left + width + reach]
    if not face.size or area.shape[0] < face.shape[0] or area.shape[1] < face.shape[1]:
        return box
    found = cv2.minMaxLoc(cv2.matchTemplate(area, face, cv2.TM_CCOEFF_NORMED))[3]
    return box + np.array([x + found[0] - left, y + found[1] - top, 0, 0])


def median_flow(
    before: np.ndarray, after: np.ndarray, box: np.ndarray, speed: np.ndarray
) -> np.ndarray:
    (moved,) = follow(before, after, box[None])
    return moved if np.isfinite(moved).all() else box


def overlap(a: np.ndarray, b: np.ndarray) -> float:
    low, high = np.maximum(a[:2], b[:2]), np.minimum(a[:2] + a[2:], b[:2] + b[2:])
    both = np.prod(np.maximum(high - low, 0))
    return float(both / (np.prod(a[2:]) + np.prod(b[2:]) - both))


def measure(
    way: Way, every: int, found: list, grays: list[np.ndarray], truth: np.ndarray
) -> tuple[np.ndarray, float]:
    """Returns the overlap in each frame and the milliseconds of following one."""
    box, last, last_at, speed = None, None, 0, np.zeros(4)
    overlaps, spent, steps = [], 0.0, 0
    for n, gray in enumerate(grays):
        if found[n] is not None and (n % every == 0 or box is None):
            if last is not None:
                speed = (found[n] - last) / (n - last_at)
            box, last, last_at = found[n], found[n], n
        elif box is not None:
            began = time.perf_counter()
            box = way(grays[n - 1], gray, box, speed)
            spent, steps = spent + time.perf_counter() - began, steps + 1
        if box is not None:
            overlaps.append(overlap(box, truth[n]))
    return np.array(overlaps), 1000 * spent / max(steps, 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--detector", default="haar_alt2")
    name = parser.parse_args().detector
    shots = list(clip(300))
    grays = [search_picture(shot.rgb) for shot in shots]
    scale = grays[0].shape[1] / shots[0].rgb.shape[1]
    truth = np.array([shot.faces[0] for shot in shots]) * scale
    searcher = detector(name, fast=True)
    found = []
    for shot in shots:
        boxes = sorted(searcher.detect(shot.rgb), key=lambda box: -box.width)[:1]
        sides = [np.array([b.left, b.top, b.width, b.height]) * scale for b in boxes]
        found.append(sides[0] if sides else None)
    print(f"{machine()}\n{name} finds her in {np.mean([f is not None for f in found]):.1%}.\n")
    print("| search every | hold | constant velocity | template | median flow |")
    print("|---|---|---|---|---|")
    for every in (1, 3, 5, 8, 10, 15):
        cells = []
        for way in (hold, velocity, template, median_flow):
            overlaps, ms = measure(way, every, found, grays, truth)
            worst = np.percentile(overlaps, 5)
            cells.append(f"{overlaps.mean():.2f} / {worst:.2f} ({ms:.1f} ms)")
        print(f"| {every} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
