"""What the figures mean and what they must not be used for; on every page that classifies."""

import streamlit as st

NOTICE = (
    "A percentage is the model's confidence in the expression a face *appears* to show. It does "
    "not say what the person feels. In the EU it is prohibited to infer the emotions of people at "
    "work or in education with such a system (AI Act, Article 5(1)(f)). "
    "Pictures stay in this server's memory while you look at them; they are never written to disk "
    "or logged."
)


def notice() -> None:
    """Draws the notice, quietly, at the foot of the page."""
    st.divider()
    st.caption(NOTICE)
