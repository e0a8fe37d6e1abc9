"""`python -m fer_core video`: read the faces of a video file or of a camera."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fer_core.cli.same_file import is_same_file
from fer_core.errors import VideoError

if TYPE_CHECKING:
    from rich.console import RenderableType

    from fer_core.inference.smoothing import TrackedFace
    from fer_core.inference.stream import FaceStream
    from fer_core.inference.summary import Summary


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
        Path | None, typer.Option(help="Write a row for each face of each frame.")
    ] = None,
    model: Annotated[str | None, typer.Option(help="Saved model; see `models`.")] = None,
    detector: Annotated[
        str, typer.Option(help="auto (yunet, fetched if need be), yunet, haar_alt2, haar_default.")
    ] = "auto",
    threshold: Annotated[
        float | None,
        typer.Option(help="Below it, “not sure”; the model's own if not given.", min=0, max=1),
    ] = None,
    half_life: Annotated[
        float, typer.Option(help="Smoothing: seconds until what was seen counts half.", min=0)
    ] = 0.4,
    search_every: Annotated[
        int, typer.Option(help="Search every n-th frame; between, faces are followed.", min=1)
    ] = 5,
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
    for name, path in (("--out", out), ("--csv", csv)):
        if source is not None and path is not None and is_same_file(path, source):
            raise typer.BadParameter("is the video that is read.", param_hint=name)
    if out is not None and csv is not None and is_same_file(out, csv):
        raise typer.BadParameter("is the marked video.", param_hint="--csv")
    from fer_core.cli.source import ready_detector
    from fer_core.inference import Pipeline, default_model
    from fer_core.inference.stream import FaceStream, StreamOptions

    pipeline = Pipeline.load(model or default_model(), ready_detector(detector), fast=True)
    if threshold is None:
        threshold = pipeline.classifier.threshold
    stream = FaceStream(pipeline, StreamOptions(half_life, threshold, search_every))
    if source is not None:
        _read_file(source, stream, out, csv, seconds)
    elif camera is not None:
        _read_camera(camera, stream, out, csv, seconds)


def _read_file(
    source: Path, stream: "FaceStream", out: Path | None, csv: Path | None, end: float | None
) -> None:
    from rich.progress import Progress, SpinnerColumn, TimeRemainingColumn

    from fer_core.inference.annotation import annotate
    from fer_core.inference.summary import Summary
    from fer_core.inference.video import VideoReader

    columns = (SpinnerColumn(), *Progress.get_default_columns()[:-1], TimeRemainingColumn())
    summary = Summary()
    with (
        _handled(_end, signal.SIGTERM),
        VideoReader(source) as reader,
        Progress(*columns, transient=True) as progress,
    ):
        task = progress.add_task(source.name, total=end or reader.seconds)
        frames = takewhile(lambda frame: end is None or frame.seconds <= end, reader)
        readings = annotate(frames, stream, summary, out, csv, reader.scale)
        with closing(readings):
            for frame, _ in readings:
                progress.update(task, completed=frame.seconds)
    _report(summary, out, csv)


def _read_camera(
    index: int, stream: "FaceStream", out: Path | None, csv: Path | None, end: float | None
) -> None:
    from rich.live import Live

    from fer_core.inference.annotation import annotate
    from fer_core.inference.camera import camera_frames
    from fer_core.inference.summary import Summary
    from fer_core.inference.video import Frame

    summary, stop = Summary(), threading.Event()
    failures: list[VideoError] = []

    def seen(camera: Iterator[Frame]) -> Iterator[Frame]:
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
        Live() as live,
    ):
        frames = takewhile(
            lambda frame: not stop.is_set() and (end is None or frame.seconds <= end), seen(camera)
        )
        readings = annotate(frames, stream, summary, out, csv)
        with closing(readings):
            for _, faces in readings:
                live.update(_bars(faces, stream.options.threshold))
    _report(summary, out, csv)
    if failures:
        raise failures[0]


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


def _report(summary: "Summary", out: Path | None, csv: Path | None) -> None:
    typer.echo(f"{summary.frames} frames, {summary.seconds:.1f} s")
    if not summary.faces:
        typer.echo("No face was found.")
    for face in summary.faces.values():
        shares = ", ".join(f"{answer} {share:.0%}" for answer, share in face.shares().items())
        typer.echo(f"Face {face.number}, seen {face.first:.1f} to {face.last:.1f} s: {shares}")
    for moment in summary.moments:
        (before, b), (after, a) = moment.before, moment.after
        typer.echo(
            f"{moment.seconds:.1f} s, face {moment.face}: {before} {b:.0%} → {after} {a:.0%}"
        )
    for path in (out, csv):
        if path is not None:
            typer.echo(f"Written: {path}")
