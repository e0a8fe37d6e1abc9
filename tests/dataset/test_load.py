import os
from pathlib import Path

import numpy as np
import pytest

from fer_core.dataset import (
    FaceDataset,
    load,
    load_upload,
)
from fer_core.dataset.parquet_form import write_parquet
from fer_core.errors import DatasetError
from fer_core.settings import settings


def test_upload_over_the_limit_or_of_another_form_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("FER_MAX_DATASET_MB", "1")
    settings.cache_clear()
    with pytest.raises(DatasetError, match=r"has 2 MB; the limit is 1 MB"):
        load_upload("a.parquet", bytes(2 * 2**20))
    with pytest.raises(DatasetError, match="in no form that can be read: csv, parquet, zip"):
        load_upload("a.txt", b"x")


def test_pipes_and_devices_are_no_datasets(tmp_path: Path) -> None:
    for name in ("pipe.csv", "pipe.parquet", "pipe.zip", "pipe.tar.gz"):
        os.mkfifo(tmp_path / name)
        with pytest.raises(DatasetError, match=r"pipe\.\S+ is a pipe; name a file"):
            load(tmp_path / name)
    with pytest.raises(DatasetError, match="is a device"):
        load("/dev/zero")


def test_missing_path_and_unknown_form(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="no dataset at"):
        load(tmp_path / "nowhere.csv")
    with pytest.raises(DatasetError, match="cannot be read"):
        load("~no-such-user/fer2013.csv")
    with pytest.raises(DatasetError, match="cannot be read"):
        load(tmp_path / ("x" * 300))
    (tmp_path / "a.txt").write_text("x")
    with pytest.raises(DatasetError, match="no form that can be read"):
        load(tmp_path / "a.txt")


def test_locate_takes_the_setting_before_what_was_fetched(
    faces: FaceDataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("FER_DATA", raising=False)
    settings.cache_clear()
    assert settings().dataset is None
    write_parquet(faces, settings().fetched)
    assert settings().dataset == settings().fetched
    monkeypatch.setenv("FER_DATA", "mine.csv")
    settings.cache_clear()
    assert settings().dataset == Path("mine.csv")


def test_dataset_refuses_what_does_not_fit_together() -> None:
    images = np.zeros((2, 48, 48), np.uint8)
    two = np.zeros(2, np.uint8)
    with pytest.raises(DatasetError, match=r"`images` must be"):
        FaceDataset(images.astype(float), two, two)
    with pytest.raises(DatasetError, match=r"`labels`|`images`"):
        FaceDataset(images, np.zeros(3, np.uint8), two)
    with pytest.raises(DatasetError, match=r"Labels must be 0\.\.6"):
        FaceDataset(images, two + 7, two)
    with pytest.raises(DatasetError, match="`origin`"):
        FaceDataset(images, two, two, origin=np.arange(3))


def test_arrays_are_read_only_and_so_is_what_they_are_views_of() -> None:
    base = np.zeros((2, 2304), np.uint8)
    two = np.zeros(2, np.uint8)
    dataset = FaceDataset(base.reshape(2, 48, 48), two, two.copy(), origin=np.arange(3, 5))
    for array in (base, two, dataset.images, dataset.usage, dataset.origin):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1
