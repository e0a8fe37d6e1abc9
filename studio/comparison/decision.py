"""Which model to take under the reader's own conditions, and the choice written down."""

from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import urlencode

import pandas as pd
import streamlit as st

from fer_core.common.numerals import percent
from fer_core.emotions import EMOTIONS
from fer_core.evaluation.criteria import CRITERIA, PRESETS, Conditions
from fer_core.evaluation.ranking import Ranking
from fer_core.evaluation.recommendation import Recommendation, recommend
from fer_core.models import title_of
from fer_core.review.decision import Decision, decision_html
from fer_core.review.document import review_html
from fer_core.review.pdf import find_browser, has_weasyprint, page_as_pdf
from fer_core.savedmodels import saved_names
from studio.comparison.ranking import ranked_by
from studio.markdown import plain


def show_decision(chosen: Ranking) -> None:
    """Draws the conditions, the model that meets them best with its reasons, what to do next."""
    if len(chosen.contenders) < 2:
        return
    with st.container(border=True, key="decision"):
        preset = st.segmented_control(
            "What is the model for?",
            list(PRESETS),
            default=next(iter(PRESETS)),
            required=True,
            format_func=lambda key: PRESETS[key].title,
            key="for",
            bind="query-params",
        )
        with st.popover("Your conditions", icon=":material/tune:"):
            conditions = _adjusted(preset)
        if not any(weight for _, weight in conditions.weights):
            st.info("Give at least one condition some weight.", icon=":material/tune:")
            return
        told = recommend(chosen.contenders, chosen.comparisons, conditions)
        _answer(told)
        with st.expander("How each model scores", icon=":material/table:"):
            st.dataframe(
                _scores(chosen, told),
                hide_index=True,
                column_config={"Model": st.column_config.TextColumn(pinned=True)},
            )
        with st.expander("Write down your choice", icon=":material/edit_note:"):
            _write_down(chosen, told)


def _adjusted(preset: str) -> Conditions:
    """Draws the weights and limits, which begin as the preset has them."""
    begin = PRESETS[preset]
    weights = dict(begin.weights)
    st.caption("How much each counts; only the proportions matter.")
    stated = tuple((name, _weight(preset, name, weights.get(name, 0), begin)) for name in CRITERIA)
    emotions = st.multiselect(
        "Emotions that must be recognised",
        EMOTIONS,
        list(begin.emotions),
        placeholder="The rarest one",
        key=f"{preset}-emotions",
        bind="query-params",
    )
    costly = st.selectbox(
        "A false answer is costly when it is",
        EMOTIONS,
        EMOTIONS.index(begin.costly),
        key=f"{preset}-costly",
        bind="query-params",
    )
    longest = _limit(preset, "longest", "Most time per face, ms", begin.longest)
    largest = _limit(preset, "largest", "Largest file, MB", begin.largest)
    return replace(
        begin,
        weights=stated,
        emotions=tuple(emotions),
        costly=costly,
        longest=longest,
        largest=largest,
    )


def _weight(preset: str, name: str, value: float, begin: Conditions) -> int:
    criterion = CRITERIA[name]
    title = criterion.title.format(emotions="the emotions named below", costly="answers")
    return st.slider(
        title[0].upper() + title[1:],
        0,
        100,
        int(value),
        5,
        help=criterion.help,
        key=f"{preset}-{name}",
        bind="query-params",
    )


def _limit(preset: str, key: str, label: str, value: float | None) -> float | None:
    return st.number_input(
        label,
        0.1,
        None,
        None if value is None else float(value),
        placeholder="No limit",
        key=f"{preset}-{key}",
        bind="query-params",
    )


def _answer(told: Recommendation) -> None:
    """Draws the answer, its reasons, what speaks against it, and the way to use the model."""
    st.header(f"Take {plain(told.chosen.title)}", anchor=False)
    st.markdown(plain(f"{told.reason[0].upper()}{told.reason[1:]}."))
    for caution in (*told.cautions, *told.hinges):
        st.markdown(f":material/balance: {plain(caution)}")
    st.caption(plain(told.weighing))
    if told.chosen.name in saved_names():
        st.page_link(
            "pages/4_Classify.py",
            label="**Use this model**",
            icon=":material/face:",
            query_params={"classify_model": title_of(told.chosen.name)},
        )


def _scores(chosen: Ranking, told: Recommendation) -> pd.DataFrame:
    """Returns the points of each model and the percentages they are made of, best first."""
    names = {name: CRITERIA[name].named(told.conditions) for name in told.used}
    ranked = sorted(chosen.contenders, key=lambda one: -told.scores[one.name])
    rows = [
        {"Model": one.title, "Points": f"{told.scores[one.name]:.1f}"}
        | {
            title[0].upper() + title[1:]: percent(CRITERIA[name].share(one, told.conditions) or 0)
            for name, title in names.items()
        }
        | {"Time per face": f"{one.cost.milliseconds:.1f} ms" if one.cost else "not known"}
        for one in ranked
    ]
    return pd.DataFrame(rows)


def _write_down(chosen: Ranking, told: Recommendation) -> None:
    """Draws what the reader says of the choice, and the page that says it to others."""
    titles = {one.name: one.title for one in chosen.contenders}
    name = st.selectbox(
        "I choose",
        list(titles),
        list(titles).index(told.chosen.name),
        format_func=titles.__getitem__,
        key=f"choice-{told.chosen.name}",
    )
    because = st.text_area("because", key="because", max_chars=2000)
    who = st.text_input("Name", key="decided_by", max_chars=200)
    metric = ranked_by()
    decision = Decision(
        chosen=next(one for one in chosen.contenders if one.name == name),
        because=because.strip(),
        by=who.strip(),
        on=datetime.now(UTC).date(),
        recommendation=told,
        link=_link(),
        faces=chosen.title,
    )
    with st.container(horizontal=True):
        st.download_button(
            "Review with this page first",
            lambda: review_html([chosen], decision, metric),
            "review.html",
            "text/html",
            icon=":material/description:",
            on_click="ignore",
        )
        if find_browser() or has_weasyprint():
            st.download_button(
                "This page as PDF",
                lambda: page_as_pdf(decision_html(decision)),
                "decision.pdf",
                "application/pdf",
                icon=":material/picture_as_pdf:",
                on_click="ignore",
            )
        else:
            st.download_button(
                "This page as HTML",
                lambda: decision_html(decision),
                "decision.html",
                "text/html",
                icon=":material/description:",
                on_click="ignore",
            )
    st.caption(
        "The address of this page restores these models and conditions for whoever opens it. What "
        "you write stays in this page and in the files."
    )


def _link() -> str:
    """Returns the address that restores the page as it stands."""
    page = (st.context.url or "").partition("?")[0]
    query = [(key, value) for key in st.query_params for value in st.query_params.get_all(key)]
    return f"{page}?{urlencode(query)}" if query else page
