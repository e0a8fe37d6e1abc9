import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from waiting import PATIENCE

from fer_core.settings import ROOT

ARTIFACTS = ROOT / "tests" / "artifacts"


@pytest.fixture(scope="session")
def server(server_process) -> str:
    """The address of the real server, started as a user starts it."""
    return server_process[0]


@pytest.fixture(scope="session")
def server_process(tmp_path_factory) -> Iterator[tuple[str, int]]:
    """The address of the server and the number of its process."""
    # On a busy machine a video stream may take long to come up.
    patient = {"FER_STREAM_SECONDS": "300"}
    with serve(tmp_path_factory.mktemp("server") / "log.txt", **patient) as started:
        yield started


@pytest.fixture
def new_server(tmp_path) -> Iterator[tuple[str, int]]:
    """A server that no other test has used: a stream that never connected outlives its test."""
    with serve(tmp_path / "log.txt", FER_STREAM_SECONDS="300") as started:
        yield started


@pytest.fixture
def impatient_server(tmp_path) -> Iterator[str]:
    """The address of a server that gives a video stream the usual five seconds."""
    with serve(tmp_path / "log.txt") as (address, _):
        yield address


@pytest.fixture(scope="session")
def five_model_server(made_up_five, tmp_path_factory) -> Iterator[str]:
    """The address of a server whose saved models are the five that were made up."""
    log = tmp_path_factory.mktemp("five") / "log.txt"
    with serve(log, FER_WEIGHTS=str(made_up_five)) as (address, _):
        yield address


@pytest.fixture
def serving():
    """What starts a server of another script."""
    return serve


@contextmanager
def serve(
    log: Path, script: Path = ROOT / "Home.py", **environment: str
) -> Iterator[tuple[str, int]]:
    """Starts the real server as a user does; gives its address and process number."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = [f"--server.port={port}", "--server.headless=true", "--server.fileWatcherType=none"]
    command = [sys.executable, "-m", "streamlit", "run", str(script), *options]
    with log.open("w") as output:
        process = subprocess.Popen(
            command, cwd=script.parent, stdout=output, stderr=output, env=os.environ | environment
        )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait(f"{address}/_stcore/health", process, log)
        yield address, process.pid
    finally:
        process.terminate()
        process.wait(timeout=20)


def _wait(address: str, process: subprocess.Popen, log: Path) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        try:
            urllib.request.urlopen(address, timeout=2)
            return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError(f"The server did not start:\n{log.read_text()}")


@pytest.fixture(scope="session")
def playwright():
    """What drives a browser; the test is skipped where it is not installed."""
    from playwright.sync_api import sync_playwright

    if shutil.which("chromium") is None:
        pytest.skip("Chromium is not installed (apt-get install chromium)")
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def browser(playwright):
    """Chromium."""
    chromium = shutil.which("chromium")
    started = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
    yield started
    started.close()


@pytest.fixture
def artifacts() -> Path:
    """A folder that is kept after the tests, for screenshots."""
    ARTIFACTS.mkdir(exist_ok=True)
    return ARTIFACTS
