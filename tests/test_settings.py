import pytest

from fer_core.common.budget import memory_limit
from fer_core.errors import SettingsError
from fer_core.settings import PACKAGED_WEIGHTS, ROOT, Settings


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch):
    for name in ("FER_HOSTED", "FER_MAX_VIDEO_MB", "FER_MEMORY_MB"):
        monkeypatch.delenv(name, raising=False)


def test_public_server_takes_smaller_videos_unless_told_otherwise(monkeypatch):
    assert Settings().max_video_mb == 200
    monkeypatch.setenv("FER_HOSTED", "1")
    assert Settings().max_video_mb == 50
    monkeypatch.setenv("FER_MAX_VIDEO_MB", "120")
    assert Settings().max_video_mb == 120


def test_visitors_hold_two_fifths_of_the_memory_or_what_is_set(monkeypatch):
    assert Settings().memory == pytest.approx(0.4 * memory_limit())
    monkeypatch.setenv("FER_MEMORY_MB", "300")
    assert Settings().memory == 300 * 2**20


def test_models_of_an_installed_package_are_read_and_never_written(monkeypatch):
    monkeypatch.delenv("FER_WEIGHTS", raising=False)
    assert Settings().weights_to_write == Settings().weights == ROOT / "weights"
    monkeypatch.setenv("FER_WEIGHTS", str(PACKAGED_WEIGHTS))
    with pytest.raises(SettingsError, match="Set FER_WEIGHTS to a folder of your own"):
        _ = Settings().weights_to_write


def test_dataset_unpacks_to_no_more_than_a_visitor_may_hold(
    monkeypatch,
):
    monkeypatch.setenv("FER_MEMORY_MB", "9000")
    assert Settings().max_unpacked_mb == 600
    monkeypatch.setenv("FER_MEMORY_MB", "400")
    assert Settings().visitor_memory == 200 * 2**20
    assert Settings().max_unpacked_mb == 100


def test_process_that_reads_a_file_takes_no_more_than_two_fifths_of_the_memory(monkeypatch):
    monkeypatch.setattr("fer_core.settings.memory_limit", lambda: 690 * 2**20)
    assert Settings().reader_mb(1500) == 276
    assert Settings().reader_mb(200) == 200
