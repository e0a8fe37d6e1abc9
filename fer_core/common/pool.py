"""Objects that serve one caller at a time, shared by many threads."""

import queue
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

T = TypeVar("T")


class Pool(Generic[T]):
    """Lends objects that are not thread-safe (interpreters, cascades) to one thread at a time.

    A new one is made only while all others are lent, so there are as many as there were callers
    at once. A `threading.local` would make one for each of the threads Streamlit starts again on
    every run of a page. A copy, or what is sent to another process, makes objects of its own.

    Args:
        make: Makes a new object.
    """

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._idle: queue.LifoQueue[T] = queue.LifoQueue()

    def __reduce__(self) -> "tuple[type[Pool[T]], tuple[Callable[[], T]]]":
        return Pool, (self._make,)

    @contextmanager
    def lend(self) -> Iterator[T]:
        """Lends an object for the length of a `with` block."""
        try:
            item = self._idle.get_nowait()
        except queue.Empty:
            item = self._make()
        try:
            yield item
        finally:
            self._idle.put(item)
