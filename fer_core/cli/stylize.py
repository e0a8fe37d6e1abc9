"""`python -m fer_core stylize`: paint a photo in the style of paintings."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fer_core.styletransfer.options import Colours, Pooling, Quality, Start, StyleOptions

if TYPE_CHECKING:
    import numpy as np

    from fer_core.faces import FaceBox
    from fer_core.styletransfer.engine import StyleResult

_DEFAULT = StyleOptions()


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command()(stylize)


def stylize(
    photo: Annotated[Path, typer.Argument(help="The photo to paint.")],
    paintings: Annotated[
        list[str],
        typer.Argument(help="Pictures to take the style of: files, or names of those that ship."),
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="PNG file to write.")],
    size: Annotated[int, typer.Option(help="Longer side, 128 to 768 px.")] = _DEFAULT.size,
    quality: Annotated[Quality, typer.Option(help="How long it may take.")] = _DEFAULT.quality,
    balance: Annotated[
        float, typer.Option(help="0 keeps to the photo, 1 to the painting.")
    ] = _DEFAULT.balance,
    style_scale: Annotated[
        float, typer.Option(help="Size of the strokes, 0.5 to 2.")
    ] = _DEFAULT.style_scale,
    blend: Annotated[
        list[float] | None, typer.Option(help="Weight of a painting; once for each.")
    ] = None,
    colours: Annotated[
        Colours, typer.Option(help="Whose colours; matched: the painting's, near to the photo's.")
    ] = _DEFAULT.colours,
    face: Annotated[float, typer.Option(help="How firmly faces are held, 0 to 1.")] = _DEFAULT.face,
    pooling: Annotated[Pooling, typer.Option(help="How VGG19 pools.")] = _DEFAULT.pooling,
    start: Annotated[Start, typer.Option(help="What it begins from.")] = _DEFAULT.start,
    smoothness: Annotated[
        float, typer.Option(help="Against speckle, 0 to 10.")
    ] = _DEFAULT.smoothness,
    seed: Annotated[int, typer.Option(help="Of the noise.")] = _DEFAULT.seed,
) -> None:
    """Paints a photo in the style of one or several paintings, and writes a PNG.

    Paintings that ship are named: improvisation, diagonals, circles_in_squares, night_circles,
    poles, on_white, hills.
    """
    _check(output)
    options = StyleOptions(
        size=size,
        quality=quality,
        balance=balance,
        style_scale=style_scale,
        blend=tuple(blend or ()),
        colours=colours,
        face=face,
        pooling=pooling,
        start=start,
        smoothness=smoothness,
        seed=seed,
    )
    from fer_core.common.files import write_bytes
    from fer_core.styletransfer.export import to_png

    picture = _read(photo)
    result = _paint(
        picture, [_painting(name) for name in paintings], options, _faces(picture, face)
    )
    write_bytes(output, to_png(result, tuple(_title(name) for name in paintings)))
    height, width = result.picture.shape[:2]
    typer.echo(
        f"{output}: {width} × {height} px in {result.seconds:.0f} s with {result.network}, "
        f"loss {result.history[0].losses.total:.2f} to {result.history[-1].losses.total:.2f}"
    )


def _check(output: Path) -> None:
    """Refuses an output that could not be written, before minutes are spent on painting it."""
    folder = output.absolute().parent
    wrong = None
    if not folder.is_dir():
        wrong = f"there is no folder {output.parent}."
    elif output.is_dir():
        wrong = f"{output} is a folder; name a file in it."
    elif output.suffix.lower() != ".png":
        wrong = f"{output.name} must end in .png: a PNG file is written."
    elif not os.access(output if output.exists() else folder, os.W_OK):
        wrong = f"{output} may not be written."
    if wrong is not None:
        raise typer.BadParameter(wrong, param_hint="--output")


def _paint(
    photo: "np.ndarray",
    paintings: "list[np.ndarray]",
    options: StyleOptions,
    faces: "list[FaceBox]",
) -> "StyleResult":
    """Paints with a progress bar on standard error."""
    from rich.console import Console
    from rich.progress import Progress

    from fer_core.styletransfer.engine import stylize as paint
    from fer_core.styletransfer.network import load_network

    network = load_network()
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Painting", total=1.0)
        return paint(
            photo,
            paintings,
            options,
            lambda fraction, picture, losses: bar.update(task, completed=fraction),
            faces,
            network,
        )


def _faces(photo: "np.ndarray", hold: float) -> "list[FaceBox]":
    from fer_core.cli.source import ready_detector
    from fer_core.faces import AUTO, detector

    return detector(ready_detector(AUTO)).detect(photo) if hold > 0 else []


def _painting(name: str) -> "np.ndarray":
    from fer_core.styletransfer.paintings import PAINTINGS

    return PAINTINGS[name].picture() if name in PAINTINGS else _read(Path(name))


def _title(name: str) -> str:
    from fer_core.styletransfer.paintings import PAINTINGS

    return PAINTINGS[name].title if name in PAINTINGS else Path(name).stem


def _read(path: Path) -> "np.ndarray":
    from fer_core.common.files import read_bytes
    from fer_core.images import decode

    return decode(read_bytes(path))
