"""Where does it fail?"""

import streamlit as st

from fer_core.charts.failures import READINGS
from fer_core.evaluation.ranking import Ranking
from fer_core.review.chapters import CURVES, failures
from studio.comparison.chapter import show_chapter, tell
from studio.comparison.choice import choose_pair

_NORMALISED = {"truth": "Share of truth", "prediction": "Share of answers", "counts": "Faces"}


def show_failures(chosen: Ranking) -> None:
    """Draws confusion matrices, figures of each class and curves, of one or two models."""
    top = st.container()
    pair = choose_pair(chosen.contenders)
    left, right = st.columns(2)
    cells = left.segmented_control(
        "Cells",
        list(READINGS),
        default="truth",
        required=True,
        format_func=_NORMALISED.__getitem__,
        key="cells",
        bind="query-params",
    )
    curve = right.segmented_control(
        "Curve",
        list(CURVES),
        default=next(iter(CURVES)),
        required=True,
        key="curve",
        bind="query-params",
    )
    show_chapter(tell(failures, pair, cells, [curve]), top)
