import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from fer_core.settings import ROOT

PATIENCE = 90


@dataclass(frozen=True)
class Server:
    """A real server in a process of its own."""

    address: str
    pid: int

    @property
    def memory(self) -> float:
        """The memory it holds now, MB."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) / 1024

    def files_on_disk(self) -> list[str]:
        """The regular files that it has open for writing, named or not; none in memory."""
        found = []
        for place in Path(f"/proc/{self.pid}/fd").iterdir():
            try:
                target = str(place.readlink())
                flags = Path(f"/proc/{self.pid}/fdinfo/{place.name}").read_text()
            except OSError:  # closed meanwhile
                continue
            is_written = int(flags.split("flags:")[1].split()[0], 8) & (os.O_WRONLY | os.O_RDWR)
            if target.startswith("/") and is_written and not target.startswith(_NO_FILES):
                found.append(target)
        return found


_NO_FILES = ("/dev/", "/memfd:", "/proc/")


@pytest.fixture(scope="module")
def start_server(tmp_path_factory) -> Iterator[Callable[..., Server]]:
    """Starts servers that end with the module's tests."""
    with ExitStack() as running:

        def start(*options: str, **environment: str) -> Server:
            log = tmp_path_factory.mktemp("server") / "log.txt"
            return running.enter_context(_serve(log, options, environment))

        yield start


@contextmanager
def _serve(log: Path, options: tuple[str, ...], environment: dict[str, str]) -> Iterator[Server]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "Home.py", f"--server.port={port}"]
    with log.open("w") as output:
        process = subprocess.Popen(
            [*command, "--server.address=127.0.0.1", "--server.headless=true", *options],
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=output,
            env={**os.environ, **environment},
        )
    address = f"http://127.0.0.1:{port}"
    try:
        until = time.monotonic() + PATIENCE
        while not _answers(f"{address}/_stcore/health"):
            if process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"The server did not start:\n{log.read_text()}")
            time.sleep(0.1)
        yield Server(address, process.pid)
    finally:
        process.terminate()
        process.wait(timeout=20)


def _answers(address: str) -> bool:
    try:
        urllib.request.urlopen(address, timeout=2)
        return True
    except OSError:
        return False
