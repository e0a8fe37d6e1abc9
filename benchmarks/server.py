"""The real server, started as a user starts it, for the benchmarks that open it in a browser."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

from fer_core.settings import ROOT


def start_server(**environment: str) -> tuple[subprocess.Popen, str]:
    """Returns its process and address; it does not answer yet."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "Home.py", f"--server.port={port}"]
    process = subprocess.Popen(
        [*command, "--server.headless=true"],
        cwd=ROOT,
        env=os.environ | environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    return process, f"http://127.0.0.1:{port}"


def wait_until_up(address: str) -> None:
    """Waits until it answers.

    A socket asks: a browser that is refused draws an error page each time, which takes the
    processor from the server that is starting.
    """
    host, port = address.removeprefix("http://").split(":")
    while True:
        try:
            socket.create_connection((host, int(port))).close()
            return
        except OSError:
            time.sleep(0.02)


def memory_mb(process: subprocess.Popen) -> float:
    """Returns the memory it holds now."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def tree_mb(pid: int) -> float:
    """Returns what a process and all below it take together, shared memory counted once, MB."""
    total = 0
    for process in processes(pid):
        try:
            rollup = Path(f"/proc/{process}/smaps_rollup").read_text()
        except OSError:  # ended meanwhile
            continue
        total += int(rollup.split("\nPss:")[1].split()[0]) if "\nPss:" in rollup else 0
    return total / 1024


def processes(pid: int) -> list[int]:
    """Returns a process and all below it."""
    parents = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                stat = (folder / "stat").read_text()
            except OSError:
                continue
            parents[int(folder.name)] = int(stat.rpartition(")")[2].split()[1])
    found = [pid]
    for process in found:
        found += [child for child, parent in parents.items() if parent == process]
    return found
