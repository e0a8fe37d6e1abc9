"""The Model comparison page."""

import streamlit as st

from fer_core.evaluation.ranking import Ranking
from fer_core.evaluation.sentences import headline
from studio.card import open_asked
from studio.comparison.attention import show_attention
from studio.comparison.choice import choose, read_all
from studio.comparison.claims import show_claims
from studio.comparison.confidence import show_confidence
from studio.comparison.cost import show_cost
from studio.comparison.decision import show_decision
from studio.comparison.failures import show_failures
from studio.comparison.lead import show_lead
from studio.comparison.mistakes import show_mistakes
from studio.comparison.photographs import show_photographs
from studio.comparison.ranking import show_ranking, show_unreadable, show_untrained
from studio.comparison.robustness import show_robustness
from studio.comparison.take_away import show_take_away
from studio.comparison.training import show_training
from studio.comparison.upload import show_upload
from studio.no_model import no_model
from studio.page import lead

SECTIONS = {
    "Lead": show_lead,
    "Cost": show_cost,
    "Failures": show_failures,
    "Confidence": show_confidence,
    "Robustness": show_robustness,
    "Photographs": show_photographs,
    "Attention": show_attention,
    "Mistakes": show_mistakes,
    "Training": show_training,
    "Claims": show_claims,
    "Take away": show_take_away,
    "Your own": show_upload,
}


def show_page() -> None:
    """Draws which models to compare, the answer, the decision, the ranking, the open section."""
    field = read_all()
    open_asked()
    if field.contenders:
        answer = st.empty()
        chosen = choose(field)
        if chosen:
            show_decision(chosen)
            metric = show_ranking(chosen)
            with answer:
                lead(headline(chosen.contenders, chosen.comparisons, metric))
        show_unreadable(field)
        if chosen:
            _show_sections(chosen)
    else:
        lead("Which model reads faces best? A trained model is needed to say.")
        no_model()
        show_unreadable(field)
    show_untrained(field)


def _show_sections(chosen: Ranking) -> None:
    """Draws the open section only; which one it is lives in the URL."""
    tabs = st.tabs(list(SECTIONS), key="section", bind="query-params")
    for tab, show in zip(tabs, SECTIONS.values(), strict=True):
        if tab.open:
            with tab:
                show(chosen)
