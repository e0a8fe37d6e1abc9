"""Small made-up datasets in every form."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from forms import csv_lines

from fer_core.dataset import FaceDataset
from fer_core.settings import settings


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A cache of the test's own, so that nothing is read from or left on the machine."""
    monkeypatch.setenv("FER_CACHE", str(tmp_path / "cache"))
    settings.cache_clear()
    yield tmp_path / "cache"
    settings.cache_clear()


@pytest.fixture
def faces() -> FaceDataset:
    """Forty-two faces of noise: six of each emotion, two of each in every split."""
    labels = np.tile(np.arange(7, dtype=np.uint8), 6)
    return FaceDataset(
        images=np.random.default_rng(3).integers(0, 256, (42, 48, 48), np.uint8),
        labels=labels,
        usage=np.repeat(np.array([0, 1, 2], np.uint8), 14),
        source="made up",
    )


@pytest.fixture
def csv_file(faces: FaceDataset, tmp_path: Path) -> Callable[[list[str]], Path]:
    """Writes lines (those of `faces` if none are given) to `fer2013.csv`."""

    def write(lines: list[str] | None = None) -> Path:
        path = tmp_path / "fer2013.csv"
        path.write_text("\n".join(lines if lines is not None else csv_lines(faces)) + "\n")
        return path

    return write
