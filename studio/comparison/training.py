"""How did it train?"""

import streamlit as st

from fer_core.charts.training import epoch_violins, training_curves
from fer_core.evaluation.ranking import Ranking
from fer_core.evaluation.words import recommend, training_sentence
from studio.comparison.choice import choose_pair
from studio.figure import show_exhibit


def show_training(chosen: Ranking) -> None:
    """Draws training curves and their distribution, and says which model overfits."""
    st.subheader("How did it train?", anchor=False)
    trained = tuple(c for c in chosen.contenders if c.history is not None)
    if not trained:
        st.info("No history is recorded for these models.")
        return
    st.markdown("\n".join(f"- {training_sentence(contender)}" for contender in trained))
    st.markdown(f"**Recommended:** {recommend(chosen.contenders, chosen.comparisons)}")
    pair = choose_pair(trained)
    for column, contender in zip(st.columns(len(pair), gap="large"), pair, strict=True):
        with column:
            exhibit = training_curves(contender)
            show_exhibit(exhibit)
    st.markdown("#### Distribution over epochs")
    for column, exhibit in zip(
        st.columns(2, gap="large"),
        (epoch_violins(pair, "accuracy"), epoch_violins(pair, "loss")),
        strict=True,
    ):
        with column:
            show_exhibit(exhibit)
