import pytest

from fer_core.settings import settings


@pytest.fixture
def without_yunet(saved_models, tmp_path, monkeypatch):
    """The saved models, on a machine that YuNet was never fetched to."""
    monkeypatch.setattr(settings(), "yunet", None)
    monkeypatch.setattr(settings(), "cache", tmp_path / "cache")
    return saved_models
