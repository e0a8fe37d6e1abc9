"""What does it cost?"""

import streamlit as st

from fer_core.charts.cost import COSTS
from fer_core.evaluation.ranking import Ranking
from fer_core.review.chapters import cost
from studio.comparison.chapter import show_chapter, tell


def show_cost(chosen: Ranking) -> None:
    """Draws accuracy against cost with the Pareto front, and names the model to take."""
    top = st.container()
    against = st.segmented_control(
        "Cost",
        list(COSTS),
        default="milliseconds",
        required=True,
        format_func=lambda key: COSTS[key].title.split(",")[0],
        key="cost",
        bind="query-params",
    )
    show_chapter(tell(cost, chosen, [against]), top)
