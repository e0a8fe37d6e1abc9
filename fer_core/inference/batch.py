"""Many pictures -> rows, in processes side by side; what is bad becomes a row of its own."""

import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from multiprocessing import get_context, parent_process
from pathlib import Path
from typing import Any, Generic, TypeVar

import numpy as np

from fer_core.common.files import printable
from fer_core.errors import ImageError
from fer_core.images import decoded
from fer_core.inference.pipeline import FaceEmotion, Pipeline
from fer_core.inference.records import as_records
from fer_core.picture_names import Skipped, is_clutter, is_picture_file, is_shadow

Row = dict[str, Any]
"""One face; or a picture without one (`face` is 0), or one that could not be read (`error`)."""

T = TypeVar("T")

_DIED = "The process that read it ended: the file may be made to crash programs."


def find_pictures(paths: Iterable[Path], skipped: Skipped | None = None) -> Iterator[Path]:
    """Yields files as they are named, and of folders every picture in them and below, by name.

    What macOS writes beside each file (`._IMG_1.jpg`) is left out wherever it is named, and in
    folders what is hidden.

    Args:
        paths: Files and folders.
        skipped: Takes the names of what is no picture in the folders, as they are passed.
    """
    for path in paths:
        if not path.is_dir():
            if not is_shadow(path.name):
                yield path
            continue
        for folder, folders, files in os.walk(path):
            folders[:] = sorted(name for name in folders if not is_clutter(name))
            for name in sorted(name for name in files if not is_clutter(name)):
                file = Path(folder, name)
                if is_picture_file(file):
                    yield file
                elif skipped is not None:
                    skipped.add(printable(file))


def rows_of(
    data: bytes,
    name: str,
    pipeline: Pipeline,
    model: str,
    threshold: float | None = None,
    whole: bool = False,
    seen: Callable[[np.ndarray, list[FaceEmotion]], None] = lambda rgb, faces: None,
) -> list[Row]:
    """Returns the rows of one picture, at least one.

    Args:
        data: The picture's file.
        name: Its name in the table.
        pipeline: Reads it.
        model: Name of the pipeline's model in the table.
        threshold: Confidence below which the answer is "not sure"; None takes the model's own.
        whole: Whether to take the picture as one face.
        seen: Called with the picture, which is only lent, and the faces found in it.
    """
    try:
        with decoded(data) as rgb:
            faces = [pipeline.analyze_whole(rgb)] if whole else pipeline.analyze(rgb)
            seen(rgb, faces)
    except ImageError as error:
        return [error_row(name, model, str(error))]
    except Exception as error:  # whatever it is, the pictures after this one are still read
        return [error_row(name, model, f"It could not be read ({type(error).__name__}: {error}).")]
    rows = [
        {"model": model, **record, **record["probabilities"]}
        for record in as_records(faces, name, threshold)
    ]
    for row in rows:
        del row["probabilities"]
    return rows or [{"picture": name, "model": model, "face": 0}]


def error_row(name: str, model: str, error: str) -> Row:
    """Returns the row of a picture that could not be read."""
    return {"picture": name, "model": model, "face": 0, "error": error}


class Reader(Generic[T]):
    """Reads one thing after the other into rows; can be sent to other processes.

    Attributes:
        at_once: How many are sent to a process together.
    """

    at_once = 8

    def __call__(self, item: T) -> list[Row]:
        """Returns the rows of one."""
        raise NotImplementedError

    def many(self, items: Iterable[T]) -> Iterator[list[Row]]:
        """Yields the rows of each of several, in order."""
        return map(self, items)

    def lost(self, item: T, why: str) -> list[Row]:
        """Returns the rows of one whose reading ended the process."""
        raise NotImplementedError


def read_all(items: Iterable[T], reader: Reader[T], workers: int) -> Iterator[list[Row]]:
    """Yields the rows of each, in order; no more than a few dozen are under way at once.

    Args:
        items: What `reader` takes: pictures' files, entries of a manifest.
        reader: Reads one.
        workers: Processes; 0 reads in this one, which a file may be made to crash.
    """
    if workers == 0:
        yield from reader.many(items)
        return
    readers = _Readers(reader, workers)
    try:
        yield from readers.read(iter(items))
    finally:
        readers.close()


class _Readers(Generic[T]):
    """A pool of processes that outlives the death of one of them."""

    def __init__(self, reader: Reader[T], workers: int) -> None:
        self._reader, self._workers = reader, workers
        self._pool = self._new_pool()

    def read(self, items: Iterator[T]) -> Iterator[list[Row]]:
        chunks: deque[list[T]] = deque()
        results: deque[Future[list[list[Row]]]] = deque()
        while True:
            try:
                while len(results) < 3 * self._workers and (
                    chunk := list(islice(items, self._reader.at_once))
                ):
                    chunks.append(chunk)  # before it is sent, which a broken pool refuses
                    results.append(self._pool.submit(_rows_of_each, chunk))
                if not results:
                    return
                rows = results.popleft().result()
            except BrokenProcessPool:
                lost = [item for chunk in chunks for item in chunk]
                chunks.clear()
                results.clear()
                yield from self._read_one_by_one(lost)
            else:
                chunks.popleft()
                yield from rows

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _read_one_by_one(self, items: Iterable[T]) -> Iterator[list[Row]]:
        """Reads again what one, not known which, ended its process of."""
        self._pool = self._new_pool()
        for item in items:
            try:
                yield self._pool.submit(_rows_of, item).result()
            except BrokenProcessPool:
                yield self._reader.lost(item, _DIED)
                self._pool = self._new_pool()

    def _new_pool(self) -> ProcessPoolExecutor:
        # Not forked: threads of OpenCV and LiteRT do not survive a fork.
        spawn = get_context("spawn")
        return ProcessPoolExecutor(self._workers, spawn, _begin_with, (self._reader,))


_reader: Reader[Any]
"""In a process that reads: its own, which opens its model once."""


def _begin_with(reader: Reader[Any]) -> None:
    global _reader
    begin_reading()
    _reader = reader


def _rows_of_each(items: list[Any]) -> list[list[Row]]:
    return list(_reader.many(items))


def _rows_of(item: Any) -> list[Row]:
    return _reader(item)


def begin_reading() -> None:
    """Readies a process that reads: one thread, and no longer life than its parent's."""
    import cv2

    cv2.setNumThreads(1)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    # A parent that is killed tells its pool nothing: the pool would wait for work without end.
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
