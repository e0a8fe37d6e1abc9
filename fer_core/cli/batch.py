"""`python -m fer_core batch`: read any number of pictures, on this machine or on many."""

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fer_core.cli.options import DetectorName, ModelName, Threshold

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from fer_core.scale.dest import Dest
    from fer_core.scale.job import Job
    from fer_core.scale.run import Engine, Plan, Status


class EngineName(StrEnum):
    """What reads the shards."""

    local = "local"
    ray = "ray"


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command()(batch)


def batch(
    source: Annotated[
        str | None,
        typer.Argument(
            help="Folder, pattern, s3://, gs://, az://, https://.../, zip, tar, WebDataset's "
            "x-{0..9}.tar, or a list of pictures (txt, csv, parquet)."
        ),
    ] = None,
    out: Annotated[
        str | None, typer.Option(help="DEST: folder or bucket for the shards; file of --merge.")
    ] = None,
    model: ModelName = None,
    detector: DetectorName = "auto",
    threshold: Threshold = None,
    whole: Annotated[bool, typer.Option(help="Take each picture as one face.")] = False,
    shards: Annotated[
        int | None, typer.Option(help="Into how many files; one in 5,000 pictures.", min=1)
    ] = None,
    shard: Annotated[
        int | None,
        typer.Option(help="Read only this shard, from 0: one job of an array.", min=0),
    ] = None,
    plan: Annotated[
        bool, typer.Option(help="Write the manifest and end: before an array of jobs.")
    ] = False,
    engine: Annotated[
        EngineName, typer.Option(help="Processes of this machine, or Ray.")
    ] = EngineName.local,
    workers: Annotated[
        int | None,
        typer.Option(help="How many read at once; as many as processors. 0: this process.", min=0),
    ] = None,
    status: Annotated[str | None, typer.Option(help="Say how far the run in DEST is.")] = None,
    merge: Annotated[
        str | None, typer.Option(help="Write all shards of DEST to --out (.parquet or .csv).")
    ] = None,
) -> None:
    """Reads pictures into shards of rows; killed at any moment, it goes on where it ended.

    A list of all pictures is written first. Each shard is a range of it and becomes one Parquet
    file, whole or not at all; one that is there is never read again. `pyarrow.dataset` reads them
    all, and --merge makes one table of them.
    """
    from fer_core.scale.dest import Dest

    if status is not None:
        _refuse_more("--status", source, out, merge)
        _tell(Dest(status))
        return
    if out is None:
        raise typer.BadParameter("name where the results go.", param_hint="--out")
    if merge is not None:
        _refuse_more("--merge", source)
        _merge(Dest(merge), Path(out))
        return
    if source is None:
        raise typer.BadParameter("name what is to be read.", param_hint="SOURCE")
    from fer_core import __version__
    from fer_core.cli.source import ready_detector
    from fer_core.inference import default_model
    from fer_core.scale.job import Job

    job = Job.of(model or default_model(), ready_detector(detector), threshold, whole, __version__)
    dest = Dest(out)
    if shard is not None:
        _read_one(dest, source, job, shards, shard, _engine(engine), workers)
        return
    from fer_core.scale.alone import alone_in

    with alone_in(dest):
        made = _planned(dest, source, job, shards)
        if not plan:
            _read_all(dest, made, _engine(engine), workers)


def _refuse_more(option: str, *given: object) -> None:
    if any(value is not None for value in given):
        raise typer.BadParameter("stands alone.", param_hint=option)


def _engine(name: EngineName) -> "Engine":
    if name is EngineName.ray:
        from fer_core.scale.engines import on_ray

        return on_ray.read_shards
    from fer_core.scale.engines import local

    return local.read_shards


def _planned(dest: "Dest", source: str, job: "Job", shards: int | None) -> "Plan":
    """Returns the plan; a new one is told of."""
    from rich.console import Console

    from fer_core.scale.run import make_plan, open_plan

    if open_plan(dest) is not None:
        return make_plan(dest, source, job, shards)
    began = time.monotonic()
    with Console(stderr=True).status("Listing the pictures"):
        made = make_plan(dest, source, job, shards)
    typer.echo(
        f"{made.pictures:,} pictures in {made.shards:,} shards, listed in "
        f"{time.monotonic() - began:.1f} s. {made.left_out}".rstrip()
    )
    return made


