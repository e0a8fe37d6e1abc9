"""Can its confidence be trusted?"""

import streamlit as st

from fer_core.charts.confidence import calibration_errors, coverage_curves, reliability_diagram
from fer_core.evaluation.ranking import Ranking
from fer_core.evaluation.words import calibration_sentence
from studio.comparison.choice import choose_pair
from studio.figure import show_exhibit


def show_confidence(chosen: Ranking) -> None:
    """Draws calibration before and after temperature scaling, and what refusing buys."""
    st.subheader("Can its confidence be trusted?", anchor=False)
    st.markdown(calibration_sentence(chosen.contenders[0]))
    pair = choose_pair(chosen.contenders)
    for column, contender in zip(st.columns(len(pair), gap="large"), pair, strict=True):
        with column:
            exhibit = reliability_diagram(contender)
            show_exhibit(exhibit)
    for exhibit in (calibration_errors(chosen.contenders), coverage_curves(chosen.contenders)):
        st.markdown(f"#### {exhibit.title}")
        show_exhibit(exhibit)
