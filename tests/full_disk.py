"""A disk with little room left."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def a_disk_of(size: int) -> Iterator[None]:
    """Lets no file of this process grow beyond so many bytes, as a full disk would not."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
