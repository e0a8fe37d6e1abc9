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

_CLASS = "class"
"""Part of the address: "1" opens the class."""


def show_page() -> None:
    """Draws how well the models read faces, an example, and what to do next."""
    if st.query_params.get(_CLASS) == "1" and saved_names():
        from studio.home.lesson import show_lesson  # with what Home itself does without

        try:
            show_lesson()
        except FerError as error:
            show_failure(error)
        return
    scores, problems = read_scores()
    lead(summary(scores))
    st.caption(
        "For whoever must choose a model, whoever wants to see how one works, and whoever is "
        "curious what it reads in a face. Nothing is stored."
    )
    if saved_names():
        try:
            show_sample()
        except FerError as error:
            show_failure(error)
    else:
        no_model()
    show_next_things()
    if saved_names():
        st.page_link(
            "Home.py",
            label="**For a class**: from a face to a decision in eight screens",
            icon=":material/school:",
            query_params={_CLASS: "1"},
        )
    if scores:
        show_ranking(scores)
    for problem in problems:
        st.warning(plain(problem), icon=":material/warning:")
