"""How much memory visitors' data may take on a server, who holds it, and who gives way."""

import os
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from fer_core.errors import BudgetError

_SAMPLED = 200
"""Of a longer list so many entries are measured, and the others taken to be like them."""

_DEEPEST = 8


class Budget:
    """Bytes that many owners hold together, and never more than there are.

    Each holding is counted before it is made. Where it does not fit, what the owners hold who were
    not heard of for the longest is dropped first; where that is not enough, it is refused.

    Args:
        limit: Bytes that all may hold together.
        share: Bytes that one owner may hold.
        drop: Lets go of all that an owner holds and returns True, or returns False where that
            cannot be done now. It is called without a lock.
        clock: Seconds, from any start.
    """

    def __init__(
        self,
        limit: int,
        share: int,
        drop: Callable[[str], bool],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.limit, self.share = limit, share
        self._drop = drop
        self._clock = clock
        self._lock = threading.Lock()
        self._held: dict[str, dict[str, int]] = {}
        self._heard: dict[str, float] = {}

    @property
    def used(self) -> int:
        """Bytes that all hold together."""
        with self._lock:
            return self._used()

    def held_by(self, owner: str) -> int:
        """Returns the bytes that one owner holds."""
        with self._lock:
            return sum(self._held.get(owner, {}).values())

    def hear(self, owner: str) -> None:
        """Notes that an owner is still active; the one idle longest is asked to give way first."""
        with self._lock:
            self._heard[owner] = self._clock()

    def hold(self, owner: str, what: str, size: int) -> None:
        """Counts what an owner is about to hold; it takes the place of the last of that name.

        Args:
            owner: Who holds it.
            what: Its name among what the owner holds.
            size: Bytes.

        Raises:
            BudgetError: If it is more than one may hold, or no room can be made for it.
        """
        with self._lock:
            mine = self._held.get(owner, {})
            more = size - mine.get(what, 0)
            if sum(mine.values()) + more > self.share:
                raise BudgetError(_TOO_MUCH.format(self.share / 2**20))
        self._make_room(more, spare=owner)
        with self._lock:
            if more > 0 and self._used() + more > self.limit:
                raise BudgetError(_FULL)
            self._held.setdefault(owner, {})[what] = size

    def note(self, owner: str, what: str, size: int) -> None:
        """Counts what an owner was found to hold already; `settle` sees to it that all fits."""
        with self._lock:
            self._held.setdefault(owner, {})[what] = size

    def settle(self) -> None:
        """Releases what the longest idle owners hold until the rest fits."""
        with self._lock:
            greedy = [owner for owner, held in self._held.items() if _sum(held) > self.share]
        for owner in greedy:
            self._let_go(owner)
        self._make_room(0)

    def release(self, owner: str, what: str | None = None) -> None:
        """Counts no longer what an owner held, one thing of it or all."""
        with self._lock:
            if what is not None:
                self._held.get(owner, {}).pop(what, None)
                return
            self._held.pop(owner, None)
            self._heard.pop(owner, None)

    def owners(self) -> list[str]:
        """Returns the owners that hold something, the longest idle first."""
        with self._lock:
            return sorted(
                (owner for owner, held in self._held.items() if _sum(held)),
                key=lambda owner: self._heard.get(owner, 0.0),
            )

    def _make_room(self, size: int, spare: str | None = None) -> None:
        for owner in self.owners():
            if self.used + size <= self.limit:
                return
            if owner != spare:
                self._let_go(owner)

    def _let_go(self, owner: str) -> None:
        if self._drop(owner):
            with self._lock:
                self._held.pop(owner, None)

    def _used(self) -> int:
        return sum(_sum(held) for held in self._held.values())


_TOO_MUCH = (
    "One visitor may hold {:,.0f} MB on this server, and this would be more. Choose a smaller "
    "file, or remove what you uploaded before."
)
_FULL = (
    "This server's memory for uploads is full, and those who hold it are at work. "
    "Try again in a minute, or with a smaller file."
)


def _sum(held: Mapping[str, int]) -> int:
    return sum(held.values())


def size_of(*values: Any) -> int:
    """Returns the bytes that values hold together: arrays, files, texts, and what has them.

    Whatever has an integer `nbytes` says it itself. Of other objects only dataclasses, sets, lists,
    tuples and dicts are looked into, so that what many share (a network) is nobody's.
    """
    seen: set[int] = set()
    return sum(_size(value, seen, _DEEPEST) for value in values)


def _size(value: Any, seen: set[int], depth: int) -> int:
    if depth == 0 or id(value) in seen:
        return 0
    seen.add(id(value))
    if isinstance(value, bytes | bytearray | str):
        return sys.getsizeof(value)
    if isinstance(value, Mapping):
        return _sizes([*value.keys(), *value.values()], seen, depth) + sys.getsizeof(value)
    if isinstance(value, list | tuple | set | frozenset):
        return _sizes(list(value), seen, depth) + sys.getsizeof(value)
    own = getattr(value, "nbytes", None)
    if isinstance(own, int):
        return own
    if hasattr(value, "getbuffer"):  # a file in memory
        return int(value.getbuffer().nbytes)
    if hasattr(value, "memory_usage"):  # a table of pandas
        usage = value.memory_usage(deep=False)
        return int(usage if isinstance(usage, int) else usage.sum())
    if is_dataclass(value) and not isinstance(value, type):
        return _sizes([getattr(value, field.name, None) for field in fields(value)], seen, depth)
    return sys.getsizeof(value)


def _sizes(values: list[Any], seen: set[int], depth: int) -> int:
    measured = values[:: max(1, len(values) // _SAMPLED)]
    size = sum(_size(value, seen, depth - 1) for value in measured)
    return size * len(values) // max(1, len(measured))


def memory_limit(root: Path = Path("/")) -> int:
    """Returns how many bytes of memory this process may use: the machine's, or its container's.

    Read are the limits of its control group and of those above it, of version 1 or 2.

    Args:
        root: Where `proc` and `sys` are.
    """
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return min([machine, *_limits(root)])


def _limits(root: Path) -> list[int]:
    """Returns the limits that control groups set, bytes."""
    try:
        lines = (root / "proc/self/cgroup").read_text().splitlines()
    except OSError:  # no Linux
        return []
    limits = []
    for line in lines:
        _, controllers, group = line.split(":", 2)
        if controllers in ("", "memory"):
            place = root / "sys/fs/cgroup" / controllers
            file = "memory.limit_in_bytes" if controllers else "memory.max"
            path = PurePosixPath(group.lstrip("/"))
            # Within a container the path may be the host's, and only the top is mounted.
            limits += [_limit(place / above / file) for above in (path, *path.parents)]
    return [limit for limit in limits if limit]


def _limit(file: Path) -> int | None:
    try:
        return int(file.read_text())
    except (OSError, ValueError):  # not there, or "max"
        return None
