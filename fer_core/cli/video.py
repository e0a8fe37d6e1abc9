"""`python -m fer_core video`: read the faces of a video file or of a camera."""

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from fer_core.cli.options import DetectorName, ModelName, Threshold
from fer_core.cli.same_file import is_same_file
from fer_core.common.files import printable
from fer_core.errors import VideoError

if TYPE_CHECKING:
    from rich.console import RenderableType

    from fer_core.inference.smoothing import TrackedFace
    from fer_core.inference.stream import FaceStream
    from fer_core.inference.summary import Summary
    from fer_core.inference.video import Frame

_OUTPUT = Path("-")
"""Standard output."""


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command()(video)


def video(
    source: Annotated[Path | None, typer.Argument(help="MP4, MOV, WebM, MKV or AVI.")] = None,
    camera: Annotated[int | None, typer.Option(help="Number of a camera; the first is 0.")] = None,
    out: Annotated[
        Path | None, typer.Option(help="Write the marked video to this MP4 file.")
    ] = None,
    csv: Annotated[
        Path | None, typer.Option(help="Write a row for each face of each frame; 0 where none is.")
    ] = None,
    jsonl: Annotated[
        Path | None,
        typer.Option(help="Write a line of JSON a frame as it is read; - for standard output."),
    ] = None,
    model: ModelName = None,
    detector: DetectorName = "auto",
    threshold: Threshold = None,
    half_life: Annotated[
        float, typer.Option(help="Smoothing: seconds until what was seen counts half.", min=0)
    ] = 0.4,
    search_every: Annotated[
        int, typer.Option(help="Search every n-th frame; between, faces are followed.", min=1)
    ] = 5,
    every: Annotated[
        float, typer.Option(help="Read one frame in so many seconds; 0 reads all.", min=0)
    ] = 0.0,
    seconds: Annotated[float | None, typer.Option(help="End after so many seconds.", min=0)] = None,
) -> None:
    """Reads every face of every frame, with a steady number and smoothed answers.

    A camera is read until it fails, Ctrl-C or SIGTERM, which complete the files; a video that is
    interrupted leaves nothing behind.
    """
    if (source is None) == (camera is None):
        raise typer.BadParameter("name a video, or give --camera 0.")
    if out is not None and out.suffix.lower() != ".mp4":
        raise typer.BadParameter("must end in .mp4.", param_hint="--out")
    for name, path in (("--out", out), ("--csv", csv), ("--jsonl", jsonl)):
        if source is not None and path is not None and is_same_file(path, source):
            raise typer.BadParameter("is the video that is read.", param_hint=name)
    if out is not None and csv is not None and is_same_file(out, csv):
        raise typer.BadParameter("is the marked video.", param_hint="--csv")
    from fer_core.cli.source import ready_detector
    from fer_core.inference import Pipeline, default_model
    from fer_core.inference.stream import FaceStream, StreamOptions

    pipeline = Pipeline.load(model or default_model(fast=True), ready_detector(detector), fast=True)
    if threshold is None:
        threshold = pipeline.classifier.threshold
    stream = FaceStream(pipeline, StreamOptions(half_life, threshold, search_every))
    with _lines(jsonl) as lines:
        wanted = _Wanted(out, csv, lines, every, seconds)
        if source is not None:
            summary, failure = _read_file(source, stream, wanted), None
        else:
            assert camera is not None
            summary, failure = _read_camera(camera, stream, wanted)
    _report(summary, [path for path in (out, csv, jsonl) if path and path != _OUTPUT], jsonl)
    if failure is not None:
        raise failure


@dataclass(frozen=True)
class _Wanted:
    """What is written, and of which frames."""

    out: Path | None
    csv: Path | None
    lines: TextIO | None
    every: float
    end: float | None

    def of(self, frames: "Iterator[Frame]") -> "Iterator[Frame]":
        """Yields those of the frames that are read."""
        from fer_core.inference.video import sampled

        end = self.end
        return takewhile(lambda f: end is None or f.seconds <= end, sampled(frames, self.every))


