import sys
from pathlib import Path

import numpy as np
import pytest
from dataset_page import Open
from streamlit.testing.v1 import AppTest

from fer_core.dataset import FaceDataset
from fer_core.dataset.parquet_form import write_parquet
from fer_core.faces import fetch_file
from fer_core.faces.file import Attempt
from fer_core.settings import ROOT, settings


@pytest.fixture
def made_up() -> FaceDataset:
    """Sixty-three faces of noise: nine of each emotion; rows 0 and 50 are the same picture."""
    labels = np.tile(np.arange(7, dtype=np.uint8), 9)
    images = np.random.default_rng(5).integers(0, 256, (63, 48, 48), np.uint8)
    images[50] = images[0]
    return FaceDataset(images, labels, np.repeat(np.array([0, 1, 2], np.uint8), 21), source="mine")


@pytest.fixture
def open_page(saved_models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Open:
    """Opens the page on two saved models and, if one is given, a dataset in the settings."""
    monkeypatch.setenv("FER_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("FER_DATA", raising=False)

    def start(dataset: FaceDataset | None = None, section: str = "Distribution") -> AppTest:
        if dataset is not None:
            write_parquet(dataset, tmp_path / "mine.parquet")
            monkeypatch.setenv("FER_DATA", str(tmp_path / "mine.parquet"))
        settings.cache_clear()
        app = AppTest.from_file(str(ROOT / "Home.py"), default_timeout=60)
        page = app.switch_page("pages/1_Dataset.py")
        page.query_params["section"] = section
        return page.run()

    return start


@pytest.fixture
def without_yunet(saved_models, tmp_path, monkeypatch):
    """The saved models, on a machine that YuNet was never fetched to."""
    monkeypatch.setattr(settings(), "yunet", None)
    monkeypatch.setattr(settings(), "cache", tmp_path / "cache")
    attempt = Attempt(lambda: fetch_file("yunet"))
    monkeypatch.setattr(sys.modules["fer_core.faces.detector"], "_attempt", attempt)
    return saved_models
