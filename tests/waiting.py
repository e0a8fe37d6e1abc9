"""Waiting for what another thread or process does: only a test that fails depends on the clock."""

import time
from collections.abc import Callable

PATIENCE = 300.0
"""Seconds after which something is taken never to happen, on however busy a machine."""

PATIENCE_MS = PATIENCE * 1000
"""The same, as Playwright counts."""


def eventually(holds: Callable[[], bool], pause: float = 0.01) -> bool:
    """Whether it comes true before patience ends."""
    end = time.monotonic() + PATIENCE
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(pause)
    return True


def wait_until(holds: Callable[[], bool]) -> None:
    assert eventually(holds), "waited in vain"