def _read_one(
    dest: "Dest",
    source: str,
    job: "Job",
    shards: int | None,
    shard: int,
    engine: "Engine",
    workers: int | None,
) -> None:
    from fer_core.errors import BatchError
    from fer_core.scale.alone import alone_in
    from fer_core.scale.run import finished, make_plan, open_plan

    if open_plan(dest) is None:
        count = f" --shards {shards}" if shards else ""
        raise BatchError(
            f"{dest.uri} holds no manifest yet, and jobs side by side need the same one. Write it "
            f"first: fer-studio batch {source} --out {dest.uri}{count} --plan"
        )
    plan = make_plan(dest, source, job, shards)
    if shard >= plan.shards:
        raise typer.BadParameter(f"the last is {plan.shards - 1}.", param_hint="--shard")
    with alone_in(dest, f"shard-{shard:05d}"):
        done, damaged = finished(dest, plan, [shard])
        _read(dest, plan, [shard] if shard not in done else [], damaged, engine, workers)


def _read_all(dest: "Dest", plan: "Plan", engine: "Engine", workers: int | None) -> None:
    from fer_core.scale.run import finished

    done, damaged = finished(dest, plan, range(plan.shards))
    left = [index for index in range(plan.shards) if index not in done]
    if done:
        typer.echo(f"{len(done):,} of {plan.shards:,} shards are there and are not read again.")
    _read(dest, plan, left, damaged, engine, workers)
    _tell(dest)


def _read(
    dest: "Dest",
    plan: "Plan",
    wanted: list[int],
    damaged: list[str],
    engine: "Engine",
    workers: int | None,
) -> None:
    from fer_core.scale.run import read_left

    for fault in damaged:
        typer.echo(f"{fault} It is read again.", err=True)
    sizes = {index: plan.size_of(index) for index in wanted}
    with _progress(sum(sizes.values())) as (progress, task):

        def tell() -> None:
            progress.advance(task)

        before = 0.0
        for written in read_left(dest, plan, wanted, engine, workers, tell):
            before += sizes[written.index]
            progress.update(task, completed=max(before, progress.tasks[0].completed))


@contextmanager
def _progress(total: int) -> "Iterator[tuple[Progress, TaskID]]":
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        SpinnerColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        *(SpinnerColumn(), BarColumn(), MofNCompleteColumn()),
        *(TimeElapsedColumn(), TimeRemainingColumn()),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        yield progress, progress.add_task("reading", total=total)


def _merge(dest: "Dest", out: Path) -> None:
    from fer_core.scale.merge import merge

    rows = merge(dest, out)
    typer.echo(f"Rows: {rows:,}. Written: {out}")


def _tell(dest: "Dest") -> None:
    from fer_core.scale.run import status_of

    for line in _lines(status_of(dest)):
        typer.echo(line)


def _lines(status: "Status") -> Iterable[str]:
    """Yields what is done, what is left, how fast, and why pictures failed."""
    plan, tally = status.plan, status.tally
    yield f"{plan.source}: {plan.pictures:,} pictures, by {plan.job.words}"
    yield (
        f"Shards: {status.done:,} of {plan.shards:,} done; pictures read: {tally.pictures:,}, "
        f"left: {status.left:,}"
    )
    yield (
        f"Faces: {tally.faces:,}; pictures without a face: {tally.faceless:,}; "
        f"errors: {tally.bad:,}"
    )
    if status.speed:
        left = f"; {_duration(status.left / status.speed)} left" if status.left else ""
        yield f"Speed: {status.speed:,.1f} pictures a second{left}"
    for why, count in tally.reasons.most_common(10):
        yield f"  {count:,} × {why}"
    for fault in status.damaged:
        yield f"  {fault} It will be read again."


def _duration(seconds: float) -> str:
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours:,} h {minutes:02d} min" if hours else f"{max(minutes, 1)} min"
