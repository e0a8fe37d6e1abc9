"""The Home page."""

import streamlit as st

from fer_core.errors import FerError
from fer_core.savedmodels import saved_names
from studio.failure import show_failure
from studio.home.next_things import show_next_things
from studio.home.ranking import read_scores, show_ranking, summary
from studio.home.sample import show_sample
from studio.markdown import plain
from studio.no_model import no_model
from studio.page import lead


def show_page() -> None:
    """Draws how well the models read faces, an example, and what to do next."""
    scores, problems = read_scores()
    lead(summary(scores))
    if saved_names():
        try:
            show_sample()
        except FerError as error:
            show_failure(error)
    else:
        no_model()
    show_next_things()
    if scores:
        show_ranking(scores)
    for problem in problems:
        st.warning(plain(problem), icon=":material/warning:")
