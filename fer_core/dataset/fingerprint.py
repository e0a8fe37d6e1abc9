"""Digests that tell faces, or a dataset with its labels, from all others."""

import hashlib

import numpy as np

from fer_core.dataset.faces import FaceDataset


def faces_digest(faces: np.ndarray) -> str:
    """Returns the sha256 of pictures, uint8 of shape (n, 48, 48), in their order."""
    return _digest(faces).hexdigest()


def fingerprint(dataset: FaceDataset) -> str:
    """Returns the sha256 of every picture and label of a dataset, in order."""
    digest = _digest(dataset.images)
    digest.update(dataset.labels.tobytes())
    return digest.hexdigest()


def _digest(faces: np.ndarray) -> "hashlib._Hash":
    return hashlib.sha256(np.ascontiguousarray(faces).data)
