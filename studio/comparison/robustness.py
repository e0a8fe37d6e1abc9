"""Does it survive the real world?"""

import streamlit as st

from fer_core.charts.robustness import robustness_curves
from fer_core.evaluation.ranking import Ranking
from fer_core.evaluation.robustness import CORRUPTIONS
from fer_core.evaluation.words import robustness_sentence
from fer_core.savedmodels import saved_names
from studio.figure import show_exhibit


def show_robustness(chosen: Ranking) -> None:
    """Draws accuracy under each disturbance, one line a model."""
    st.subheader("Does it survive the real world?", anchor=False)
    measured = [c for c in chosen.contenders if c.robustness is not None]
    missing = [c for c in chosen.contenders if c.robustness is None]
    if measured:
        st.markdown("\n".join(f"- {robustness_sentence(contender)}" for contender in measured[:4]))
        exhibit = robustness_curves(measured, list(CORRUPTIONS))
        show_exhibit(exhibit)
    if missing:
        st.info(
            f"Not measured here: {', '.join(c.title for c in missing)}. A saved model is measured "
            "on FER2013 by the command below; a selection of common faces is not."
        )
        saved = saved_names()
        name = next((c.name for c in missing if c.name in saved), "NAME")
        st.code(f"python -m fer_core evaluate {name} --robustness --write", language="bash")
