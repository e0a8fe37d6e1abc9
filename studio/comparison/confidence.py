"""Can its confidence be trusted?"""

import streamlit as st

from fer_core.evaluation.ranking import Ranking
from fer_core.review.chapters import confidence
from studio.comparison.chapter import show_chapter, tell
from studio.comparison.choice import choose_pair


def show_confidence(chosen: Ranking) -> None:
    """Draws calibration before and after temperature scaling, and what refusing buys."""
    top = st.container()
    show_chapter(tell(confidence, chosen, choose_pair(chosen.contenders)), top)
