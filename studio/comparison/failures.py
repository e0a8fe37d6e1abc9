"""Where does it fail?"""

from functools import partial
from typing import Any

import streamlit as st

from fer_core.charts.failures import READINGS
from fer_core.dataset.sentences import number_of_faces
from fer_core.evaluation.comparison import Contender
from fer_core.evaluation.mistakes import most_confident, select_faces
from fer_core.evaluation.ranking import Ranking
from fer_core.review.chapters import CURVES, failures
from studio.comparison.chapter import show_chapter, tell
from studio.comparison.choice import choose_pair
from studio.comparison.faces import dataset_here, show_faces, tested_on

SHOWN = 12
"""Faces of a cell."""

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
    show_chapter(tell(failures, pair, cells, [curve]), top, partial(_show_cell, pair))


def _show_cell(pair: tuple[Contender, ...], cell: list[Any] | None) -> None:
    """Draws the faces of one truth that a model gave one answer to, the surest first."""
    if cell is None:
        st.caption("Click a cell to see its faces.")
        return
    name, truth, answer = cell
    contender = next(one for one in pair if one.name == name)
    faces = select_faces(contender, wrong_only=False, truth=[truth], predicted=[answer])
    st.markdown(f"**{truth} read as {answer}: {number_of_faces(len(faces))}**")
    if len(faces) and (dataset := tested_on(contender, dataset_here())):
        shown = most_confident(contender, faces)[:SHOWN]
        show_faces(contender, dataset, shown, key=f"cell_{name}")
        if len(faces) > len(shown):
            st.caption(f"The {len(shown)} of which {contender.title} is surest.")
