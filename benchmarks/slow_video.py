"""Of how many frames that show a face it is found, in videos of few frames a second.

    python benchmarks/slow_video.py [--detector yunet] [VIDEO ...]

The clip of `clip.py` at 1, 2, 5, 10 and 30 frames a second for 40 seconds; for one second in every
five a scene drawn by code stands in its place, so that faces go and return at a cut. A frame
counts as found where the box shown overlaps the true one by 0.3 or more. Of a VIDEO no true box is
known: its frames with a face are those in which YuNet, searching each as a picture, finds one.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from clip import FPS, clip

from fer_core.evaluation.scenes import scene
from fer_core.faces import FaceBox, detector
from fer_core.inference import Pipeline
from fer_core.inference.stream import FaceStream
from fer_core.inference.video import VideoReader

SECONDS = 40
LEAST = 0.3
"""Overlap of a box with the true one."""

Shown = tuple[np.ndarray, float, np.ndarray]
"""A frame, its time, and the true boxes (n, 4) in it."""


def own(fps: int) -> Iterator[Shown]:
    for number, shot in enumerate(clip(SECONDS * FPS)):
        if number % (FPS // fps):
            continue
        if shot.seconds % 5 >= 4:
            yield scene(int(shot.seconds)), shot.seconds, np.empty((0, 4))
        else:
            yield shot.rgb, shot.seconds, shot.faces


def filmed(path: Path) -> Iterator[Shown]:
    searcher = detector("yunet")
    with VideoReader(path) as reader:
        for frame in reader:
            boxes = searcher.detect(frame.rgb)
            truth = [[box.left, box.top, box.width, box.height] for box in boxes]
            yield frame.rgb, frame.seconds, np.array(truth, float).reshape(-1, 4)


def overlap(box: FaceBox, truth: np.ndarray) -> float:
    low = np.maximum(truth[:2], (box.left, box.top))
    high = np.minimum(truth[:2] + truth[2:], (box.right, box.bottom))
    both = float(np.prod(np.maximum(high - low, 0)))
    return both / (float(np.prod(truth[2:])) + box.width * box.height - both)


def measure(name: str, frames: Iterator[Shown], pipeline: Pipeline) -> None:
    stream = FaceStream(pipeline)
    faces = found = empty = false = 0
    for rgb, seconds, truth in frames:
        boxes = [face.box for face in stream.read(rgb, seconds)]
        hit = any(overlap(box, one) >= LEAST for box in boxes for one in truth)
        faces, found = faces + bool(len(truth)), found + hit
        empty, false = empty + (not len(truth)), false + (not len(truth) and bool(boxes))
    share = found / max(faces, 1)
    print(f"| {name} | {found} of {faces} ({share:.1%}) | {false} of {empty} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--detector", default="yunet")
    parser.add_argument("--model", default="mini_xception")
    parser.add_argument("videos", nargs="*", type=Path)
    options = parser.parse_args()
    pipeline = Pipeline.load(options.model, options.detector, fast=True)
    print("| video | frames with a face that are found | without one where a face is shown |")
    print("|---" * 3 + "|")
    for path in options.videos:
        measure(path.name, filmed(path), pipeline)
    for fps in (1, 2, 5, 10, 30):
        measure(f"own, {fps} a second", own(fps), pipeline)


if __name__ == "__main__":
    main()
