"""Which faces the detectors find, what else they take for one, and their time.

    FER_DATA=... python benchmarks/detectors.py [--faces 200]

Faces of FER2013's PrivateTest, blank ones left out, are laid on the background of the sample
portrait (the part without her), 640 x 480, turned, darkened or shrunk. A face is found if the
middle of a box lies in the middle half of where it was laid. False hits are boxes anywhere else,
and all boxes on the shipped paintings and on noise. FER2013's faces were all found by a detector
once and are cropped tightly: what counts is the difference between the rows.
"""

import argparse
import time

import cv2
import numpy as np

from fer_core.dataset import PROTOCOLS, load
from fer_core.evaluation.cost import machine
from fer_core.faces import DETECTORS, Detector, FaceBox, detector, is_here
from fer_core.images import shrunk
from fer_core.samples import SAMPLES
from fer_core.settings import settings
from fer_core.styletransfer.paintings import PAINTINGS

WIDTH, HEIGHT = 640, 480
CONDITIONS: dict[str, tuple[int, float, float]] = {
    "as it is": (120, 0.0, 1.0),
    "turned 15°": (120, 15.0, 1.0),
    "turned 30°": (120, 30.0, 1.0),
    "turned 45°": (120, 45.0, 1.0),
    "dark": (120, 0.0, 0.2),
    "60 px": (60, 0.0, 1.0),
    "40 px": (40, 0.0, 1.0),
}
"""Side of the face, px; degrees; brightness of the whole picture against 1."""


def background() -> np.ndarray:
    """The wall and flag behind the astronaut, 640 x 480, without a face."""
    return cv2.resize(SAMPLES[0].picture()[:250, :170], (WIDTH, HEIGHT))


def laid(face: np.ndarray, behind: np.ndarray, side: int, degrees: float, light: float):
    """Returns a picture with the face in its middle, under a soft oval edge."""
    turn = cv2.getRotationMatrix2D((24, 24), degrees, side / 48)
    turn[:, 2] += (WIDTH / 2 - 24, HEIGHT / 2 - 24)
    oval = np.zeros((48, 48), np.float32)
    cv2.ellipse(oval, (24, 24), (20, 22), 0, 0, 360, 1, -1)
    oval = cv2.GaussianBlur(oval, (0, 0), 1.5)
    size = (WIDTH, HEIGHT)
    face, oval = (cv2.warpAffine(part, turn, size) for part in (face.astype(np.float32), oval))
    mixed = behind * (1 - oval[..., None]) + face[..., None] * oval[..., None]
    return np.clip(mixed * light, 0, 255).astype(np.uint8)


def is_middle(box: FaceBox, side: int) -> bool:
    """Whether the box's middle lies in the middle half of the face."""
    x, y = box.left + box.width / 2, box.top + box.height / 2
    return max(abs(x - WIDTH / 2), abs(y - HEIGHT / 2)) <= side / 4


class Narrow:
    """A detector that is shown pictures at most `side` px long."""

    def __init__(self, finder: Detector, side: int) -> None:
        self.name = f"{finder.name} at {side} px"
        self._finder, self._side = finder, side

    def detect(self, rgb: np.ndarray) -> list[FaceBox]:
        small, scale = shrunk(rgb, self._side)
        return [box.scaled(1 / scale) for box in self._finder.detect(small)]


def measure(finder: Detector, fast: bool, faces: np.ndarray) -> None:
    behind = background()
    taken, cells, false = [], [], 0
    for side, degrees, light in CONDITIONS.values():
        found = 0
        for face in faces:
            picture = laid(face, behind, side, degrees, light)
            started = time.perf_counter()
            boxes = finder.detect(picture)
            taken.append(time.perf_counter() - started)
            right = [is_middle(box, side) for box in boxes]
            found += any(right)
            false += right.count(False)
        cells.append(f"{found / len(faces):.0%}")
    rng = np.random.default_rng(0)
    empty = [painting.picture() for painting in PAINTINGS.values()]
    empty += [rng.integers(0, 256, (HEIGHT, WIDTH, 3), np.uint8) for _ in range(5)]
    on_none = sum(len(finder.detect(picture)) for picture in empty)
    use = "video" if fast else "pictures"
    pictures = len(faces) * len(CONDITIONS)
    print(
        f"| {finder.name}, {use} | {' | '.join(cells)} | {false} of {pictures:,} | "
        f"{on_none} of {len(empty)} | {1000 * np.median(taken):.1f} |",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--faces", type=int, default=200)
    count = parser.parse_args().faces
    dataset = load(settings().dataset)
    rows = PROTOCOLS["fer2013"].split(dataset).test
    rows = rows[dataset.images[rows].std(axis=(1, 2)) > 10]
    chosen = np.random.default_rng(0).choice(rows, count, replace=False)
    print(f"{machine()}; {count} faces\n")
    print(f"| detector | {' | '.join(CONDITIONS)} | false hits | on no face | ms |")
    print("|---" * (len(CONDITIONS) + 4) + "|")
    for name in filter(is_here, DETECTORS):
        for fast in (True, False):
            measure(detector(name, fast), fast, dataset.images[chosen])
    for fast in (True, False):
        measure(Narrow(detector("haar_alt2", fast), 320), fast, dataset.images[chosen])


if __name__ == "__main__":
    main()
