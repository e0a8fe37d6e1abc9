"""The whole comparison as one self-contained HTML file."""

from collections.abc import Sequence
from html import escape
from pathlib import Path
from string import Template
from urllib.parse import quote

from fer_core.charts.exhibit import Exhibit
from fer_core.common.tables import as_csv
from fer_core.evaluation.ranking import Ranking
from fer_core.evaluation.sentences import headline
from fer_core.review.chapters import Chapter, chapters
from fer_core.review.decision import Decision, decision_section

_TEMPLATE = Path(__file__).with_name("document.html")


def review_html(
    rankings: Sequence[Ranking], decision: Decision | None = None, metric: str = "accuracy"
) -> str:
    """Returns the review as one HTML document with everything inside; it needs no network.

    Args:
        rankings: One for each set of faces, in the order they are to be read.
        decision: What was chosen, which then comes first; None where nothing was.
        metric: Key of `METRICS` that the models are ranked by.
    """
    from plotly.offline import get_plotlyjs

    body = "\n".join(
        _ranking_html(ranking, number, metric) for number, ranking in enumerate(rankings)
    )
    return Template(_TEMPLATE.read_text()).substitute(
        plotly=get_plotlyjs().replace("</script", "<\\/script"),
        decision=decision_section(decision) if decision else "",
        answer=escape(headline(rankings[0].contenders, rankings[0].comparisons, metric)),
        body=body,
    )


def _ranking_html(ranking: Ranking, number: int, metric: str) -> str:
    sections = "\n".join(
        _chapter_html(chapter, f"ranking{number}-{index}")
        for index, chapter in enumerate(chapters(ranking, metric))
    )
    return f"<h2>{escape(ranking.title)}</h2>\n{sections}"


def _chapter_html(chapter: Chapter, prefix: str) -> str:
    sentences = "".join(f"<li>{_bold(sentence)}</li>" for sentence in chapter.sentences)
    figures = "\n".join(
        _exhibit_html(exhibit, f"{prefix}-{index}")
        for index, exhibit in enumerate(chapter.exhibits)
    )
    return (
        f"<section><h3>{escape(chapter.question)}</h3><ul>{sentences}</ul>"
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
    csv = quote(as_csv(exhibit.table))
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
