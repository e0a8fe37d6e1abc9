"""What the figures mean, what they must not be used for, and what whoever is read must know first.

The AI Act binds those who use such a system to tell the people exposed to it, at the first exposure
at the latest (Article 50(3) and (5)): the notice stands before every camera and upload whose faces
are read.
"""

import streamlit as st

_MEANING = (
    "A percentage is the model's confidence in the expression a face *appears* to show. It does "
    "not say what the person feels."
)
_KEPT = (
    "Pictures stay in this server's memory while you look at them; they are never written to disk "
    "or logged."
)
NOTICE = (
    f"{_MEANING} In the EU it is prohibited to infer the emotions of people at work or in "
    f"education with such a system (AI Act, Article 5(1)(f)). {_KEPT}"
)

UNDERSTOOD = "notice_understood"
"""Key of whether this visitor has understood; kept for the session."""

_BEFORE = f"""
**This is an emotion recognition system.** It finds faces and estimates which of seven expressions
each appears to show. {_MEANING}

- Show it your own face, or those of people who know that it reads them: in the EU they must be told
  (AI Act, Article 50(3)).
- Do not use it on people at work or in education: in the EU that is prohibited (Article 5(1)(f)).
- {_KEPT}
"""


def notice() -> None:
    """Draws the notice, quietly, at the foot of the page."""
    st.divider()
    st.caption(NOTICE)


def understood() -> bool:
    """Returns whether the visitor may go on to a camera or an upload; draws the notice if not."""
    if st.session_state.get(UNDERSTOOD):
        return True
    with st.container(border=True):
        st.markdown(_BEFORE)
        st.button("I understand", type="primary", key="notice_button", on_click=_understand)
    return False


def _understand() -> None:
    st.session_state[UNDERSTOOD] = True
