"""`python -m fer_core images`: run a pipeline of image operations on many pictures."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from fer_core.imageops import OperationPipeline


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command()(images)


def images(
    patterns: Annotated[
        list[str], typer.Argument(help='Files, folders or patterns: "photos/**/*.jpg".')
    ],
    pipeline: Annotated[Path, typer.Option(help="pipeline.json, as the page saves it.")],
    out: Annotated[Path, typer.Option(help="Folder for the results, one PNG for each picture.")],
) -> None:
    """Runs a pipeline on pictures, at their full size.

    A picture that cannot be read, or that a step refuses, is named on standard error; the others
    are still done, and the exit status is 1. No file is ever overwritten: where one has a result's
    name, the result gets a number.
    """
    from fer_core.errors import ImageError
    from fer_core.imageops.files import find_pictures, result_paths

    steps = _read(pipeline)
    paths = sorted({path for pattern in patterns for path in find_pictures(pattern)})
    if not paths:
        raise ImageError(f"No picture matches {' '.join(patterns)}. Put patterns in quotes.")
    out.mkdir(parents=True, exist_ok=True)
    done = [_convert(*pair, steps) for pair in zip(paths, result_paths(paths, out), strict=True)]
    typer.echo(f"{sum(done)} of {len(paths)} pictures done, in {out}")
    if not all(done):
        raise typer.Exit(1)


def _read(path: Path) -> "OperationPipeline":
    from fer_core.common.files import read_bytes
    from fer_core.imageops import OperationPipeline

    return OperationPipeline.from_json(read_bytes(path))


def _convert(path: Path, result: Path, pipeline: "OperationPipeline") -> bool:
    """Writes the result of one picture; says what happened, and whether it went well."""
    import time

    from fer_core.common.files import printable, read_bytes, write_bytes
    from fer_core.errors import FerError
    from fer_core.images import decode, encode_png

    start = time.perf_counter()
    try:
        write_bytes(result, encode_png(pipeline.run(decode(read_bytes(path)))))
    except FerError as error:
        typer.echo(f"Error: {printable(path)}: {error}", err=True)
        return False
    typer.echo(f"{printable(path)} -> {printable(result)} ({time.perf_counter() - start:.2f} s)")
    return True
