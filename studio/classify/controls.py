"""Which model reads, which detector looks for faces, and when the answer is "not sure"."""

from dataclasses import dataclass

import streamlit as st

from fer_core.errors import DownloadError
from fer_core.faces import DETECTORS, fetch_yunet, resolve, yunet_file
from fer_core.inference import default_model
from studio.loaders import models_in_order, title

_NOT_SURE_BELOW = 40


@dataclass(frozen=True)
class Controls:
    """What was chosen.

    Attributes:
        model: Name of a saved model.
        detector: Key of `faces.DETECTORS` that is to be had on this machine.
        threshold: Confidence, 0..1, below which the answer is "not sure".
    """

    model: str
    detector: str
    threshold: float


def choose_controls() -> Controls:
    """Draws the controls beside the pictures; needs at least one saved model."""
    models = models_in_order()
    model = st.selectbox(
        "Model",
        models,
        index=models.index(default_model()),
        format_func=title,
        key="classify_model",
    )
    with st.popover("Detector and threshold", icon=":material/tune:"):
        threshold = st.slider(
            "Not sure below",
            0,
            100,
            _NOT_SURE_BELOW,
            step=5,
            format="%d %%",
            help="With less confidence in its likeliest emotion, the answer is “not sure”.",
            key="classify_threshold",
        )
        detector = _choose_detector()
    return Controls(model, detector, threshold / 100)


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
    chosen = st.radio(
        "Face detector",
        list(DETECTORS),
        format_func=DETECTORS.__getitem__,
        captions=[
            "YuNet where it is installed, else Haar alt2",
            "Turned, small and half hidden faces too; 233 kB to fetch",
            "Frontal faces; part of OpenCV",
            "Frontal faces; finds more, errs more often",
        ],
        key="classify_detector",
    )
    if chosen == "yunet" and yunet_file() is None:
        st.info("YuNet is not on this machine yet. Until then Haar alt2 is used.")
        if st.button("Fetch it from OpenCV Zoo", icon=":material/download:"):
            _fetch()
        return "haar_alt2"
    return resolve(chosen)


def _fetch() -> None:
    try:
        with st.spinner("Fetching YuNet, 233 kB"):
            fetch_yunet()
    except DownloadError as error:
        st.error(str(error))
    else:
        st.rerun()
