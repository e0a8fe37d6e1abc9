"""`python -m fer_core ensemble`: a weighted mean of saved models, itself a saved model."""

from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command()(ensemble)


def ensemble(
    members: Annotated[
        list[str] | None,
        typer.Argument(help="Saved models to average; chosen among all if none is named."),
    ] = None,
) -> None:
    """Chooses members and weights on PublicTest, judges their mean, saves weights/ensemble/.

    Members are not copied: when one is replaced, run this again.
    """
    from fer_core.evaluation.sentences import interval_text
    from fer_core.savedmodels import open_model
    from fer_core.savedmodels.ensemble import read_ensemble
    from fer_core.settings import settings
    from fer_core.training.ensemble import NAME, save_ensemble

    record = save_ensemble(tuple(dict.fromkeys(members or ())))
    saved = open_model(NAME, settings().weights_to_write)
    for member in read_ensemble(saved.folder).members:
        typer.echo(f"  {member.name:20} {100 * member.weight:5.1f} %")
    for title, split in (("Chosen on", record.validation), ("Judged on", record.test)):
        if split is not None:
            accuracy = interval_text("accuracy", split.metrics["accuracy"])
            typer.echo(f"{title} {split.n:,} faces: accuracy {accuracy}.")
    typer.echo(f"Temperature {record.calibration.temperature:.2f}. Saved in {saved.folder}.")
