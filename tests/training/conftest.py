from collections.abc import Iterator

import numpy as np
import pytest
import tiny_network

from fer_core.dataset import FaceDataset
from fer_core.settings import settings


@pytest.fixture
def checkpoints(tmp_path, monkeypatch):
    monkeypatch.setenv("FER_CHECKPOINTS", str(tmp_path / "checkpoints"))
    settings.cache_clear()
    yield tmp_path / "checkpoints"
    monkeypatch.undo()
    settings.cache_clear()


@pytest.fixture(scope="module")
def stripes() -> FaceDataset:
    """210 made-up faces: the emotion is how many stripes there are."""
    random = np.random.default_rng(0)
    labels = np.arange(210, dtype=np.uint8) % 7
    columns = np.arange(48) / 48
    images = [127 + 100 * np.sin(2 * np.pi * (k + 1) * columns)[None] for k in labels]
    faces = np.array(images) + random.normal(0, 10, (210, 48, 48))
    usage = np.repeat(np.array([0, 1, 2], np.uint8), 70)
    return FaceDataset(faces.clip(0, 255).astype(np.uint8), labels, usage)


@pytest.fixture(scope="module")
def tiny() -> Iterator[str]:
    """The name of a registered network that trains and converts in a moment."""
    with tiny_network.registered() as name:
        yield name
