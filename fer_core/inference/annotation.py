"""A video -> the same video with its faces marked, a table of them, and what it showed."""

import csv
import json
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO, TextIO

import av

from fer_core.common.files import replacing, writing_text
from fer_core.errors import VideoError
from fer_core.inference.overlay import draw
from fer_core.inference.smoothing import TrackedFace
from fer_core.inference.stream import FaceStream
from fer_core.inference.summary import Summary
from fer_core.inference.video import Frame, VideoWriter

COLUMNS = (
    *("frame", "seconds", "face", "left", "top", "width", "height"),
    *("unreadable", "answer", "label", "confidence"),
)
"""Columns of the table before those of the emotions."""


def annotate(
    frames: Iterable[Frame],
    stream: FaceStream,
    summary: Summary,
    video: Path | BinaryIO | None = None,
    table: Path | TextIO | None = None,
    lines: TextIO | None = None,
) -> Generator[tuple[Frame, list[TrackedFace]]]:
    """Reads frames one at a time; files are complete once the iteration has come to its end.

    Stop iterating and close the iterator to cancel: files named by a path are then not there, and
    one that was there before is still as it was.

    Args:
        frames: In order of time.
        stream: Reads the faces; its options say how.
        summary: Each frame is added to it.
        video: Where to write the marked video (MP4), if anywhere.
        table: Where to write one CSV row for each face of each frame, if anywhere; a frame without
            a face has one row, whose face is 0.
        lines: Where to write one line of JSON for each frame as it is read, if anywhere.

    Yields:
        Each frame and its faces.

    Raises:
        VideoError: If the frames cannot be decoded or encoded.
        FileError: If a file cannot be written.
    """
    with ExitStack() as files:
        writer = files.enter_context(_writer(video)) if video is not None else None
        emotions = stream.pipeline.classifier.classes
        rows = FaceTable(files.enter_context(_text(table)), emotions) if table is not None else None
        for frame in frames:
            faces = stream.read(frame.rgb, frame.seconds)
            threshold = stream.options.threshold
            summary.add(frame.rgb, faces, frame.seconds, threshold)
            if writer is not None:
                writer.write(draw(frame.rgb, faces, threshold), frame.seconds)
            if rows is not None:
                rows.add(frame, faces, threshold)
            if lines is not None:
                print(_line(frame, faces, threshold), file=lines, flush=True)
            yield frame, faces


class FaceTable:
    """A CSV table of faces, frame after frame.

    Args:
        file: Where it is written.
        emotions: Names of the classifier's classes.
    """

    def __init__(self, file: TextIO, emotions: Sequence[str]) -> None:
        self._rows = csv.writer(file)
        self._columns = len(COLUMNS) + len(emotions)
        self._rows.writerow((*COLUMNS, *emotions))

    def add(self, frame: Frame, faces: Sequence[TrackedFace], threshold: float) -> None:
        """Writes one row for each face of a frame, or one whose face is 0."""
        if not faces:
            empty = [""] * (self._columns - 3)
            self._rows.writerow([frame.number, round(frame.seconds, 4), 0, *empty])
        self._rows.writerows(_row(frame, face, threshold) for face in faces)


def _line(frame: Frame, faces: list[TrackedFace], threshold: float) -> str:
    found = []
    for face in faces:
        row = dict(zip(COLUMNS[2:], _row(frame, face, threshold)[2:], strict=False))
        shares = zip(face.classes, face.probabilities, strict=True)
        found.append({**row, "probabilities": {name: round(float(p), 4) for name, p in shares}})
    return json.dumps({"frame": frame.number, "seconds": round(frame.seconds, 4), "faces": found})


def _row(frame: Frame, face: TrackedFace, threshold: float) -> list[object]:
    box = face.box.scaled(1 / frame.scale)
    return [
        frame.number,
        round(frame.seconds, 4),
        face.number,
        *(box.left, box.top, box.width, box.height),
        *(face.unreadable, face.answer(threshold), face.label, round(face.confidence, 4)),
        *(round(float(p), 4) for p in face.probabilities),
    ]


@contextmanager
def _writer(target: Path | BinaryIO) -> Iterator[VideoWriter]:
    if isinstance(target, Path):
        try:
            with replacing(target) as part, VideoWriter(part) as writer:
                yield writer
        except av.error.FFmpegError as error:
            raise VideoError(f"{target} cannot be written: {error.strerror}.") from error
    else:
        with VideoWriter(target) as writer:
            yield writer


@contextmanager
def _text(target: Path | TextIO) -> Iterator[TextIO]:
    if isinstance(target, Path):
        with writing_text(target) as file:
            yield file
    else:
        yield target
