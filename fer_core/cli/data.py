"""`python -m fer_core data`: fetch FER2013, say what a dataset holds, write its statistics."""

from typing import Annotated

import typer

data = typer.Typer(
    help="Fetch FER2013, say what a dataset holds, write the statistics kept with the code.",
    no_args_is_help=True,
)
Path = Annotated[str | None, typer.Option("--data", help="A dataset; FER_DATA if not given.")]
SHOWN_PROBLEMS = 20


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    app.add_typer(data, name="data")


@data.command()
def fetch(
    source: Annotated[str, typer.Option("--from", help="huggingface or kaggle")] = "huggingface",
) -> None:
    """Fetches FER2013; an interrupted download continues where it broke off."""
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    from fer_core.dataset.download import fetch_fer2013
    from fer_core.settings import settings

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn())
    with Progress(*columns, TimeRemainingColumn()) as bar:
        task = bar.add_task("FER2013", total=None)
        dataset = fetch_fer2013(
            source, lambda done, total: bar.update(task, completed=done, total=total)
        )
    typer.echo(f"{len(dataset):,} faces at {settings().fetched}; the app finds them there.")


@data.command()
def info(path: Path = None) -> None:
    """Counts a dataset's faces by class and split, and names what could not be read."""
    from fer_core.cli.source import open_dataset
    from fer_core.dataset import USAGES
    from fer_core.dataset.sentences import agreement_sentence, baseline_sentence
    from fer_core.dataset.statistics import (
        count,
        imbalance_ratio,
        majority_baseline,
        split_agreement,
    )
    from fer_core.emotions import EMOTIONS

    dataset = open_dataset(path)
    counts = count(dataset)
    typer.echo(f"{len(dataset):,} faces from {dataset.source}")
    typer.echo(f"{'':12}" + "".join(f"{name:>10}" for name in EMOTIONS) + f"{'all':>10}")
    for usage, row in zip(USAGES, counts, strict=True):
        typer.echo(f"{usage:12}" + "".join(f"{n:>10,}" for n in (*row, row.sum())))
    typer.echo(baseline_sentence(majority_baseline(counts), counts, EMOTIONS))
    typer.echo(f"Imbalance ratio {imbalance_ratio(counts):.1f}.")
    typer.echo(agreement_sentence(split_agreement(counts)))
    for note in dataset.notes:
        typer.echo(note)
    if dataset.problems:
        typer.echo(f"{len(dataset.problems):,} left out:")
        for problem in dataset.problems[:SHOWN_PROBLEMS]:
            typer.echo(f"  {problem}")
        if len(dataset.problems) > SHOWN_PROBLEMS:
            typer.echo(f"  and {len(dataset.problems) - SHOWN_PROBLEMS:,} more.")


@data.command()
def leakage(path: Path = None) -> None:
    """Says how each saved model does on test faces of which it met a copy, and on the others."""
    import numpy as np

    from fer_core.audit import duplicates
    from fer_core.cli.source import open_dataset
    from fer_core.common.numerals import percent
    from fer_core.dataset import find_protocol
    from fer_core.errors import EvaluationError
    from fer_core.savedmodels import open_model, saved_names

    dataset = open_dataset(path)
    copies = duplicates.remembered_duplicates(dataset.images)
    for name in saved_names():
        saved = open_model(name)
        predictions = saved.predictions()
        split = find_protocol(saved.run().protocol).split(dataset)
        if not np.array_equal(predictions.test.rows, split.test):
            raise EvaluationError(f"{name} was judged on other faces than {dataset.source} holds.")
        learnt = np.zeros(len(dataset), bool)
        learnt[split.train] = True
        found = duplicates.leakage(predictions.test, duplicates.leaked(copies, learnt))
        typer.echo(
            f"{name}: {found.leaked:,} of {found.faces:,} test faces have a copy in training "
            f"({percent(found.leaked / found.faces)}); right on {percent(found.on_leaked)} of "
            f"those, {percent(found.on_clean)} of the others."
        )


@data.command()
def statistics(
    path: Path = None,
    model: Annotated[
        str | None, typer.Option(help="Saved model to lay out the map again by; takes minutes.")
    ] = None,
) -> None:
    """Writes the statistics of FER2013 that the app shows where there is no dataset."""
    from fer_core.audit.duplicates import find_duplicates, write_duplicates
    from fer_core.audit.face_map import feature_map
    from fer_core.audit.face_space import write_face_space
    from fer_core.cli.source import open_dataset
    from fer_core.dataset.statistics import (
        COMMITTED,
        Statistics,
        appearance,
        count,
        read_statistics,
        write_statistics,
    )

    dataset = open_dataset(path)
    face_map = feature_map(dataset, model) if model else read_statistics().face_map
    write_statistics(Statistics(count(dataset), appearance(dataset, sample=None), face_map))
    write_duplicates(find_duplicates(dataset.images))
    write_face_space(dataset.images)
    for file in COMMITTED.parent.iterdir():
        typer.echo(f"Wrote {file} ({file.stat().st_size / 1e3:.0f} kB).")


@data.command()
def folds(
    path: Path = None,
    budget: Annotated[
        float | None, typer.Option(help="Minutes; run again to continue.", min=0)
    ] = None,
) -> None:
    """Trains five networks to doubt Training's labels by; killed at any moment, it continues."""
    from fer_core.audit.held_out import COMMITTED, write_held_out
    from fer_core.cli.source import open_dataset

    dataset = open_dataset(path)
    from fer_core.training.folds import answer_training
    from fer_core.training.progress import BudgetSpent

    try:
        held_out = answer_training(dataset, budget=budget, say=typer.echo)
    except BudgetSpent:
        typer.echo(f"The {budget:g} minutes are over; run the same command to continue.")
        return
    write_held_out(held_out)
    faces = held_out.faces
    agree = (faces.predicted == faces.labels).mean()
    typer.echo(f"The networks agree with {agree:.1%} of {len(faces):,} labels. Wrote {COMMITTED}.")
