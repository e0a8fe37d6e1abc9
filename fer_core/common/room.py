"""Work that takes much memory, let in as long as there is room for it."""

import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from fer_core.common import isolated

_ASIDE = 0.5
"""How often somebody who waits is asked whether to continue, s."""


class Room:
    """Lets callers in, in the order in which they come, while they take no more than there is."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._waiting: deque[object] = deque()
        self._taken = 0

    @contextmanager
    def take(self, amount: int, capacity: int) -> Iterator[Callable[[int], None]]:
        """Waits until there is room, and takes it for the length of a `with` block.

        Args:
            amount: What is needed; of more than there is, all is taken.
            capacity: How much there is in all.

        Yields:
            A function to call once less is needed, with how much is.
        """
        taken = min(amount, capacity)
        self._enter(taken, capacity)

        def keep(less: int) -> None:
            nonlocal taken
            less = min(less, taken)
            self._give_back(taken - less)
            taken = less

        try:
            yield keep
        finally:
            self._give_back(taken)

    def _enter(self, amount: int, capacity: int) -> None:
        ticket = object()
        with self._changed:
            self._waiting.append(ticket)
            try:
                while self._waiting[0] is not ticket or self._taken + amount > capacity:
                    if not self._changed.wait(_ASIDE):
                        isolated.while_waiting()
                self._taken += amount
            finally:
                self._waiting.remove(ticket)
                self._changed.notify_all()

    def _give_back(self, amount: int) -> None:
        with self._changed:
            self._taken -= amount
            self._changed.notify_all()


one_reader = Room()
"""Of one place: files of data that somebody sends are read one after the other, as each may take
much memory."""
