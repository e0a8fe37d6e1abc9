import subprocess
import sys
from pathlib import Path

import pytest

from fer_core.common import locks
from fer_core.common.locks import only_one
from fer_core.errors import FileError, TrainingError

HOLD = """
import sys
from pathlib import Path
from fer_core.common.locks import only_one
with only_one(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def holder(tmp_path):
    """Another process that holds a lock until it is killed."""
    command = [sys.executable, "-c", HOLD, str(tmp_path / "deep" / "lock")]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, text=True, **pipes) as process:
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_who_comes_second_is_refused_until_the_first_has_died(holder, tmp_path: Path):
    lock = tmp_path / "deep" / "lock"
    with pytest.raises(TrainingError, match="Busy"), only_one(lock, TrainingError("Busy.")):
        raise AssertionError("both are in")
    holder.kill()
    holder.wait()
    with only_one(lock, TrainingError("Busy.")):
        pass


def test_who_waits_in_vain_is_told_for_what(holder, tmp_path: Path, monkeypatch):
    monkeypatch.setattr(locks, "_PATIENCE_SECONDS", 0.1)
    with (
        pytest.raises(FileError, match=r"Another process holds .*lock"),
        only_one(tmp_path / "deep" / "lock"),
    ):
        raise AssertionError("both are in")


def test_lock_is_free_again_after_an_error(tmp_path: Path):
    with pytest.raises(ValueError, match="boom"), only_one(tmp_path / "lock"):
        raise ValueError("boom")
    with only_one(tmp_path / "lock", TrainingError("Busy.")):
        pass


def test_lock_that_cannot_be_made_is_named(tmp_path: Path):
    (tmp_path / "file").touch()
    with (
        pytest.raises(FileError, match="lock cannot be written"),
        only_one(tmp_path / "file" / "lock"),
    ):
        pass
