"""What does it cost?"""

import streamlit as st

from fer_core.charts.cost import COSTS, accuracy_against_cost
from fer_core.evaluation.ranking import Ranking
from fer_core.evaluation.words import recommend
from studio.figure import show_exhibit


def show_cost(chosen: Ranking) -> None:
    """Draws accuracy against cost with the Pareto front, and names the model to take."""
    st.subheader("What does it cost?", anchor=False)
    if not any(contender.cost for contender in chosen.contenders):
        st.info("No cost is recorded for these models.")
        return
    st.markdown(f"**Recommended:** {recommend(chosen.contenders, chosen.comparisons)}")
    cost = st.segmented_control(
        "Cost",
        list(COSTS),
        default="milliseconds",
        required=True,
        format_func=lambda key: COSTS[key].title.split(",")[0],
        key="cost",
        bind="query-params",
    )
    exhibit = accuracy_against_cost(chosen.contenders, cost)
    show_exhibit(exhibit, key="cost-chart")
