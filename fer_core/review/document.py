"""The whole comparison as chapters of exhibits, and as one self-contained HTML file."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from string import Template
from urllib.parse import quote

import pandas as pd

from fer_core.charts.confidence import calibration_errors, coverage_curves, reliability_diagram
from fer_core.charts.cost import accuracy_against_cost
from fer_core.charts.exhibit import Exhibit
from fer_core.charts.failures import confusion, highest_cell, per_class, precision_recall_curves
from fer_core.charts.failures import roc_curves as roc_curves_of
from fer_core.charts.lead import leads, significance_matrix
from fer_core.charts.ranking import ranking as ranking_of
from fer_core.charts.robustness import robustness_curves
from fer_core.charts.training import epoch_violins, training_curves
from fer_core.evaluation.ranking import Ranking
from fer_core.evaluation.robustness import CORRUPTIONS
from fer_core.evaluation.words import (
    calibration_sentence,
    confused_sentences,
    headline,
    lead_sentence,
    optimistic_sentence,
    recommend,
    robustness_sentence,
    training_sentence,
    wrong_sentence,
)

_TEMPLATE = Path(__file__).with_name("document.html")


@dataclass(frozen=True)
class Chapter:
    """One question of the comparison, answered.

    Attributes:
        heading: The question.
        sentences: The answer in words, Markdown bold allowed.
        exhibits: What shows it.
    """

    heading: str
    sentences: tuple[str, ...]
    exhibits: tuple[Exhibit, ...]


def chapters(ranking: Ranking) -> list[Chapter]:
    """Returns the comparison from the question to the answer."""
    found = [
        _best(ranking),
        _lead(ranking),
        _cost(ranking),
        _failures(ranking),
        _confidence(ranking),
        _robustness(ranking),
        _training(ranking),
    ]
    return [chapter for chapter in found if chapter.exhibits]


def _best(ranking: Ranking) -> Chapter:
    return Chapter(
        "Which is best?",
        (
            headline(ranking.contenders, ranking.comparisons),
            *filter(None, [optimistic_sentence(ranking.contenders)]),
        ),
        (ranking_of(ranking.contenders, "accuracy", ranking.untrained),),
    )


def _lead(ranking: Ranking) -> Chapter:
    order, exhibits = list(ranking.titles), []
    if len(order) > 1:
        exhibits.append(leads(ranking.comparisons, order[0], ranking.titles, ranking.n))
    if len(order) > 2:
        exhibits.append(significance_matrix(ranking.comparisons, order, ranking.titles, ranking.n))
    sentences = tuple(lead_sentence(comparison, ranking.titles) for comparison in ranking.leads)
    return Chapter("Is the lead real?", sentences, tuple(exhibits))


def _cost(ranking: Ranking) -> Chapter:
    if not any(contender.cost for contender in ranking.contenders):
        return Chapter("What does it cost?", (), ())
    sentence = f"**Recommended:** {recommend(ranking.contenders, ranking.comparisons)}"
    exhibits = (
        accuracy_against_cost(ranking.contenders, "milliseconds"),
        accuracy_against_cost(ranking.contenders, "parameters"),
    )
    return Chapter("What does it cost?", (sentence,), exhibits)


def _failures(ranking: Ranking) -> Chapter:
    highest = highest_cell(ranking.contenders, "truth")
    exhibits = [confusion(contender, "truth", highest) for contender in ranking.contenders]
    exhibits.append(per_class(ranking.contenders))
    for contender in ranking.contenders:
        exhibits += [precision_recall_curves(contender), roc_curves_of(contender)]
    sentences = [wrong_sentence(contender) for contender in ranking.contenders]
    leader = ranking.contenders[0]
    sentences += [f"{leader.title}: {text}." for text in confused_sentences(leader, 3)]
    return Chapter("Where does it fail?", tuple(sentences), tuple(exhibits))


def _confidence(ranking: Ranking) -> Chapter:
    return Chapter(
        "Can its confidence be trusted?",
        tuple(calibration_sentence(contender) for contender in ranking.contenders),
        (
            calibration_errors(ranking.contenders),
            coverage_curves(ranking.contenders),
            *(reliability_diagram(contender) for contender in ranking.contenders),
        ),
    )


def _robustness(ranking: Ranking) -> Chapter:
    measured = [c for c in ranking.contenders if c.robustness is not None]
    exhibits = (robustness_curves(measured, list(CORRUPTIONS)),) if measured else ()
    sentences = tuple(robustness_sentence(contender) for contender in measured)
    return Chapter("Does it survive the real world?", sentences, exhibits)


def _training(ranking: Ranking) -> Chapter:
    trained = [c for c in ranking.contenders if c.history is not None]
    exhibits = [training_curves(contender) for contender in trained]
    if trained:
        exhibits += [epoch_violins(trained, "accuracy"), epoch_violins(trained, "loss")]
    sentences = tuple(training_sentence(contender) for contender in trained)
    return Chapter("How did it train?", sentences, tuple(exhibits))


def tables(ranking: Ranking) -> dict[str, pd.DataFrame]:
    """Returns every table of a ranking by the name of its exhibit."""
    return {
        exhibit.name: exhibit.table for chapter in chapters(ranking) for exhibit in chapter.exhibits
    }


def review_html(rankings: Sequence[Ranking]) -> str:
    """Returns the review as one HTML document with everything inside; it needs no network.

    Args:
        rankings: One for each set of faces, in the order they are to be read.
    """
    from plotly.offline import get_plotlyjs

    body = "\n".join(_ranking_html(ranking, number) for number, ranking in enumerate(rankings))
    return Template(_TEMPLATE.read_text()).substitute(
        plotly=get_plotlyjs().replace("</script", "<\\/script"),
        answer=escape(headline(rankings[0].contenders, rankings[0].comparisons)),
        body=body,
    )


def _ranking_html(ranking: Ranking, number: int) -> str:
    sections = "\n".join(
        _chapter_html(chapter, f"ranking{number}-{index}")
        for index, chapter in enumerate(chapters(ranking))
    )
    return f"<h2>{escape(ranking.title)}</h2>\n{sections}"


def _chapter_html(chapter: Chapter, prefix: str) -> str:
    sentences = "".join(f"<li>{_bold(sentence)}</li>" for sentence in chapter.sentences)
    figures = "\n".join(
        _exhibit_html(exhibit, f"{prefix}-{index}")
        for index, exhibit in enumerate(chapter.exhibits)
    )
    return (
        f"<section><h3>{escape(chapter.heading)}</h3><ul>{sentences}</ul>"
        f'<div class="figures">{figures}</div></section>'
    )


def _bold(sentence: str) -> str:
    """Markdown's bold as HTML, everything else escaped."""
    parts = escape(sentence).split("**")
    return "".join(f"<b>{text}</b>" if odd % 2 else text for odd, text in enumerate(parts))


def _exhibit_html(exhibit: Exhibit, identifier: str) -> str:
    data = exhibit.figure.to_json().replace("<", "\\u003c")
    table = exhibit.table.to_html(
        index=False, border=0, float_format=lambda x: f"{x:.4g}", na_rep=""
    )
    csv = quote(exhibit.table.to_csv(index=False))
    caption = escape(exhibit.caption)
    return (
        f'<figure class="{"half" if exhibit.half else "whole"}"><h4>{escape(exhibit.title)}</h4>'
        f'<div class="chart" id="{identifier}" role="img" aria-label="{caption}" '
        f'style="height:{exhibit.figure.layout.height}px"></div>'
        f'<script type="application/json" data-for="{identifier}">{data}</script>'
        f"<figcaption>{caption}</figcaption>"
        f"<details><summary>The same as a table</summary>"
        f'<div class="scroll">{table}</div>'
        f'<a download="{escape(exhibit.name)}.csv" href="data:text/csv;charset=utf-8,{csv}">CSV</a>'
        "</details></figure>"
    )
