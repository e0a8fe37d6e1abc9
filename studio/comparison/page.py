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
from studio.glossary import explain
from studio.no_model import no_model
from studio.page import lead
from studio.sections import section_is_chosen, sections

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


WORDS = {
    "Lead": ("McNemar's test", "Holm's correction", "interval"),
    "Cost": ("Pareto front", "MMACs", "interval"),
    "Failures": ("confusion matrix", "precision", "recall", "F1", "average precision"),
    "Confidence": ("calibration", "temperature", "ECE", '"not sure"'),
    "Robustness": ("robustness", "severity", "interval"),
    "Attention": ("Grad-CAM",),
    "Training": ("frozen", "trunk", "augmentation", "warm start"),
    "Claims": ("PublicTest, PrivateTest", "optimistic", "ensemble"),
}
"""What a section's reader may want explained, keys of `glossary.TERMS`."""


def show_page() -> None:
    """Draws which models to compare, the answer, the decision, the ranking, the open section."""
    field = read_all()
    open_asked()
    if field.contenders:
        answer = st.empty()
        chosen = choose(field)
        if chosen:
            show_decision(chosen)
            metric = show_ranking(chosen, not section_is_chosen(list(SECTIONS)))
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
    for tab, (name, show) in zip(sections(list(SECTIONS)), SECTIONS.items(), strict=True):
        if tab.open:
            with tab:
                show(chosen)
                if name in WORDS:
                    explain(*WORDS[name])