@contextmanager
def _lines(path: Path | None) -> Iterator[TextIO | None]:
    """Opens where lines go: a file, there when it is whole, or, for "-", standard output."""
    if path is None:
        yield None
    elif path == _OUTPUT:
        yield sys.stdout
    else:
        from fer_core.common.files import writing_text

        with writing_text(path) as file:
            yield file


def _read_file(source: Path, stream: "FaceStream", wanted: _Wanted) -> "Summary":
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TimeRemainingColumn

    from fer_core.inference.annotation import annotate
    from fer_core.inference.summary import Summary
    from fer_core.inference.video import VideoReader

    columns = (SpinnerColumn(), *Progress.get_default_columns()[:-1], TimeRemainingColumn())
    summary = Summary()
    with (
        _handled(_end, signal.SIGTERM),
        VideoReader(source) as reader,
        Progress(*columns, console=Console(stderr=True), transient=True) as progress,
    ):
        task = progress.add_task(source.name, total=wanted.end or reader.seconds)
        frames = wanted.of(iter(reader))
        readings = annotate(frames, stream, summary, wanted.out, wanted.csv, wanted.lines)
        with closing(readings):
            for frame, _ in readings:
                progress.update(task, completed=frame.seconds)
    return summary


def _read_camera(
    index: int, stream: "FaceStream", wanted: _Wanted
) -> "tuple[Summary, VideoError | None]":
    from rich.console import Console
    from rich.live import Live

    from fer_core.inference.annotation import annotate
    from fer_core.inference.camera import camera_frames
    from fer_core.inference.summary import Summary

    summary, stop = Summary(), threading.Event()
    failures: list[VideoError] = []

    def seen(camera: "Iterator[Frame]") -> "Iterator[Frame]":
        """Yields frames; a camera that fails in the middle ends them, so that files are kept."""
        try:
            yield from camera
        except VideoError as error:
            if not summary.frames:
                raise
            failures.append(error)

    with (
        _handled(lambda *_: stop.set(), signal.SIGINT, signal.SIGTERM),
        closing(camera_frames(index)) as camera,
        Live(console=Console(stderr=True)) as live,
    ):
        frames = takewhile(lambda _: not stop.is_set(), wanted.of(seen(camera)))
        readings = annotate(frames, stream, summary, wanted.out, wanted.csv, lines=wanted.lines)
        with closing(readings):
            for _, faces in readings:
                live.update(_bars(faces, stream.options.threshold))
    return summary, failures[0] if failures else None


@contextmanager
def _handled(handler: Callable[..., None], *signals: signal.Signals) -> Iterator[None]:
    """Handles signals in a way of its own within the block."""
    before = {number: signal.signal(number, handler) for number in signals}
    try:
        yield
    finally:
        for number, handler_before in before.items():
            signal.signal(number, handler_before)


def _end(number: int, _: object) -> None:
    """Ends the program by an exception, so that what is half written is removed."""
    raise SystemExit(128 + number)


def _bars(faces: "list[TrackedFace]", threshold: float) -> "RenderableType":
    from rich.table import Table

    table = Table(box=None, show_header=False, title="Ctrl-C ends")
    if not faces:
        table.add_row("no face")
    for face in faces:
        table.add_row(f"[bold]face {face.number}[/]", f"[bold]{face.answer(threshold)}[/]", "")
        for name, share in zip(face.classes, face.probabilities, strict=True):
            table.add_row("", name, f"{'█' * round(30 * share)} {share:.0%}")
    return table


def _report(summary: "Summary", files: list[Path], jsonl: Path | None) -> None:
    """Says what was seen: on standard error where lines for programs go to standard output."""
    say = partial(typer.echo, err=jsonl == _OUTPUT)
    say(f"{summary.frames} frames, {summary.seconds:.1f} s")
    if not summary.faces:
        say("No face was found.")
    for face in summary.faces.values():
        shares = ", ".join(f"{answer} {share:.0%}" for answer, share in face.shares().items())
        say(f"Face {face.number}, seen {face.first:.1f} to {face.last:.1f} s: {shares}")
    for moment in summary.moments:
        (before, b), (after, a) = moment.before, moment.after
        say(f"{moment.seconds:.1f} s, face {moment.face}: {before} {b:.0%} → {after} {a:.0%}")
    for path in files:
        say(f"Written: {printable(path)}")
