"""`python -m fer_core compare`: which saved model to take, on the screen, as HTML or as PDF."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from fer_core.evaluation.comparison import Contender
    from fer_core.evaluation.ranking import Ranking
    from fer_core.models import ModelSpec


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command()(compare)


def compare(
    names: Annotated[
        list[str] | None, typer.Argument(help="Saved models; all of them if none is named.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Write the review to this HTML file.")] = None,
    pdf: Annotated[
        Path | None, typer.Option(help="Write it to this PDF file (needs Chromium).")
    ] = None,
    reports: Annotated[
        bool,
        typer.Option(
            "--reports",
            help="Compare every model with its report instead, and write weights/reproduction.csv.",
        ),
    ] = False,
) -> None:
    """Compares saved models on the faces they were tested on; runs none of them."""
    if reports:
        _hold_against_reports()
        return
    from fer_core.common.files import write_text
    from fer_core.errors import EvaluationError
    from fer_core.evaluation.ranking import rankings_of
    from fer_core.review.document import review_html

    contenders, untrained = _contenders(names or [])
    if not contenders:
        raise EvaluationError("No model is saved yet: `python -m fer_core train custom_cnn`.")
    rankings, reason = rankings_of(contenders, untrained)
    for ranking in rankings:
        _print(ranking)
    if reason:
        typer.echo(f"No comparison on common faces: {reason}")
    if out is None and pdf is None:
        return
    html = review_html(rankings)
    if out is not None:
        write_text(out, html)
        typer.echo(f"Written to {out}.")
    if pdf is not None:
        from fer_core.review.pdf import write_pdf

        write_pdf(html, pdf)
        typer.echo(f"Written to {pdf}.")


def _contenders(names: list[str]) -> "tuple[list[Contender], tuple[ModelSpec, ...]]":
    """The models named; with no name, all that can be read, and the untrained beside them."""
    from fer_core.evaluation.comparison import read_contender, read_field
    from fer_core.savedmodels import open_model
    from fer_core.settings import settings

    if names:
        return [read_contender(open_model(name)) for name in dict.fromkeys(names)], ()
    field = read_field(settings().weights)
    for name, reason in field.unreadable.items():
        typer.echo(f"{name} is left out: {reason}", err=True)
    return list(field.contenders), field.untrained


def _print(ranking: "Ranking") -> None:
    from fer_core.evaluation.metrics import METRICS
    from fer_core.evaluation.recommendation import recommend
    from fer_core.evaluation.sentences import (
        elsewhere_sentences,
        headline,
        interval_text,
        lead_sentence,
        optimistic_sentence,
    )

    typer.echo(f"\n{ranking.title}, {ranking.n:,} test faces")
    typer.echo(headline(ranking.contenders, ranking.comparisons))
    optimistic = optimistic_sentence(ranking.contenders)
    if optimistic:
        typer.echo(optimistic)
    for contender in ranking.contenders:
        figures = ", ".join(
            f"{metric.title} {interval_text(key, contender.judged.metrics[key])}"
            for key, metric in METRICS.items()
        )
        typer.echo(f"  {contender.title}: {figures}")
    for sentence in elsewhere_sentences(ranking.contenders):
        typer.echo(f"  {sentence}")
    for comparison in ranking.leads:
        typer.echo(f"  {lead_sentence(comparison, ranking.titles)}")
    if len(ranking.contenders) > 1:
        typer.echo(f"  Recommended: {recommend(ranking.contenders, ranking.comparisons).text}")


def _hold_against_reports() -> None:
    from fer_core.common.files import write_text
    from fer_core.evaluation.reproduction import as_markdown, in_short, reproduction_table
    from fer_core.settings import settings

    weights = settings().weights_to_write
    table = reproduction_table(weights)
    write_text(weights / "reproduction.csv", table.to_csv(index=False))
    typer.echo(as_markdown(table))
    typer.echo(f"\nIn short:\n\n{in_short(table)}\n")
    typer.echo(f"Written to {weights / 'reproduction.csv'}.")
