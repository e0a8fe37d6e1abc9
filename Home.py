"""Home: what this is, how well it works, what to do next."""

import streamlit as st

from fer_core.errors import FerError
from fer_core.savedmodels import saved_names
from fer_core.ui.home.next_things import show_next_things
from fer_core.ui.home.ranking import read_scores, show_ranking, summary
from fer_core.ui.home.sample import show_sample
from fer_core.ui.notice import notice
from fer_core.ui.page import begin, lead
from fer_core.ui.states import no_model

begin("Home")
st.title("FER Studio", anchor=False)
scores, problems = read_scores()
lead(summary(scores))
if saved_names():
    try:
        show_sample()
    except FerError as error:
        st.error(str(error), icon=":material/error:")
else:
    no_model()
show_next_things()
if scores:
    show_ranking(scores)
for problem in problems:
    st.warning(problem, icon=":material/warning:")
notice()
