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
from fer_core.charts.ranking import ranking
from fer_core.charts.robustness import robustness_curves
from fer_core.charts.training import epoch_violins, training_curves
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
from fer_core.review.part import Part

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


def chapters(part: Part) -> list[Chapter]:
    """Returns the comparison from the question to the answer."""
    found = [
        _best(part),
        _lead(part),
        _cost(part),
        _failures(part),
        _confidence(part),
        _robustness(part),
        _training(part),
    ]
    return [chapter for chapter in found if chapter.exhibits]


def _best(part: Part) -> Chapter:
    return Chapter(
        "Which is best?",
        (
            headline(part.contenders, part.comparisons),
            *filter(None, [optimistic_sentence(part.contenders)]),
        ),
        (ranking(part.contenders, "accuracy", part.untrained),),
    )


def _lead(part: Part) -> Chapter:
    order, exhibits = list(part.titles), []
    if len(order) > 1:
        exhibits.append(leads(part.comparisons, order[0], part.titles, part.n))
    if len(order) > 2:
        exhibits.append(significance_matrix(part.comparisons, order, part.titles, part.n))
    sentences = tuple(lead_sentence(comparison, part.titles) for comparison in part.leads)
    return Chapter("Is the lead real?", sentences, tuple(exhibits))


def _cost(part: Part) -> Chapter:
    if not any(contender.cost for contender in part.contenders):
        return Chapter("What does it cost?", (), ())
    sentence = f"**Recommended:** {recommend(part.contenders, part.comparisons)}"
    exhibits = (
        accuracy_against_cost(part.contenders, "milliseconds"),
        accuracy_against_cost(part.contenders, "parameters"),
    )
    return Chapter("What does it cost?", (sentence,), exhibits)


def _failures(part: Part) -> Chapter:
    highest = highest_cell(part.contenders, "truth")
    exhibits = [confusion(contender, "truth", highest) for contender in part.contenders]
    exhibits.append(per_class(part.contenders))
    for contender in part.contenders:
        exhibits += [precision_recall_curves(contender), roc_curves_of(contender)]
    sentences = [wrong_sentence(contender) for contender in part.contenders]
    leader = part.contenders[0]
    sentences += [f"{leader.title}: {text}." for text in confused_sentences(leader, 3)]
    return Chapter("Where does it fail?", tuple(sentences), tuple(exhibits))


def _confidence(part: Part) -> Chapter:
    return Chapter(
        "Can its confidence be trusted?",
        tuple(calibration_sentence(contender) for contender in part.contenders),
        (
            calibration_errors(part.contenders),
            coverage_curves(part.contenders),
            *(reliability_diagram(contender) for contender in part.contenders),
        ),
    )


def _robustness(part: Part) -> Chapter:
    measured = [c for c in part.contenders if c.robustness is not None]
    exhibits = (robustness_curves(measured, list(CORRUPTIONS)),) if measured else ()
    sentences = tuple(robustness_sentence(contender) for contender in measured)
    return Chapter("Does it survive the real world?", sentences, exhibits)


def _training(part: Part) -> Chapter:
    trained = [c for c in part.contenders if c.history is not None]
    exhibits = [training_curves(contender) for contender in trained]
    if trained:
        exhibits += [epoch_violins(trained, "accuracy"), epoch_violins(trained, "loss")]
    sentences = tuple(training_sentence(contender) for contender in trained)
    return Chapter("How did it train?", sentences, tuple(exhibits))


def tables(part: Part) -> dict[str, pd.DataFrame]:
    """Returns every table of a part by the name of its exhibit."""
    return {
        exhibit.name: exhibit.table for chapter in chapters(part) for exhibit in chapter.exhibits
    }


def review_html(parts: Sequence[Part]) -> str:
    """Returns the review as one HTML document with everything inside; it needs no network.

    Args:
        parts: One for each set of faces, in the order they are to be read.
    """
    from plotly.offline import get_plotlyjs

    body = "\n".join(_part_html(part, number) for number, part in enumerate(parts))
    return Template(_TEMPLATE.read_text()).substitute(
        plotly=get_plotlyjs().replace("</script", "<\\/script"),
        answer=escape(headline(parts[0].contenders, parts[0].comparisons)),
        body=body,
    )


def _part_html(part: Part, number: int) -> str:
    sections = "\n".join(
        _chapter_html(chapter, f"part{number}-{index}")
        for index, chapter in enumerate(chapters(part))
    )
    return f"<h2>{escape(part.title)}</h2>\n{sections}"


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
