"""How good the saved models are, in a few lines; the comparison page has the rest."""

from dataclasses import dataclass
from html import escape

import streamlit as st

from fer_core.charts.colours import ACCENT
from fer_core.common.numerals import percent
from fer_core.errors import FerError
from fer_core.evaluation.record import read_evaluation
from fer_core.savedmodels import open_model
from studio.bars import track
from studio.card import address
from studio.glossary import explain
from studio.loaders import models_in_order, state_of_models, title
from studio.markdown import unbroken


@dataclass(frozen=True)
class Score:
    """One model's figures on faces that did not train it, nor select it unless it is optimistic.

    Attributes:
        name: Of its folder.
        title: As people read it, marked where it is optimistic.
        emotions: Number of classes.
        accuracy: Share of right answers, 0..1, with `low` and `high` of its 95 % interval.
        baseline: Accuracy of always giving the most frequent answer.
        faces: Number of test faces.
        milliseconds: Per face, on the machine that judged it.
        optimistic: Whether the test faces also selected it.
    """

    name: str
    title: str
    emotions: int
    accuracy: float
    low: float
    high: float
    baseline: float
    faces: int
    milliseconds: float
    optimistic: bool


def read_scores() -> tuple[list[Score], list[str]]:
    """Returns the scores of all saved models, best first, and what is wrong with the others.

    Models that tell more emotions apart come first: with fewer it is easier to be right. They are
    read again when a file of a model changes.
    """
    return _scores(state_of_models())


@st.cache_resource(max_entries=2, show_spinner=False)
def _scores(state: int) -> tuple[list[Score], list[str]]:
    scores, problems = [], []
    for name in models_in_order():
        try:
            record = read_evaluation(open_model(name))
            accuracy = record.test.metrics["accuracy"]
            scores.append(
                Score(
                    name,
                    record.titled(title(name)),
                    len(record.classes),
                    accuracy.value,
                    accuracy.low,
                    accuracy.high,
                    record.test.baseline,
                    record.test.n,
                    record.cost.milliseconds,
                    record.optimistic,
                )
            )
        except FerError as error:
            problems.append(str(error))
    return sorted(scores, key=lambda score: (-score.emotions, -score.accuracy)), problems


def summary(scores: list[Score]) -> str:
    """Returns what this is and how well it does, in two sentences."""
    what = "Networks that read facial expressions, trained, judged and used in one place."
    if not scores:
        return what
    best = scores[0]
    faces = "faces that also selected it" if best.optimistic else "faces it never saw"
    return (
        f"{what} **{best.title}** is right on {percent(best.accuracy)} of {best.faces:,} {faces}; "
        f"always giving the most frequent answer, on {percent(best.baseline)}."
    )


def show_ranking(scores: list[Score]) -> None:
    """Draws one row for each model."""
    st.header("Saved models", anchor=False)
    head = "".join(f'<th scope="col">{name}</th>' if name else "<td></td>" for name in _COLUMNS)
    st.html(
        '<div class="wide-table"><table class="bars" aria-label="Saved models, best first">'
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(map(_row, scores))}</tbody></table></div>"
    )
    selected = " (optimistic: selected by them)" if any(s.optimistic for s in scores) else ""
    st.caption(
        unbroken(
            "A click on a name opens the model's card. Accuracy on test faces that neither trained "
            f"nor selected the model{selected}, with its 95 % interval; dotted: always giving the "
            "most frequent answer. With fewer emotions it is easier to be right: compare models "
            "with the same number. Time for one face as measured where the model was judged."
        )
    )
    explain("accuracy", "interval", "always one answer", "optimistic", "ensemble", "frozen")


_COLUMNS = ("Model", "Emotions", "Accuracy", "", "95 % interval", "One face")


def _row(score: Score) -> str:
    cells = (
        str(score.emotions),
        percent(score.accuracy),
        track(score.accuracy, ACCENT, score.baseline, (score.low, score.high)),
        f"{percent(score.low)} to {percent(score.high)}",
        f"{score.milliseconds:.1f} ms",
    )
    joined = "".join(f"<td>{cell}</td>" for cell in cells)
    href = escape(address(score.name))
    name = f'<a class="model" href="{href}" target="_self">{escape(score.title)}</a>'
    return f'<tr><th scope="row">{name}</th>{joined}</tr>'
