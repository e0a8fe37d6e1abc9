"""The file that a detector needs: where it lies, and fetching it."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from fer_core.common.download import Progress, fetch
from fer_core.errors import DownloadError
from fer_core.settings import settings

PATIENCE_SECONDS = 4.0
"""For so long whoever needs a detector waits for its file, from when it was first asked for."""


@dataclass(frozen=True)
class DetectorFile:
    """A file that does not come with the project.

    Attributes:
        name: As it is called in the cache.
        url: Where it comes from.
        sha256: 64 hexadecimal digits.
        size: For people to read.
        setting: Name of the setting that can name it elsewhere.
    """

    name: str
    url: str
    sha256: str
    size: str
    setting: str

    def path(self) -> Path | None:
        """Returns where it is on this machine, as its setting says or as fetched before."""
        for path in (getattr(settings(), self.setting), settings().cache / self.name):
            if path is not None and path.is_file():
                return path
        return None

    def fetch(self, on_progress: Progress | None = None) -> Path:
        """Returns the file, fetched into the cache if need be.

        Raises:
            DownloadError: If it cannot be fetched, or may not be, or is not the file expected.
        """
        there = self.path()
        if there is not None:
            return there
        if settings().offline:
            raise DownloadError(
                f"{self.name} is not on this machine, and FER_OFFLINE forbids to fetch it. "
                f"Name a copy of it with FER_{self.setting.upper()}."
            )
        return fetch(self.url, settings().cache / self.name, self.sha256, on_progress)


class Attempt:
    """One attempt of this process to fetch a file, in the background, for all who need it.

    Args:
        fetch: Fetches it.
    """

    def __init__(self, fetch: Callable[[], object]) -> None:
        self._fetch = fetch
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._until = 0.0
        self._reason = ""

    def begin(self) -> None:
        """Begins to fetch, unless that was begun before; returns at once."""
        with self._lock:
            if self._thread is None:
                self._until = time.monotonic() + PATIENCE_SECONDS
                # A daemon: a server that does not answer must not keep the program from ending.
                self._thread = threading.Thread(target=self._run, daemon=True)
                self._thread.start()

    def reason(self) -> str:
        """Returns why it failed, or "".

        Waits for its end, but not beyond `PATIENCE_SECONDS` from its beginning.
        """
        self.begin()
        assert self._thread is not None
        self._thread.join(max(0.0, self._until - time.monotonic()))
        if self._thread.is_alive():
            return "Its server has not answered yet."
        return self._reason

    def _run(self) -> None:
        try:
            self._fetch()
        except DownloadError as error:
            self._reason = str(error)
