"""Times every image operation on a 12-megapixel photo; each should take at most 0.5 s.

    python benchmarks/imageops.py

Prints the median of seven runs, at the default settings and at slow ones that the page allows.
"""

import os
import platform
import statistics
import time

import cv2
import numpy as np

from fer_core.imageops import OPERATIONS, Step
from fer_core.samples import SAMPLES

LIMIT = 0.5
SLOWEST = {
    "gaussian_blur": {"sigma": 15.0},
    "box_blur": {"size": 99},
    "median_blur": {"size": 31},
    "bilateral_filter": {"diameter": 7},
    "sharpen": {"sigma": 15.0},
    "clahe": {"tiles": 32},
    "adaptive_threshold": {"size": 199},
    "resize": {"width": 4096, "height": 4096, "interpolation": "bicubic"},
    "rotate": {"angle": 45.0},
    "draw_text": {"text": "Żółć 你好 नमस्ते", "size": 30.0},
    "face_boxes": {"cascade": "smile", "scale_factor": 1.05, "min_size": 20},
}


def photo() -> np.ndarray:
    """The astronaut at 4,000 x 3,000 px, with grain, since a smooth picture flatters some."""
    large = cv2.resize(SAMPLES[0].picture(), (4000, 3000), interpolation=cv2.INTER_CUBIC)
    return Step("gaussian_noise", {"sigma": 4.0}).run(large)


def seconds(step: Step, image: np.ndarray) -> float:
    step.run(image)
    times = []
    for _ in range(7):
        start = time.perf_counter()
        step.run(image)
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def main() -> None:
    image = photo()
    load = os.getloadavg()[0]
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, load {load:.1f}, OpenCV {cv2.__version__}"
    )
    print(f"{'operation':24} {'default':>9} {'slowest':>9}")
    over = []
    for name, operation in OPERATIONS.items():
        default = seconds(Step(name), image)
        slowest = seconds(Step(name, SLOWEST[name]), image) if name in SLOWEST else default
        print(f"{operation.title:24} {1000 * default:6.0f} ms {1000 * slowest:6.0f} ms")
        if default > LIMIT:
            over.append(operation.title)
    print(f"Over {LIMIT} s at default settings: {', '.join(over) or 'none'}")


if __name__ == "__main__":
    main()
