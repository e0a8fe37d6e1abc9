"""How did it train?"""

import streamlit as st

from fer_core.evaluation.ranking import Ranking
from fer_core.review.chapters import trained, training
from studio.comparison.chapter import show_chapter, tell
from studio.comparison.choice import choose_pair


def show_training(chosen: Ranking) -> None:
    """Draws training curves and their distribution, and says which model overfits."""
    top = st.container()
    recorded = trained(chosen)
    show_chapter(tell(training, choose_pair(recorded) if recorded else ()), top)
