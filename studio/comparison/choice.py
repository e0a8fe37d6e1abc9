"""Which models are compared and on which faces; the choice lives in the URL."""

from pathlib import Path

import streamlit as st

from fer_core.errors import EvaluationError
from fer_core.evaluation.comparison import (
    COMMON,
    Contender,
    Field,
    common_view,
    group_title,
    groups_of,
    read_field,
)
from fer_core.evaluation.ranking import Ranking, comparisons_of, ranking_of
from fer_core.evaluation.significance import Comparison
from fer_core.settings import settings
from studio.loaders import state_of_models
from studio.markdown import plain

UPLOADED = "uploaded_predictions"
"""Key in the session's state: contenders somebody brought, by name."""

_Key = tuple[tuple[str, int, float], ...]

JOINED = "joined"
"""Key in the session's state: one that has just been uploaded and is to be shown."""


def read_all() -> Field:
    """Returns the saved models, read again when a file of theirs changes, and the uploaded ones."""
    field = read_saved()
    uploaded = tuple(st.session_state.get(UPLOADED, {}).values())
    return Field((*field.contenders, *uploaded), field.unreadable, field.untrained)


def read_saved() -> Field:
    """Returns the saved models alone, the same objects for all visitors until a file changes."""
    return _field(settings().weights, state_of_models())


@st.cache_resource(max_entries=2, show_spinner="Reading the saved models")
def _field(weights: Path, state: int) -> Field:
    return read_field(weights)


def choose(field: Field) -> Ranking | None:
    """Draws the choice of faces and models; returns it, or None and says why there is none."""
    groups = groups_of(field.contenders)
    joined = st.session_state.pop(JOINED, None)
    if joined is not None:
        st.session_state["on"] = next(
            name for name, group in groups.items() if joined.name in {c.name for c in group}
        )
    view = _choose_view(list(groups)) if len(groups) > 1 else next(iter(groups))
    offered = field.contenders if view == COMMON else groups[view]
    titles = {contender.name: contender.title for contender in offered}
    key = f"models-{view}"
    if joined is not None and key in st.session_state:
        st.session_state[key] = [*st.session_state[key], joined.name]
    names = st.pills(
        "Models",
        list(titles),
        selection_mode="multi",
        default=list(titles),
        format_func=titles.__getitem__,
        key=key,
        bind="query-params",
    )
    chosen = tuple(contender for contender in offered if contender.name in names)
    if not chosen:
        st.info("Choose at least one model.", icon=":material/leaderboard:")
        return None
    if view == COMMON:
        try:
            chosen = _common(_key(chosen), chosen)
        except EvaluationError as error:
            st.info(plain(str(error)), icon=":material/group_off:")
            return None
        st.caption(
            f"{len(chosen[0].split):,} faces, {', '.join(chosen[0].classes)}: none of these models "
            "was trained on any of them. Other emotions are dropped and probabilities renormalised."
        )
    return ranking_of(
        view, chosen, field.untrained, lambda ranked: _comparisons(_key(ranked), ranked)
    )


def _choose_view(views: list[str]) -> str:
    """Draws the choice of faces where there is one."""
    return st.segmented_control(
        "Tested on",
        [*views, COMMON],
        default=views[0],
        required=True,
        format_func=group_title,
        key="on",
        bind="query-params",
        help="Figures are comparable only on the same faces. “Common to all” keeps the faces that "
        "were test faces of every chosen model, and the emotions all of them know.",
    )


def _key(contenders: tuple[Contender, ...]) -> _Key:
    """What tells one set of answers from another without hashing all of them."""
    return tuple((c.name, len(c.split), c.judged.metrics["log_loss"].value) for c in contenders)


@st.cache_resource(scope="session", max_entries=10, show_spinner=False)
def _common(key: _Key, _contenders: tuple[Contender, ...]) -> tuple[Contender, ...]:
    return common_view(_contenders)


@st.cache_resource(scope="session", max_entries=50, show_spinner=False)
def _comparisons(key: _Key, _contenders: tuple[Contender, ...]) -> tuple[Comparison, ...]:
    return comparisons_of(_contenders)


def choose_one(contenders: tuple[Contender, ...]) -> Contender:
    """Draws the choice of one model, where there are several; returns it."""
    if len(contenders) == 1:
        return contenders[0]
    return _select("Model", contenders, "first")


def choose_pair(contenders: tuple[Contender, ...]) -> tuple[Contender, ...]:
    """Draws the choice of two models, side by side; returns one or two of them."""
    if len(contenders) == 1:
        return contenders
    left, right = st.columns(2)
    with left:
        first = choose_one(contenders)
    with right:
        others = tuple(c for c in contenders if c.name != first.name)
        return first, _select("Beside it", others, "second")


def _select(label: str, contenders: tuple[Contender, ...], key: str) -> Contender:
    by_name = {contender.name: contender for contender in contenders}
    name = st.selectbox(
        label,
        list(by_name),
        format_func=lambda name: by_name[name].title,
        key=key,
        bind="query-params",
    )
    return by_name[name]
