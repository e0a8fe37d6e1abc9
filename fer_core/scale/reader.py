"""Reading the pictures of a manifest, wherever they lie, into rows."""

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import Any

from fer_core.errors import BatchError, FileError
from fer_core.inference.batch import Reader, Row, error_row, rows_of
from fer_core.inference.pipeline import Pipeline
from fer_core.scale.fetch import fetch
from fer_core.scale.manifest import Entry
from fer_core.scale.places import is_local, shown

_AHEAD = 16
"""Pictures that are on their way from elsewhere while others are read."""


class PictureReader(Reader[Entry]):
    """Reads pictures in this process; can be sent to others, which load the model again.

    Args:
        model: Name of a saved model.
        detector: As `faces.detector` takes it.
        threshold: Confidence below which the answer is "not sure"; None takes the model's own.
        whole: Whether to take each picture as one face.
    """

    at_once = 32

    def __init__(
        self,
        model: str,
        detector: str = "auto",
        threshold: float | None = None,
        whole: bool = False,
    ) -> None:
        self.model = model
        self._detector = detector
        self._options = (threshold, whole)
        self._pipeline: Pipeline | None = None

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_pipeline": None}

    def __call__(self, item: Entry) -> list[Row]:
        """Returns the rows of one picture."""
        return self._rows(item, _fetched(item))

    def many(self, items: Iterable[Entry]) -> Iterator[list[Row]]:
        """Yields the rows of each; what comes from elsewhere is fetched ahead."""
        for entry, data in _fetched_ahead(iter(items)):
            yield self._rows(entry, data)

    def lost(self, item: Entry, why: str) -> list[Row]:
        """Returns the row of a picture whose reading ended the process."""
        return [error_row(shown(item.uri), self.model, why)]

    def _rows(self, entry: Entry, data: bytes | str) -> list[Row]:
        if self._pipeline is None:
            self._pipeline = Pipeline.load(self.model, self._detector)
        name = shown(entry.uri)
        if isinstance(data, str):
            return [error_row(name, self.model, data)]
        return rows_of(data, name, self._pipeline, self.model, *self._options)


def _fetched(entry: Entry) -> bytes | str:
    """Returns a picture's file, or why there is none."""
    try:
        return fetch(entry)
    except (FileError, BatchError) as error:
        return str(error)


def _fetched_ahead(entries: Iterator[Entry]) -> Iterator[tuple[Entry, bytes | str]]:
    with ThreadPoolExecutor(_AHEAD) as threads:  # which start where they are needed
        under_way: deque[tuple[Entry, Future[bytes | str] | None]] = deque()
        while True:
            for entry in islice(entries, _AHEAD - len(under_way)):
                here = is_local(entry.uri)
                under_way.append((entry, None if here else threads.submit(_fetched, entry)))
            if not under_way:
                return
            entry, coming = under_way.popleft()
            yield entry, _fetched(entry) if coming is None else coming.result()
