"""Small made-up datasets in every form."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from forms import csv_lines, noise_faces

from fer_core.common import isolated
from fer_core.dataset import FaceDataset
from fer_core.settings import settings


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A cache of the test's own, so that nothing is read from or left on the machine."""
    monkeypatch.setenv("FER_CACHE", str(tmp_path / "cache"))
    settings.cache_clear()
    yield tmp_path / "cache"
    settings.cache_clear()


@pytest.fixture(autouse=True)
def read_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reads in this process, whose memory and functions a test can watch."""
    monkeypatch.setattr(isolated, "_is_inside", True)


@pytest.fixture
def faces() -> FaceDataset:
    return noise_faces()


@pytest.fixture
def csv_file(faces: FaceDataset, tmp_path: Path) -> Callable[[list[str]], Path]:
    """Writes lines (those of `faces` if none are given) to `fer2013.csv`."""

    def write(lines: list[str] | None = None) -> Path:
        path = tmp_path / "fer2013.csv"
        path.write_text("\n".join(lines if lines is not None else csv_lines(faces)) + "\n")
        return path

    return write
