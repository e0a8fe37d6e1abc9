"""What a page shows while there is nothing to show."""

import streamlit as st

from studio.terminal import offer


def no_model() -> None:
    """Says that no model is saved, and the command that trains one."""
    with st.container(border=True):
        st.markdown("**No trained model is saved yet.**")
        offer(
            "python -m fer_core train custom_cnn",
            "This one takes about an hour to train. Models that come with the project are in "
            "`weights/`: `git checkout -- weights` brings them back if they were deleted.",
        )
