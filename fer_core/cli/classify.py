"""`python -m fer_core classify`: read the faces of pictures, a few or a folder full."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fer_core.cli.options import DetectorName, ModelName, Threshold
from fer_core.cli.same_file import is_same_file
from fer_core.errors import FileError, ImageError

if TYPE_CHECKING:
    from fer_core.inference import FaceEmotion, Pipeline
    from fer_core.picture_names import Skipped


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command()(classify)


def classify(
    paths: Annotated[
        list[Path], typer.Argument(help="Pictures (JPEG, PNG, WebP, HEIC ...), or folders of them.")
    ],
    model: ModelName = None,
    detector: DetectorName = "auto",
    threshold: Threshold = None,
    whole: Annotated[bool, typer.Option(help="Take each picture as one face.")] = False,
    show: Annotated[
        Path | None, typer.Option(help="Write the marked picture to this PNG file.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="Write a table instead: .csv or .parquet; run again, it continues."),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(
            help="With --out: processes; as many as processors. 0 reads in this one.", min=0
        ),
    ] = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print one CSV row for each face.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Prints the expression of every face, with the probability of each emotion.

    A picture that cannot be read is named on standard error; the others are still read, and
    the exit status is 1. With --out, a table of any number of pictures is written: one row a
    face, one for a picture without a face (face 0), one with the error for a bad picture.
    """
    if out is not None:
        if show is not None or as_csv or as_json:
            raise typer.BadParameter("stands alone.", param_hint="--out")
        _write_table(paths, out, model, detector, threshold, whole, workers)
        return
    from fer_core.inference.batch import find_pictures
    from fer_core.picture_names import Skipped

    skipped = Skipped()
    images = list(find_pictures(paths, skipped))
    if not images:
        raise _no_picture(paths, skipped)
    if skipped.count:
        typer.echo(skipped.sentence, err=True)
    if show is not None and len(images) > 1:
        raise typer.BadParameter("takes one picture at a time.", param_hint="--show")
    if show is not None and not show.absolute().parent.is_dir():
        raise typer.BadParameter(f"there is no folder {show.parent}.", param_hint="--show")
    if show is not None and is_same_file(show, images[0]):
        raise typer.BadParameter("is the picture that is read.", param_hint="--show")
    if as_csv and as_json:
        raise typer.BadParameter("give either --csv or --json.")
    from fer_core.common.files import printable
    from fer_core.inference import as_records

    pipeline = _pipeline(model, detector)
    records: list[dict[str, Any]] = []
    failed = False
    for image in images:
        faces = _read(pipeline, image, whole, show, threshold)
        failed |= faces is None
        found = as_records(faces or [], printable(image), threshold)
        records += found
        if faces is not None and not (as_csv or as_json):
            _print(printable(image), found)
    _print_all(records, as_csv, as_json)
    if failed:
        raise typer.Exit(1)


def _write_table(
    paths: list[Path],
    out: Path,
    model: str | None,
    detector: str,
    threshold: float | None,
    whole: bool,
    workers: int | None,
) -> None:
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    from fer_core import __version__
    from fer_core.cli.source import ready_detector
    from fer_core.common.files import printable
    from fer_core.common.tables import as_cell
    from fer_core.inference import default_model
    from fer_core.inference.batch import find_pictures, read_all
    from fer_core.inference.batch_table import Results, csv_of, to_parquet
    from fer_core.picture_names import Skipped
    from fer_core.scale.engines.local import processes
    from fer_core.scale.job import Job
    from fer_core.scale.manifest import Entry
    from fer_core.scale.places import uri_of

    job = Job.of(model or default_model(), ready_detector(detector), threshold, whole, __version__)
    columns = (SpinnerColumn(), TextColumn("{task.completed} pictures"), TimeElapsedColumn())
    read = faces = bad = 0
    skipped = Skipped()
    with (
        Results(csv_of(out), job.classes, job.model, job.how) as results,
        Progress(*columns, transient=True) as progress,
    ):
        task = progress.add_task("reading", total=None)
        found = find_pictures(paths, skipped)
        left = (Entry(uri_of(p)) for p in found if as_cell(printable(p)) not in results.done)
        for rows in read_all(left, job.reader(), processes(workers)):
            results.add(rows)
            read, bad = read + 1, bad + any("error" in row for row in rows)
            faces += sum(row["face"] > 0 for row in rows)
            progress.advance(task)
    before = f" ({len(results.done)} were there before)" if results.done else ""
    if not read and not results.done:
        raise _no_picture(paths, skipped)
    typer.echo(f"Pictures read: {read}{before}; faces: {faces}; errors: {bad}. Written: {out}")
    if skipped.count:
        typer.echo(skipped.sentence)
    if csv_of(out) != out:
        to_parquet(csv_of(out), out)
        typer.echo(f"{csv_of(out)} is needed only to continue later.")


def _no_picture(paths: list[Path], skipped: "Skipped") -> ImageError:
    from fer_core.common.files import printable

    names = ", ".join(map(printable, paths))
    return ImageError(f"There is no picture in {names}. {skipped.sentence}".rstrip())


def _pipeline(model: str | None, detector: str) -> "Pipeline":
    from fer_core.cli.source import ready_detector
    from fer_core.inference import Pipeline, default_model

    return Pipeline.load(model or default_model(), ready_detector(detector))


def _read(
    pipeline: "Pipeline", image: Path, whole: bool, show: Path | None, threshold: float | None
) -> "list[FaceEmotion] | None":
    """Returns the faces of one picture; None, and a sentence on standard error, if it is bad."""
    from fer_core.common.files import printable, read_bytes, write_bytes
    from fer_core.images import decode, encode_png
    from fer_core.inference import draw

    try:
        data = read_bytes(image)
    except FileError as error:
        typer.echo(f"Error: {error}", err=True)
        return None
    try:
        rgb = decode(data)
        faces = [pipeline.analyze_whole(rgb)] if whole else pipeline.analyze(rgb)
    except ImageError as error:
        typer.echo(f"Error: {printable(image)}: {error}", err=True)
        return None
    if show is not None:
        write_bytes(show, encode_png(draw(rgb, faces, threshold)))
    return faces


def _print(image: str, records: list[dict[str, Any]]) -> None:
    if not records:
        typer.echo(f"{image}: no face found (--whole takes the picture as one face)")
        return
    typer.echo(f"{image}: {len(records)} face{'s' if len(records) > 1 else ''}")
    for record in records:
        ranked = sorted(record["probabilities"].items(), key=lambda item: -item[1])
        shares = ", ".join(f"{name} {p:.1%}" for name, p in ranked)
        place = f"{record['width']} x {record['height']} px at {record['left']}, {record['top']}"
        answer = ", ".join(filter(None, [record["answer"], record["unreadable"]]))
        typer.echo(f"  {record['face']}. {answer} ({place}): {shares}")


def _print_all(records: list[dict[str, Any]], as_csv: bool, as_json: bool) -> None:
    from fer_core.common import tables
    from fer_core.inference import as_table

    if as_json:
        typer.echo(json.dumps(records, indent=1))
    if as_csv:
        typer.echo(tables.as_csv(as_table(records)), nl=False)
