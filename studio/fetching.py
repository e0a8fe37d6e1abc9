"""What a server fetches by itself where its deployer says so (`FER_FETCH`).

FER2013, YuNet and the trunk that paints; from the first visit on, in the background, once for all
sessions. A restart that emptied the disk begins anew. Each is checked before it is used, and what
fails is tried again, later each time.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache

import streamlit as st

from fer_core.common.download import Progress
from fer_core.dataset.download import fetch_fer2013
from fer_core.errors import FerError
from fer_core.faces import BEST, DETECTORS, is_here
from fer_core.models import backbones
from fer_core.settings import settings

PAUSES = (15.0, 60.0, 300.0)
"""Seconds before what failed is tried again; the last one then stays."""

FER2013 = "FER2013"
_EVERY = 1.0
_log = logging.getLogger(__name__)


@dataclass
class Wanted:
    """Something to be fetched, and how it stands.

    Attributes:
        title: For people to read.
        is_here: Whether it is on this machine.
        fetch: Fetches and checks it.
        there: Bytes that have come.
        expected: Bytes in all; None where nobody knows yet.
        failure: Why it could not be fetched the last time; None while that is not so.
    """

    title: str
    is_here: Callable[[], bool]
    fetch: Callable[[Progress], object]
    there: int = field(default=0, init=False)
    expected: int | None = field(default=None, init=False)
    failure: str | None = field(default=None, init=False)

    def note(self, there: int, expected: int | None) -> None:
        """Takes how far it is."""
        self.there, self.expected, self.failure = there, expected, None


class Fetching:
    """Fetches one after the other, until all is here.

    Args:
        wanted: In order.
        pauses: As `PAUSES`.
    """

    def __init__(self, wanted: Sequence[Wanted], pauses: Sequence[float] = PAUSES) -> None:
        self.wanted = {one.title: one for one in wanted}
        self._pauses = pauses
        self._again = 0.0
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def begin(self) -> None:
        """Begins, unless that was done before; returns at once."""
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="fetching", daemon=True)
                self._thread.start()

    def sentence(self, title: str) -> str:
        """Returns how one of them stands, for people."""
        one = self.wanted[title]
        if one.failure is not None:
            left = max(0.0, self._again - time.monotonic())
            # A message names folders of the server, which are none of a visitor's business.
            why = "The server's log says why." if settings().hosted else one.failure
            return f"{title} could not be fetched; it is tried again in {left:.0f} s. {why}"
        if not one.there:
            return f"{title} will be here soon: this server fetches it by itself."
        if one.there == one.expected:
            return f"{title} has come and is being checked."
        of = f" of {one.expected / 1e6:.0f}" if one.expected else ""
        return f"This server fetches {title}: {one.there / 1e6:.0f}{of} MB have come."

    def _run(self) -> None:
        attempts = 0
        while missing := [one for one in self.wanted.values() if not one.is_here()]:
            if attempts:
                pause = self._pauses[min(attempts, len(self._pauses)) - 1]
                self._again = time.monotonic() + pause
                time.sleep(pause)
            attempts += 1
            for one in missing:
                self._try(one)

    def _try(self, one: Wanted) -> None:
        try:
            one.fetch(one.note)
        except FerError as error:
            _log.warning("%s could not be fetched: %s", one.title, error)
            one.failure = str(error)
        except Exception as error:
            _log.exception("%s could not be fetched.", one.title)
            one.failure = (
                f"It stopped at an error of the program ({type(error).__name__}: {error})."
            )


@cache
def fetching() -> Fetching:
    """Returns what this server fetches."""
    yunet = DETECTORS[BEST].file
    assert yunet is not None
    return Fetching(
        [
            Wanted("YuNet", lambda: is_here(BEST), yunet.fetch),
            Wanted(
                FER2013,
                lambda: settings().dataset is not None,
                lambda tell: fetch_fer2013(on_progress=tell),
            ),
            Wanted(
                "VGG19",
                lambda: backbones.local_weights("vgg19") is not None,
                lambda tell: backbones.weights_file("vgg19", tell),
            ),
        ]
    )


def begin() -> None:
    """Begins to fetch, where the deployer wants that and it was not done before."""
    if _is_wanted():
        fetching().begin()


def _is_wanted() -> bool:
    return settings().fetch and not settings().offline


def show_coming() -> None:
    """Draws how FER2013 is coming, where it is, and runs the page again once it is here."""
    if not _is_wanted():
        return
    begin()
    one = fetching().wanted[FER2013]

    @st.fragment(run_every=_EVERY)
    def watch() -> None:
        if one.is_here():
            st.rerun()
        share = min(one.there / one.expected, 1.0) if one.expected else 0.0
        st.progress(share, fetching().sentence(FER2013))

    watch()
