"""Is the lead real?"""

import streamlit as st

from fer_core.charts.lead import leads, significance_matrix
from fer_core.evaluation.ranking import Ranking
from fer_core.evaluation.words import lead_sentence
from studio.figure import show_exhibit


def show_lead(chosen: Ranking) -> None:
    """Draws the leader against each other model, and the matrix of all pairs."""
    st.subheader("Is the lead real?", anchor=False)
    if len(chosen.contenders) < 2:
        st.info("Choose two models or more to hold them against each other.")
        return
    order, titles = list(chosen.titles), chosen.titles
    st.markdown("\n".join(f"- {lead_sentence(pair, titles)}" for pair in chosen.leads[:4]))
    exhibit = leads(chosen.comparisons, order[0], titles, chosen.n)
    show_exhibit(exhibit)
    if len(order) > 2:
        exhibit = significance_matrix(chosen.comparisons, order, titles, chosen.n)
        st.markdown("#### Every pair")
        show_exhibit(exhibit)
