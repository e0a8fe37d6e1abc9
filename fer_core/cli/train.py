"""`python -m fer_core train`: train one model, or all of them, cheapest first."""

import time
from typing import Annotated

import typer

from fer_core.errors import TrainingError


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command()(train)


def train(
    name: Annotated[str | None, typer.Argument(help="Model to train; see `models`.")] = None,
    every: Annotated[bool, typer.Option("--all", help="All unsaved ones, cheapest first.")] = False,
    protocol: Annotated[str | None, typer.Option(help="Another protocol: fer2013, r3 ...")] = None,
    recipe: Annotated[str, typer.Option(help="ours, or report for the report's own way.")] = "ours",
    epochs: Annotated[int | None, typer.Option(help="Fewer or more epochs.", min=1)] = None,
    warm_start: Annotated[bool, typer.Option(help="Start from the saved model's weights.")] = False,
    fit_only: Annotated[
        bool,
        typer.Option(
            "--fit-only",
            help="Leave a portable state, to be judged elsewhere: needs no TensorFlow.",
        ),
    ] = False,
    convert_only: Annotated[
        bool, typer.Option("--convert-only", help="Only convert and judge the saved weights again.")
    ] = False,
    budget: Annotated[
        float | None, typer.Option(help="Minutes; run again to continue.", min=0)
    ] = None,
    data: Annotated[str | None, typer.Option(help="FER2013; FER_DATA if not given.")] = None,
) -> None:
    """Trains a model and saves it into weights/; killed at any moment, it continues when rerun."""
    if (name is None) == (not every):
        raise TrainingError("Name one model, or give --all.")
    if every and warm_start:
        raise TrainingError("--all trains what is not saved: there is nothing to start from.")
    if convert_only:
        if name is None or fit_only or warm_start:
            raise TrainingError("--convert-only trains nothing: name one model and no other way.")
        _convert(name, data)
        return
    names = [_trainable(name)] if name else _unsaved(recipe)
    _train(names, recipe, protocol, epochs, warm_start, fit_only, budget, data, go_on=every)


def _trainable(name: str) -> str:
    """Returns the name of an architecture, or says why there is none of that name."""
    from fer_core.models import REGISTRY, find
    from fer_core.savedmodels import saved_names

    if name in saved_names() and name not in REGISTRY:
        raise TrainingError(
            f"{name} is a mean of saved models, which is fitted and not trained: "
            "`fer-studio ensemble` does so."
        )
    return find(name).name


def _convert(name: str, data: str | None) -> None:
    from fer_core.cli.source import open_dataset
    from fer_core.training.record import convert_again

    typer.echo(f"{name} is in {convert_again(name, open_dataset(data))}.")


def _unsaved(kind: str) -> list[str]:
    """Returns the models that the queue trains: those not saved whole that have such a recipe."""
    from fer_core.savedmodels import read_manifest, saved_names
    from fer_core.settings import settings
    from fer_core.training.recipes import CHEAPEST_FIRST, recipes_of

    recorded = read_manifest(settings().weights)  # the last thing that a training writes
    saved = {name for name in saved_names() if f"{name}/model.tflite" in recorded}
    return [name for name in CHEAPEST_FIRST if name in recipes_of(kind).keys() - saved]


def _train(
    names: list[str],
    kind: str,
    protocol: str | None,
    epochs: int | None,
    warm_start: bool,
    fit_only: bool,
    budget: float | None,
    data: str | None,
    go_on: bool,
) -> None:
    """Trains one after another; in a queue, a trunk that is not available skips its model."""
    from fer_core.cli.source import open_dataset
    from fer_core.dataset import PROTOCOLS
    from fer_core.errors import DownloadError
    from fer_core.savedmodels import saved_names
    from fer_core.training.recipes import recipe_for

    if protocol is not None and protocol not in PROTOCOLS:
        raise TrainingError(f"There is no protocol {protocol!r}: {', '.join(PROTOCOLS)}.")
    chosen = {name: recipe_for(name, kind).adapted(epochs, protocol) for name in names}
    dataset = open_dataset(data)
    from fer_core.training.progress import BudgetSpent
    from fer_core.training.train import train as train_model

    end = None if budget is None else time.monotonic() + 60 * budget
    for name, recipe in chosen.items():
        if name in saved_names() and not warm_start and not fit_only:
            typer.echo(
                f"{name} is saved already: this training replaces it when it is done. "
                "To keep it, set FER_WEIGHTS to another folder."
            )
        left = None if end is None else (end - time.monotonic()) / 60
        try:
            folder = train_model(
                name, dataset, recipe, warm_start=warm_start, fit_only=fit_only, budget=left
            )
            typer.echo(f"{name} is in {folder}.")
        except BudgetSpent:
            typer.echo(f"The {budget:g} minutes are over; run the same command to continue.")
            return
        except DownloadError as error:
            if not go_on:
                raise
            typer.echo(f"{name} is skipped: {error}")
