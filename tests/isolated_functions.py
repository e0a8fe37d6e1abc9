"""What `test_isolated` has called in processes of their own: by name, so in a module of its own."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from fer_core.common.isolated import Limits, call
from fer_core.errors import DatasetError, ImageError


def doubled(values: np.ndarray) -> np.ndarray:
    return 2 * values


def kind_and_size(data: bytes) -> tuple[str, int]:
    return type(data).__name__, len(data)


def refuse() -> None:
    raise ImageError("It is no picture.")


def stumble() -> None:
    raise KeyError("secret")


def crash() -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def be_killed() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def compute_for_ever() -> None:
    while True:
        pass


def wait_for_ever() -> None:
    time.sleep(1000)


def take(megabytes: int) -> int:
    return len(np.ones(megabytes << 20, np.uint8))


def environment(name: str) -> str | None:
    return os.environ.get(name)


def processes() -> tuple[int, int]:
    """This process, and its guard."""
    return os.getpid(), os.getppid()


def own_call(values: np.ndarray) -> np.ndarray:
    return call(doubled, values, limits=Limits(), error=DatasetError, subject="it")


def counted(most: int, then: str = "") -> Iterator[np.ndarray]:
    for number in range(most):
        yield np.full((100, 100), number)
    if then:
        globals()[then]()


def endless() -> Iterator[tuple[int, int]]:
    while True:
        yield processes()


def note_and_wait(note: str) -> None:
    Path(note).write_text(str(os.getpid()))
    wait_for_ever()
