"""Model comparison: which saved model to take, and how sure one may be of it."""

import streamlit as st

from fer_core.ui.page import begin, lead

begin("Model comparison", charts=True)  # The frame is on the screen while the rest is imported.
st.title("Model comparison", anchor=False)

from fer_core.evaluation.words import headline
from fer_core.review.part import Part
from fer_core.ui.comparison.attention import show_attention
from fer_core.ui.comparison.choice import choose, read_all
from fer_core.ui.comparison.confidence import show_confidence
from fer_core.ui.comparison.cost import show_cost
from fer_core.ui.comparison.failures import show_failures
from fer_core.ui.comparison.guests import show_guests
from fer_core.ui.comparison.lead import show_lead
from fer_core.ui.comparison.mistakes import show_mistakes
from fer_core.ui.comparison.ranking import show_missing, show_ranking
from fer_core.ui.comparison.robustness import show_robustness
from fer_core.ui.comparison.take_away import show_take_away
from fer_core.ui.comparison.training import show_training
from fer_core.ui.notice import notice
from fer_core.ui.states import no_model

SECTIONS = {
    "Lead": show_lead,
    "Cost": show_cost,
    "Failures": show_failures,
    "Confidence": show_confidence,
    "Robustness": show_robustness,
    "Attention": show_attention,
    "Mistakes": show_mistakes,
    "Training": show_training,
    "Take away": show_take_away,
    "Your own": show_guests,
}


def show_sections(chosen: Part) -> None:
    """Draws the open section only; which one it is lives in the URL."""
    tabs = st.tabs(list(SECTIONS), key="section", bind="query-params")
    for tab, show in zip(tabs, SECTIONS.values(), strict=True):
        if tab.open:
            with tab:
                show(chosen)


field = read_all()
if field.contenders:
    answer = st.empty()
    chosen = choose(field)
    if chosen:
        with answer:
            lead(headline(chosen.contenders, chosen.comparisons))
        show_ranking(chosen)
    show_missing(field)
    if chosen:
        show_sections(chosen)
else:
    lead("Which model reads faces best? A trained model is needed to say.")
    no_model()
    show_missing(field)
notice()
