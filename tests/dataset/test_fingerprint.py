from dataclasses import replace
from hashlib import sha256

import numpy as np

from fer_core.dataset import FaceDataset
from fer_core.dataset.fingerprint import faces_digest, fingerprint


def test_pictures_and_labels_and_their_order_tell_datasets_apart():
    faces = np.random.default_rng(0).integers(0, 256, (4, 48, 48), np.uint8)
    labels = np.array([0, 1, 2, 3], np.uint8)
    dataset = FaceDataset(faces, labels, np.zeros(4, np.uint8), source="some")
    assert fingerprint(dataset) == sha256(faces.tobytes() + labels.tobytes()).hexdigest()
    others = [
        replace(dataset, images=faces[::-1]),
        replace(dataset, labels=labels[::-1]),
        replace(dataset, images=faces[::-1], labels=labels[::-1]),
    ]
    assert len({fingerprint(other) for other in (dataset, *others)}) == 4
    assert fingerprint(replace(dataset, source="named otherwise")) == fingerprint(dataset)


def test_digest_of_faces_is_of_their_pixels_wherever_they_lie():
    faces = np.random.default_rng(0).integers(0, 256, (4, 48, 48), np.uint8)
    assert faces_digest(faces) == sha256(faces.tobytes()).hexdigest()
    assert faces_digest(faces[::2]) == faces_digest(faces[::2].copy())
    assert faces_digest(faces[::2]) != faces_digest(faces[:2])
