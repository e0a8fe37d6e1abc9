"""Keeping two runs from doing the same work in one DEST.

It saves work, no more: two that did run side by side would write the same shards twice, each whole.
"""

import json
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from fer_core.common.locks import only_one
from fer_core.errors import BatchError, FerError
from fer_core.scale.dest import Dest

_NOTE = "_driver.json"
_EVERY_SECONDS = 60.0
STALE_SECONDS = 180.0
"""After so long without a sign of life a run in a bucket counts as ended."""


@contextmanager
def alone_in(dest: Dest, name: str = "driver") -> Iterator[None]:
    """Keeps other runs out of a DEST for the length of a `with` block.

    On a disk the system frees the lock of a run that dies. A bucket has no locks: a note in it is
    written anew every minute, and counts for three.

    Args:
        dest: Where results go.
        name: Of the lock; in a bucket there is but the driver's.

    Raises:
        BatchError: If another is at work there.
    """
    if dest.folder is not None:
        refusal = BatchError(
            f"Another run is at work in {dest.uri}. Wait until it has ended; `fer-studio batch "
            f"--status {dest.uri}` tells how far it is."
        )
        with only_one(dest.folder / f".{name}.lock", refusal):
            yield
    elif name == "driver":
        with _noted(dest):
            yield
    else:
        yield


@contextmanager
def _noted(dest: Dest) -> Iterator[None]:
    _refuse_living(dest)
    over = threading.Event()

    def sign() -> None:
        told = {"host": socket.gethostname(), "process": os.getpid(), "time": time.time()}
        dest.write(_NOTE, json.dumps(told).encode())

    def go_on() -> None:
        while not over.wait(_EVERY_SECONDS):
            try:
                sign()
            except FerError:  # what it means shows when the next shard is written
                pass

    sign()
    thread = threading.Thread(target=go_on, name="driver's note", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
        dest.delete(_NOTE)


def _refuse_living(dest: Dest) -> None:
    if _NOTE not in dest.names():
        return
    try:
        note = json.loads(dest.read(_NOTE))
        host, process, age = note["host"], note["process"], time.time() - note["time"]
    except (ValueError, KeyError, TypeError):  # no note of ours
        return
    if age < STALE_SECONDS:
        raise BatchError(
            f"Another run is at work in {dest.uri}: process {process} on {host} gave a sign of "
            f"life {max(age, 0):.0f} s ago. Wait until it has ended; one that was killed counts as "
            f"ended after {STALE_SECONDS:.0f} s."
        )
