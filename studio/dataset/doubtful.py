"""Labels that confident learning doubts, by networks that have not learnt them."""

import numpy as np
import pandas as pd
import streamlit as st

from fer_core.audit.doubts import (
    doubtful_by_model,
    doubtful_by_votes,
    fits,
    fits_predictions,
    judged,
)
from fer_core.audit.duplicates import leaked, usage_of
from fer_core.audit.held_out import HeldOut, read_held_out
from fer_core.common.numerals import percent
from fer_core.dataset import USAGES
from fer_core.dataset.sentences import number_of_faces
from fer_core.errors import FerError
from fer_core.savedmodels import PredictedSplit, Predictions, open_model
from studio.dataset.gallery import show_gallery
from studio.dataset.view import View, duplicates_of, once
from studio.failure import show_failure
from studio.loaders import fingerprint, models_in_order, title
from studio.markdown import plain, unbroken


def show_doubtful(view: View) -> None:
    """Draws the doubted labels of Training, or of the faces that selected and tested a model."""
    st.header("Labels that a model doubts", anchor=False)
    training, others = "Training", "Validation and test"
    split = st.segmented_control(
        "Labels of", [others, training], default=others, required=True, key="doubted_part"
    )
    if split == training:
        _show_doubtful_training(view)
    else:
        _show_doubtful_others(view)


def _show_doubtful_training(view: View) -> None:
    """Five networks, each on the fifth of Training that it was not trained on."""
    held_out = _held_out()
    if view.dataset is not None and not fits(view.dataset.labels, held_out.classes, held_out.faces):
        _other_faces("The stored answers on Training")
        return
    right = float((held_out.faces.predicted == held_out.faces.labels).mean())
    st.caption(
        unbroken(
            f"Judged by {held_out.folds} custom CNNs, each on the part of Training that it had not "
            "learnt; copies of a photograph were kept in one part. They agree with "
            f"{percent(right)} of the labels."
        )
    )
    _show_found(
        view, _doubtful_training(), held_out.faces, held_out.classes, "of Training", "training"
    )


def _show_doubtful_others(view: View) -> None:
    """One saved model on the faces that selected and tested it."""
    names = models_in_order()
    if not names:
        st.info("A trained model is needed to doubt a label.", icon=":material/model_training:")
        return
    name = st.selectbox("In the eyes of", names, format_func=title, key="doubting_model")
    try:
        version = fingerprint(name)
        predictions = open_model(name).predictions()
    except FerError as error:
        show_failure(error)
        return
    if view.dataset is not None and not fits_predictions(view.dataset.labels, predictions):
        _other_faces(f"{plain(title(name))}'s stored answers")
        return
    is_leaked = _leaked(view, predictions)
    faces = judged(predictions, is_leaked)
    without = len(judged(predictions)) - len(faces)
    st.caption(
        f"{number_of_faces(without)} of validation and test are left out, as the model may have "
        "learnt a copy of them."
    )
    found = _doubtful(name, version, view.loaded.key if view.loaded else "", is_leaked)
    whose = f"that {plain(title(name))} was not trained on"
    _show_found(view, found, faces, predictions.classes, whose, name)


def _other_faces(whose: str) -> None:
    st.info(
        f"{whose} are on FER2013 in the order of `fer2013.csv`, which this dataset is not.",
        icon=":material/difference:",
    )


def _show_found(
    view: View,
    doubtful: pd.DataFrame,
    faces: PredictedSplit,
    classes: tuple[str, ...],
    whose: str,
    name: str,
) -> None:
    """Says how many labels of the chosen classes are doubted, and shows them for review."""
    shown = faces.rows[np.isin(np.array(classes)[faces.labels], view.classes)]
    found = doubtful[doubtful["label"].isin(view.classes)].reset_index(drop=True)
    st.markdown(
        unbroken(
            f"Confident learning (Northcutt et al. 2021) doubts **{len(found):,} labels "
            f"({percent(len(found) / max(len(shown), 1))})** of the {len(shown):,} faces {whose}."
            f"{_confirmed(view, found, shown)}"
        )
    )
    show_gallery(
        view,
        found,
        lambda entry: f"{entry['suggested']} {percent(entry['p_suggested'])}",
        "wrong",
        f"doubtful_labels_{name}",
    )
    st.caption(
        "Below each face its label, then the model's answer. A doubt is a reason to look, not a "
        "verdict: a model can be wrong too."
    )


def _leaked(view: View, predictions: Predictions) -> np.ndarray | None:
    """Returns which faces the model may have met as a copy; None if it judged other faces."""
    duplicates = duplicates_of(view)
    if judged(predictions).rows.max(initial=-1) >= duplicates.n:
        return None
    usage = usage_of(predictions, duplicates.n)
    return leaked(duplicates, usage == USAGES.index("Training"))


@st.cache_resource(max_entries=16, show_spinner="Weighing the labels")
def _doubtful(name: str, version: str, faces: str, _is_leaked: np.ndarray | None) -> pd.DataFrame:
    saved = open_model(name)
    predictions = saved.predictions()
    return doubtful_by_model(
        judged(predictions, _is_leaked), predictions.classes, saved.temperature
    )


@st.cache_resource(show_spinner="Weighing the labels")
def _doubtful_training() -> pd.DataFrame:
    held_out = _held_out()
    return doubtful_by_model(held_out.faces, held_out.classes, held_out.temperature)


@st.cache_resource(show_spinner=False)
def _held_out() -> HeldOut:
    return read_held_out()


def _confirmed(view: View, found: pd.DataFrame, shown: np.ndarray) -> str:
    """How often FER+ disagrees with a doubted label, beside how often with any of those judged."""
    dataset = view.dataset
    if dataset is None or dataset.votes is None or not len(found):
        return ""
    assert view.loaded is not None
    every = once("votes 0.5", view.loaded, lambda faces: doubtful_by_votes(faces, 0.5))
    disagrees = np.zeros(len(dataset), bool)
    disagrees[every["row"]] = True
    usual = disagrees[shown].mean()
    return (
        f" FER+'s majority contradicts {percent(disagrees[found['row']].mean())} of the doubted "
        f"labels, against {percent(float(usual))} of all that were judged."
    )
