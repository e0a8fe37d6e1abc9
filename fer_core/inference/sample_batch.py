"""A few pictures to try a batch with, made from the two portraits that come with the project."""

from functools import cache

import cv2
import numpy as np

from fer_core.images import encode_png, shrunk
from fer_core.samples import SAMPLES

_SIDE = 320


@cache
def sample_batch() -> tuple[tuple[str, bytes], ...]:
    """Returns names and PNG files: each portrait as it is and as cameras spoil it."""
    made = []
    for sample in SAMPLES:
        picture = shrunk(sample.picture(), _SIDE)[0]
        name = sample.title.replace(" ", "-").lower()
        made += [(f"{name}-{how}.png", encode_png(p)) for how, p in _spoilt(picture).items()]
    return tuple(made)


def _spoilt(picture: np.ndarray) -> dict[str, np.ndarray]:
    height, width = picture.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), 25, 1)
    noise = np.random.default_rng(0).normal(0, 30, picture.shape)
    return {
        "as-it-is": picture,
        "dark": (picture * 0.25).astype(np.uint8),
        "noisy": np.clip(picture + noise, 0, 255).astype(np.uint8),
        "blurred": cv2.GaussianBlur(picture, (0, 0), 3),
        "turned": cv2.warpAffine(picture, turn, (width, height), borderMode=cv2.BORDER_REFLECT),
        "mirrored": np.ascontiguousarray(picture[:, ::-1]),
    }
