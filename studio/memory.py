"""What visitors hold in this server's memory: one budget, watched by a timer.

Uploads count from their first byte, datasets before they are decoded, and all that a session keeps
once it is there. When it is too much, who was not heard of for the longest gives way and reads why.
"""

import gc
import itertools
import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from tempfile import SpooledTemporaryFile
from typing import Any

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

from fer_core.common.budget import Budget, size_of
from fer_core.common.memory import return_free_blocks
from fer_core.errors import BudgetError
from fer_core.settings import settings
from studio import compat
from studio.markdown import plain

TIDIED_EVERY = 5.0
"""Seconds between two looks at who has left and who holds what."""

_LOOKS = 6
"""At every so many looks downloads go that no page shows."""

_LARGE = 64 * 2**10
"""A session's values of fewer bytes stay with it when it has to give way."""

_EACH = 1024
"""Bytes that each upload costs beside its own."""

_UPLOADS, _READ, _STATE = "uploads", "a dataset being read", "what its pages keep"
_GAVE_WAY = (
    "This server ran short of memory and dropped what you had uploaded or made here, as you had "
    "not used it for the longest. Upload it again to continue."
)
_log = logging.getLogger(__name__)


@cache
def budget() -> Budget:
    """Returns the one budget of this server."""
    return Budget(settings().memory, settings().visitor_memory, _drop)


def watch() -> None:
    """Begins to count and to tidy, once for a server; nothing where no server runs."""
    budget()
    if compat.is_served():
        compat.receive_uploads_into(_Arriving)
        compat.on_upload(_take)
        compat.bind_downloads()
        threading.Thread(target=_tidy_for_ever, name="housekeeper", daemon=True).start()


def visit() -> None:
    """Notes that a visitor runs a page, and draws what there is to tell him or her."""
    session = compat.session_id()
    _used.set()
    budget().hear(session)
    for sentence in _untold.pop(session, []):
        st.warning(plain(sentence), icon=":material/memory:")


def when_left(leave: Callable[[str], None]) -> None:
    """Has a function be called with each session that has left for good."""
    _leavers.append(leave)


@contextmanager
def room_for_dataset(data: bytes) -> Iterator[None]:
    """Keeps room for the largest dataset that a file could unpack to, and for a second copy of it.

    The copy is what the process that reads it is sent. The dataset itself counts with what its
    session keeps, from the next look on.

    Raises:
        BudgetError: If there is none.
    """
    session = compat.session_id()
    budget().hold(session, _READ, settings().max_unpacked_mb * 2**20 + len(data))
    try:
        yield
    finally:
        budget().release(session, _READ)


def tidy() -> None:
    """Ends sessions that left, forgets what nobody owns, counts the rest and makes it fit."""
    if compat.on_loop(compat.end_left_sessions):
        _used.set()
    there = compat.sessions()
    for session in {*compat.uploads(), *budget().owners()} - there:
        if not session.startswith(_Arriving.PREFIX):
            compat.remove_uploads(session)
            budget().release(session)
            _untold.pop(session, None)
    for session in _known - there:
        for leave in _leavers:
            leave(session)
    _known.clear()
    _known.update(there)
    for session in there:
        _count(session)
    budget().settle()
    if _used.is_set():
        _used.clear()
        gc.collect()
        return_free_blocks()


class _Arriving(SpooledTemporaryFile[bytes]):
    """An upload on its way, which counts as it grows; what has no room is read and not kept."""

    PREFIX = "arriving "
    _numbers = itertools.count()

    def __init__(self, max_size: int) -> None:
        super().__init__(max_size)
        self._owner = f"{self.PREFIX}{next(self._numbers)}"
        self._refusal = ""

    def write(self, data: Any) -> int:
        if not self._refusal:
            try:
                budget().hold(self._owner, "bytes", self.tell() + len(data))
                return super().write(data)
            except BudgetError as error:
                self._refusal = str(error)
                self.seek(0)
                self.truncate()
                budget().release(self._owner)
        return len(data)

    def read(self, *size: int) -> bytes:
        return _Refused(self._refusal) if self._refusal else super().read(*size)

    def close(self) -> None:
        budget().release(self._owner)
        super().close()


class _Refused(bytes):
    """An upload that there was no room for: empty.

    Attributes:
        reason: Why, for its owner.
    """

    reason: str

    def __new__(cls, reason: str) -> "_Refused":
        self = super().__new__(cls)
        self.reason = reason
        return self


def _take(session: str, file: UploadedFileRec) -> bool:
    """Counts an upload that arrived; says whether it may stay, and tells its owner if not."""
    try:
        if isinstance(file.data, _Refused):
            raise BudgetError(file.data.reason)
        size = len(file.data) + _EACH + _size_of_uploads(session)
        budget().hold(session, _UPLOADS, size)
    except BudgetError as error:
        _tell(session, f"“{file.name}” was not taken. {error}")
        return False
    return True


def _count(session: str) -> None:
    """Counts what a session holds now."""
    budget().note(session, _UPLOADS, _size_of_uploads(session))
    budget().note(session, _STATE, size_of(*compat.values_of(session)))


def _size_of_uploads(session: str) -> int:
    return sum(len(file.data) + _EACH for file in compat.uploads().get(session, []))


def _drop(owner: str) -> bool:
    """Lets go of what a session holds, unless it is at work, and tells it at its next run."""
    if owner.startswith(_Arriving.PREFIX):
        return False
    with suppress(TimeoutError):
        if compat.on_loop(lambda: compat.forget(owner, lambda value: size_of(value) > _LARGE)):
            _tell(owner, _GAVE_WAY)
            _used.set()
            return True
    return False


_used = threading.Event()
"""Set when a page has run or something was let go, until what is free is given back."""

_leavers: list[Callable[[str], None]] = []
_known: set[str] = set()
"""The sessions that were there when it was last tidied."""

_untold: dict[str, list[str]] = {}
"""Sentences for sessions, drawn with their next run."""


def _tell(session: str, sentence: str) -> None:
    told = _untold.setdefault(session, [])
    if sentence not in told:
        told.append(sentence)


def _tidy_for_ever() -> None:
    for look in itertools.count(1):
        time.sleep(TIDIED_EVERY)
        try:
            tidy()
            if look % _LOOKS == 0:
                compat.remove_old_downloads()
        except Exception:
            _log.exception("Tidying failed; it is tried again.")
