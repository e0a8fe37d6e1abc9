"""Where does it fail?"""

import streamlit as st

from fer_core.charts.failures import (
    READINGS,
    confusion,
    highest_cell,
    per_class,
    precision_recall_curves,
    roc_curves,
)
from fer_core.evaluation.comparison import Contender
from fer_core.evaluation.ranking import Ranking
from fer_core.evaluation.words import confused_sentences
from studio.comparison.choice import choose_pair
from studio.figure import show_exhibit

_NORMALISED = {"truth": "Share of truth", "prediction": "Share of answers", "counts": "Faces"}


def show_failures(chosen: Ranking) -> None:
    """Draws confusion matrices, figures of each class and curves, of one or two models."""
    st.subheader("Where does it fail?", anchor=False)
    pair = choose_pair(chosen.contenders)
    how = st.segmented_control(
        "Cells",
        list(READINGS),
        default="truth",
        required=True,
        format_func=_NORMALISED.__getitem__,
        key="cells",
        bind="query-params",
    )
    highest = highest_cell(pair, how)
    for column, contender in zip(st.columns(len(pair), gap="large"), pair, strict=True):
        with column:
            exhibit = confusion(contender, how, highest)
            show_exhibit(exhibit)
            st.markdown("\n".join(f"- {text}" for text in confused_sentences(contender, 3)))
    st.markdown("#### Each emotion")
    exhibit = per_class(pair)
    show_exhibit(exhibit)
    _show_curves(pair)


def _show_curves(pair: tuple[Contender, ...]) -> None:
    st.markdown("#### Curves")
    curve = st.segmented_control(
        "Curve",
        ["Precision-recall", "ROC"],
        default="Precision-recall",
        required=True,
        key="curve",
        bind="query-params",
    )
    draw = precision_recall_curves if curve == "Precision-recall" else roc_curves
    for column, contender in zip(st.columns(len(pair), gap="large"), pair, strict=True):
        with column:
            exhibit = draw(contender)
            show_exhibit(exhibit)
