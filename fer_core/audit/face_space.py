"""Which pictures show no face: blank ones, and those far from what faces look like."""

from functools import cache
from pathlib import Path

import numpy as np

from fer_core.common.files import write_arrays
from fer_core.dataset.faces import standardised
from fer_core.settings import ROOT

BLANK_DEVIATION = 5.0
"""Gray values; FER2013's faces start at 11, its blank pictures end at 0."""

FACE_SPACE = 50
COMMITTED = ROOT / "fer_core" / "assets" / "statistics" / "face_space.npz"
_FACES_AT_ONCE = 512


def blank(faces: np.ndarray) -> np.ndarray:
    """Returns which pictures show nothing, bool of shape (n,): their gray hardly varies.

    Args:
        faces: uint8 of shape (n, 48, 48).
    """
    pixels = faces.reshape(len(faces), -1)
    parts = [
        pixels[first : first + _FACES_AT_ONCE].std(axis=1, dtype=np.float32)
        for first in range(0, len(faces), _FACES_AT_ONCE)
    ]
    return np.concatenate(parts) < BLANK_DEVIATION


def distance_from_face_space(faces: np.ndarray) -> np.ndarray:
    """Returns how little each picture is a mixture of faces, float32 of shape (n,), 0 or more.

    The distance from face space of Turk & Pentland (1991): what FER2013's first 50 eigenfaces
    leave of a picture of zero mean and unit variance, as a share of the variance. Text, drawings
    and collages come first. Blank pictures, which have no variance, get 0.

    Args:
        faces: uint8 of shape (n, 48, 48).
    """
    mean, eigenfaces = read_face_space()
    basis, inside_mean = np.vstack([eigenfaces, mean]).T, eigenfaces @ mean
    distances = np.zeros(len(faces), np.float32)
    for first in range(0, len(faces), _FACES_AT_ONCE):
        part = slice(first, first + _FACES_AT_ONCE)
        pixels = faces[part].reshape(-1, mean.size).astype(np.float32)
        pixels -= pixels.mean(axis=1, keepdims=True)
        squares = np.einsum("ij,ij->i", pixels, pixels)
        deviation = np.sqrt(squares / mean.size)
        # What would be standardised face by face is scaled once it is 51 numbers.
        scale = np.maximum(deviation, 1)
        seen = pixels @ basis / scale[:, None]
        whole = squares / scale**2 - 2 * seen[:, -1] + mean @ mean
        left = whole - ((seen[:, :-1] - inside_mean) ** 2).sum(axis=1)
        distances[part] = np.where(deviation < BLANK_DEVIATION, 0, np.maximum(left, 0))
    return distances / mean.size


def fit_face_space(faces: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Returns the mean, shape (2304,), and 50 eigenfaces, (50, 2304), of standardised faces."""
    from sklearn.decomposition import PCA

    basis = PCA(FACE_SPACE, svd_solver="randomized", random_state=0).fit(standardised(faces))
    return basis.mean_, basis.components_


def write_face_space(faces: np.ndarray, path: Path = COMMITTED) -> None:
    """Fits the face space to a dataset's faces and writes what `read_face_space` reads."""
    mean, eigenfaces = (array.astype(np.float16) for array in fit_face_space(faces))
    write_arrays(path, mean=mean, eigenfaces=eigenfaces)
    read_face_space.cache_clear()


@cache
def read_face_space(path: Path = COMMITTED) -> tuple[np.ndarray, np.ndarray]:
    """Returns FER2013's mean face and eigenfaces, as `fit_face_space` does, kept with the code."""
    with np.load(path, allow_pickle=False) as file:
        return file["mean"].astype(np.float32), file["eigenfaces"].astype(np.float32)
