"""The command line: one file per command, each importing what it needs when it runs."""

import sys
from io import TextIOWrapper

import typer

from fer_core.common.extras import how_to_install
from fer_core.errors import FerError

_EXTRAS = {
    "aiohttp": "https",
    "av": "video",
    "cleanlab": "train",
    "fontTools": "images",
    "keras": "train",
    "manimgx_fonts": "images",
    "manimgx_fonts_cjk": "images",
    "matplotlib": "images",
    "onnx": "onnx",
    "onnxruntime": "onnx",
    "ray": "scale",
    "tensorflow": "train",
    "tf2onnx": "onnx",
}
"""Which extra of pyproject.toml installs a package that a bare installation lacks."""

app = typer.Typer(
    name="fer_core",
    help="Train, judge and use networks that read facial expressions.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


def _register() -> None:
    from fer_core.cli import (
        batch,
        classify,
        compare,
        data,
        ensemble,
        evaluate,
        export,
        images,
        models,
        stylize,
        train,
        video,
    )

    for module in (
        data,
        models,
        train,
        ensemble,
        evaluate,
        compare,
        classify,
        batch,
        video,
        export,
        images,
        stylize,
    ):
        module.register(app)


def _let_everything_be_written() -> None:
    """Has letters that a terminal does not know (an arrow in latin-1) written as "\\u2192".

    A letter that is no text, as in names of files that are not UTF-8, is written likewise.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def main() -> None:
    """Runs the command line; an error meant for people is one sentence and exit status 1."""
    _let_everything_be_written()
    _register()
    try:
        app()
    except FerError as error:
        print(f"Error: {error}", file=sys.stderr)
        sys.exit(1)
    except ModuleNotFoundError as error:
        missing = (error.name or "").split(".")[0]
        if missing not in _EXTRAS:
            raise
        print(
            f"Error: this needs the package {missing}, which is not installed: "
            f"{how_to_install(_EXTRAS[missing])}.",
            file=sys.stderr,
        )
        sys.exit(1)
    except OSError as error:  # a full disk, a folder that may not be written
        what = error.strerror or error
        print(f"Error: {error.filename or 'the system'}: {what}", file=sys.stderr)
        sys.exit(1)
