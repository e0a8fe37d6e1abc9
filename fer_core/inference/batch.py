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
from typing import Any

from fer_core.common.files import printable, read_bytes
from fer_core.errors import FileError, ImageError
from fer_core.images import decoded
from fer_core.inference.pipeline import Pipeline
from fer_core.inference.records import as_records
from fer_core.picture_names import Skipped, is_clutter, is_picture_file, is_shadow

Row = dict[str, Any]
"""One face; or a picture without one (`face` is 0), or one that could not be read (`error`)."""

Reader = Callable[[Path], list[Row]]

_CHUNK = 8
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
) -> list[Row]:
    """Returns the rows of one picture, at least one.

    Args:
        data: The picture's file.
        name: Its name in the table.
        pipeline: Reads it.
        model: Name of the pipeline's model in the table.
        threshold: Confidence below which the answer is "not sure"; None takes the model's own.
        whole: Whether to take the picture as one face.
    """
    try:
        with decoded(data) as rgb:
            faces = [pipeline.analyze_whole(rgb)] if whole else pipeline.analyze(rgb)
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


class FileReader:
    """Reads picture files in this process; can be sent to others, which load the model again.

    Args:
        model: Name of a saved model.
        detector: As `faces.detector` takes it.
        threshold: Confidence below which the answer is "not sure"; None takes the model's own.
        whole: Whether to take each picture as one face.
    """

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

    def __call__(self, path: Path) -> list[Row]:
        """Returns the rows of one picture."""
        if self._pipeline is None:
            self._pipeline = Pipeline.load(self.model, self._detector)
        name = printable(path)
        try:
            data = read_bytes(path)
        except FileError as error:
            return [error_row(name, self.model, str(error))]
        return rows_of(data, name, self._pipeline, self.model, *self._options)


def read_files(
    paths: Iterable[Path], reader: FileReader | Reader, workers: int
) -> Iterator[list[Row]]:
    """Yields the rows of each file, in order; no more than a few dozen are under way at once.

    Args:
        paths: Of pictures.
        reader: Reads one; must be able to be sent to another process.
        workers: Processes; 1 reads in this one.
    """
    if workers == 1:
        yield from map(reader, paths)
        return
    files = _Files(reader, workers)
    try:
        yield from files.read(iter(paths))
    finally:
        files.close()


class _Files:
    """A pool of processes that outlives the death of one of them."""

    def __init__(self, reader: Reader, workers: int) -> None:
        self._reader, self._workers = reader, workers
        self._pool = self._new_pool()

    def read(self, paths: Iterator[Path]) -> Iterator[list[Row]]:
        chunks: deque[list[Path]] = deque()
        results: deque[Future[list[list[Row]]]] = deque()
        while True:
            try:
                while len(results) < 3 * self._workers and (chunk := list(islice(paths, _CHUNK))):
                    chunks.append(chunk)  # before it is sent, which a broken pool refuses
                    results.append(self._pool.submit(_read_all, self._reader, chunk))
                if not results:
                    return
                rows = results.popleft().result()
            except BrokenProcessPool:
                lost = [path for chunk in chunks for path in chunk]
                chunks.clear()
                results.clear()
                yield from self._read_one_by_one(lost)
            else:
                chunks.popleft()
                yield from rows

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _read_one_by_one(self, paths: Iterable[Path]) -> Iterator[list[Row]]:
        """Reads files again of which one, not known which, ended its process."""
        self._pool = self._new_pool()
        for path in paths:
            try:
                yield self._pool.submit(self._reader, path).result()
            except BrokenProcessPool:
                model = getattr(self._reader, "model", "")
                yield [error_row(printable(path), model, _DIED)]
                self._pool = self._new_pool()

    def _new_pool(self) -> ProcessPoolExecutor:
        # Not forked: threads of OpenCV and LiteRT do not survive a fork.
        return ProcessPoolExecutor(self._workers, get_context("spawn"), _begin)


def _begin() -> None:
    """Readies a process of the pool: one thread, and no longer life than its parent's."""
    import cv2

    cv2.setNumThreads(1)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    # A parent that is killed tells its pool nothing: the pool would wait for work without end.
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _read_all(reader: Reader, paths: list[Path]) -> list[list[Row]]:
    return [reader(path) for path in paths]
