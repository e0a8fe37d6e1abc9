"""How many faces of each emotion, and do the splits agree?"""

import numpy as np
import streamlit as st

from fer_core.charts.dataset import PER_CLASS, class_counts, class_shares, sample_grid
from fer_core.dataset.sentences import ALPHA, agreement_sentence, baseline_sentence
from fer_core.dataset.statistics import imbalance_ratio, majority_baseline, split_agreement
from studio.dataset.view import View
from studio.figure import show, show_exhibit
from studio.glossary import explain


def show_distribution(view: View) -> None:
    """Draws the classes by split, and what follows from them."""
    counts = view.counts
    if not counts.sum():
        st.info("None of the faces shows one of these emotions.", icon=":material/filter_alt_off:")
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        how = st.segmented_control(
            "Figures",
            ["Shares", "Faces"],
            default="Shares",
            required=True,
            key="figures",
            bind="query-params",
        )
        if st.button("As report R3 shows it", icon=":material/grid_on:"):
            _report_r3(view)
    exhibit = (class_shares if how == "Shares" else class_counts)(counts, view.classes)
    show_exhibit(exhibit)
    _figures(view)
    explain("PublicTest, PrivateTest", "balanced accuracy", "macro-F1", "report, R1 to R5")


def _figures(view: View) -> None:
    counts = view.counts
    ratio = imbalance_ratio(counts)
    totals = counts.sum(axis=0)
    most, least = view.classes[int(totals.argmax())], view.classes[int(totals.argmin())]
    cards = (
        (
            "Imbalance",
            f"{ratio:.1f} : 1" if np.isfinite(ratio) else "a class is empty",
            f"{most} ({totals.max():,}) to {least} ({totals.min():,}). Accuracy hides how a model "
            "treats the rare class; balanced accuracy and macro F1 do not.",
        ),
        (
            "Baseline",
            f"{100 * majority_baseline(counts).accuracy:.1f} %",
            baseline_sentence(majority_baseline(counts), counts, view.classes),
        ),
        ("Do the splits agree?", _verdict(counts), agreement_sentence(split_agreement(counts))),
    )
    for column, (title, value, caption) in zip(st.columns(3), cards, strict=True):
        with column.container(border=True, height="stretch"):
            st.metric(title, value)
            st.caption(caption)


def _verdict(counts: np.ndarray) -> str:
    agreement = split_agreement(counts)
    if agreement is None:
        return "One split"
    return "They differ" if agreement.p < ALPHA else "They do"


@st.dialog("As report R3 shows the dataset", width="large")
def _report_r3(view: View) -> None:
    exhibit = class_counts(view.counts, view.classes)
    show(exhibit.figure, exhibit.caption, key="r3-counts")
    if view.dataset is None:
        st.info(f"The grid of {PER_CLASS} faces of each emotion needs the dataset.")
        return
    if st.button("Other faces", icon=":material/casino:"):
        st.session_state["r3_seed"] = st.session_state.get("r3_seed", 0) + 1
    exhibit = sample_grid(view.dataset, view.classes, st.session_state.get("r3_seed", 0))
    show_exhibit(exhibit, key="r3-grid", level=3)
