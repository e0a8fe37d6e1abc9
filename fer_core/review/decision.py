"""The choice of a model, written down: what, why, by whom, on which figures."""

from dataclasses import dataclass
from datetime import date
from html import escape
from pathlib import Path
from string import Template

from fer_core.evaluation.comparison import Contender
from fer_core.evaluation.criteria import CRITERIA
from fer_core.evaluation.metrics import METRICS
from fer_core.evaluation.recommendation import Recommendation
from fer_core.evaluation.sentences import interval_text

_TEMPLATE = Path(__file__).with_name("decision.html")


@dataclass(frozen=True)
class Decision:
    """What somebody chose.

    Attributes:
        chosen: The model.
        because: The reader's reasons; may be empty.
        by: The reader's name; may be empty.
        on: The day.
        recommendation: What was recommended, and for which conditions.
        link: Address that restores models and conditions, or nothing.
        faces: Which faces the figures are of.
    """

    chosen: Contender
    because: str
    by: str
    on: date
    recommendation: Recommendation
    link: str
    faces: str


def decision_section(decision: Decision) -> str:
    """Returns the decision as a part of an HTML document."""
    told, chosen = decision.recommendation, decision.chosen
    because = f" because {_ended(decision.because)}" if decision.because else "."
    against = [*told.cautions, *told.hinges]
    if told.chosen.name != chosen.name:
        against.insert(0, f"Under these conditions {told.chosen.title} was recommended.")
    figures = "".join(
        f"<tr><td>{escape(metric.title)}</td>"
        f"<td>{escape(interval_text(key, chosen.judged.metrics[key], named=True))}</td></tr>"
        for key, metric in METRICS.items()
    )
    weighed = ", ".join(
        f"{CRITERIA[name].named(told.conditions)} {100 * weight:.0f} %"
        for name, weight in told.used.items()
    )
    limits = f"; at most {told.conditions.limits}" if told.conditions.limits else ""
    signed = ", ".join(filter(None, (decision.by, f"{decision.on:%d %B %Y}".lstrip("0"))))
    link = (
        f'<p>The comparison as it stood: <a href="{escape(decision.link)}">'
        f"{escape(decision.link)}</a></p>"
        if decision.link.startswith(("http://", "https://"))
        else ""
    )
    return (
        f'<section class="decision"><p class="answer">I choose <b>{escape(chosen.title)}</b>'
        f"{escape(because)}</p><p>{escape(signed)}</p>"
        f"<h3>What was asked for</h3><p>{escape(told.conditions.title)}: "
        f"{escape(weighed)}{escape(limits)}.</p>"
        f"<h3>What was recommended</h3><p>{escape(told.sentence)}</p>"
        f"{_list(against)}"
        f"<h3>{escape(chosen.title)}, {len(chosen.split):,} test faces ({escape(decision.faces)})"
        f'</h3><div class="scroll"><table>{figures}</table></div>'
        f"<p>Data: sha256 {escape(chosen.data[:16])}.</p>{link}</section>"
    )


def decision_html(decision: Decision) -> str:
    """Returns the decision as an HTML document of one page."""
    return Template(_TEMPLATE.read_text()).substitute(body=decision_section(decision))


def _ended(reasons: str) -> str:
    return reasons if reasons.endswith((".", "!", "?")) else f"{reasons}."


def _list(sentences: list[str]) -> str:
    items = "".join(f"<li>{escape(sentence)}</li>" for sentence in sentences)
    return f"<ul>{items}</ul>" if items else ""
