"""Which model reads, which detector looks for faces, and when the answer is "not sure"."""

from dataclasses import dataclass

import streamlit as st

from fer_core.errors import DownloadError
from fer_core.faces import (
    AUTO,
    BEST,
    DETECTORS,
    NAMES,
    fallback_notice,
    fetch_file,
    is_here,
    resolve,
)
from fer_core.inference import default_model
from fer_core.savedmodels import open_model, saved_names
from fer_core.settings import settings
from studio.card import open_card
from studio.failure import show_failure
from studio.loaders import models_in_order, title

_CHOSEN = "classify_chosen_model"
"""Key of the model that last read pictures."""


@dataclass(frozen=True)
class Controls:
    """What was chosen.

    Attributes:
        model: Name of a saved model.
        detector: Key of `faces.DETECTORS` that is available on this machine.
        threshold: Confidence, 0..1, below which the answer is "not sure".
    """

    model: str
    detector: str
    threshold: float


def choose_controls(fast: bool = False) -> Controls:
    """Draws the controls beside the pictures; needs at least one saved model.

    Args:
        fast: Whether faces are read frame by frame: it then begins with a faster model than
            pictures do, or with what the visitor chose for them.
    """
    models = models_in_order()
    first = _chosen_for_pictures() or default_model(fast) if fast else default_model()
    model = st.selectbox(
        "Model",
        models,
        index=models.index(first),
        format_func=title,
        key="classify_fast_model" if fast else "classify_model",
        bind="query-params",
    )
    if not fast:
        st.session_state[_CHOSEN] = model
    if st.button("About this model", icon=":material/badge:", type="tertiary"):
        open_card(model)
    with st.popover("Detector and threshold", icon=":material/tune:"):
        threshold = st.slider(
            "Not sure below",
            0,
            100,
            round(100 * open_model(model).threshold),
            format="%d %%",
            help="With less confidence in its likeliest emotion, the answer is “not sure”. At "
            "first it stands where the model is right on four of five faces that it answers, or "
            "where it leaves out a quarter of them.",
            key=f"classify_threshold_{model}",
        )
        chosen = _choose_detector()
    return Controls(model, _ready(chosen), threshold / 100)


def _chosen_for_pictures() -> str | None:
    """Returns the model that a visitor chose for pictures, if another than what stood there."""
    model: str | None = st.session_state.get(_CHOSEN)
    return model if model in saved_names() and model != default_model() else None


def choose_smoothing(key: str) -> float:
    """Draws how long what was seen is remembered; returns its half-life, seconds."""
    return st.slider(
        "Smoothing",
        0.0,
        2.0,
        0.4,
        0.1,
        format="%.1f s",
        help="After so many seconds, what was seen counts half. 0 smooths nothing.",
        key=key,
    )


def _choose_detector() -> str:
    """Draws the choice; returns the key of a detector that is on this machine."""
    return st.radio(
        "Face detector",
        NAMES,
        format_func=lambda name: "Automatic" if name == AUTO else DETECTORS[name].title,
        captions=["The best available", *(kind.caption for kind in DETECTORS.values())],
        key="classify_detector",
    )


def _ready(chosen: str) -> str:
    """Returns the key of the detector that looks; says so, with a way out, if it is a lesser one.

    Args:
        chosen: One of `NAMES`.
    """
    key = resolve(chosen)
    notice = fallback_notice() if chosen == AUTO else ""
    if not is_here(key):
        missing = DETECTORS[key]
        key = resolve(AUTO)
        notice = fallback_notice() or f"{missing.title} is not on this machine."
    if notice:
        st.info(notice, icon=":material/person_search:")
        _offer(BEST if chosen == AUTO else chosen)
    return key


def _offer(key: str) -> None:
    """Draws a button that fetches a detector's file, where that may be."""
    kind = DETECTORS[key]
    if kind.file is None or settings().offline:
        return
    if not st.button(f"Fetch {kind.title}", icon=":material/download:"):
        return
    try:
        with st.spinner(f"Fetching {kind.title}, {kind.file.size}"):
            fetch_file(key)
    except DownloadError as error:
        show_failure(error)
    else:
        st.rerun()
