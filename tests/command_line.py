"""The commands as they are typed, run in this process."""

from click.testing import Result
from typer import Typer
from typer.testing import CliRunner

from fer_core import cli


def app() -> Typer:
    """The program with all its commands."""
    if not cli.app.registered_commands:
        cli._register()
    return cli.app


def run(*arguments: str) -> Result:
    """Runs a command; an error that is not the end of the program is raised."""
    result = CliRunner().invoke(app(), arguments)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result
