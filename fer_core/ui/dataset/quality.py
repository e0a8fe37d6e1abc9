"""Which faces and labels to doubt: copies, pictures that are no faces, labels gone wrong."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import streamlit as st

from fer_core.charts.dataset import vote_matrix
from fer_core.charts.look import percent
from fer_core.dataset.duplicates import leaked, usage_of
from fer_core.dataset.quality import (
    blank,
    doubtful_by_model,
    doubtful_by_votes,
    fits_predictions,
    judged,
    vote_table,
)
from fer_core.dataset.words import number_of_faces
from fer_core.errors import FerError
from fer_core.savedmodels import Predictions, open_model
from fer_core.ui.dataset.copies import show_copies
from fer_core.ui.dataset.gallery import show_gallery
from fer_core.ui.dataset.missing import needs_faces
from fer_core.ui.dataset.view import View, duplicates_of, once, strangeness_of
from fer_core.ui.figure import show
from fer_core.ui.loaders import fingerprint, models_in_order, title
from fer_core.ui.words import plain

MOST_STRANGE = 480
"""Pictures far from face space that are listed; FER2013's become ordinary faces well before."""


def show_quality(view: View) -> None:
    """Draws one of four ways to doubt a dataset."""
    ways: dict[str, Callable[[View], None]] = {
        "Copies": show_copies,
        "No faces": _show_strange,
        "FER+ votes": _show_votes,
        "Doubtful labels": _show_doubtful,
    }
    way = st.segmented_control(
        "What to doubt",
        list(ways),
        default="Copies",
        required=True,
        key="doubt",
        bind="query-params",
    )
    ways[way](view)


def _show_strange(view: View) -> None:
    st.subheader("Blank pictures, and pictures that are no faces", anchor=False)
    if view.loaded is None:
        needs_faces("Blank pictures, text and drawings are looked for among the faces.")
        return
    dataset = view.loaded.dataset
    with st.spinner("Measuring how face-like each picture is"):
        strange = strangeness_of(view.loaded)
        empty = once("blank", view.loaded, lambda faces: blank(faces.images))
    chosen = view.of_classes(dataset.labels)
    rows = np.flatnonzero(empty & chosen)
    far = np.argsort(-np.where(chosen, strange, -1), kind="stable")[:MOST_STRANGE]
    far = far[~empty[far] & chosen[far]]
    no_face = ""
    if dataset.votes is not None and "nf" in dataset.votes:
        seen = (dataset.votes["nf"].to_numpy() >= 5) & chosen
        no_face = f" FER+'s annotators call {seen.sum():,} pictures “no face”."
    st.markdown(
        f"**{len(rows)} pictures are blank.**{no_face} Below, the blank ones first, then those "
        "that are least like a mixture of faces: text, drawings, collages. They become ordinary "
        "faces further on; leave off there."
    )
    found = pd.DataFrame({"row": np.concatenate([rows, far])})
    found["blank"] = empty[found["row"]]
    found["distance"] = strange[found["row"]].round(3)
    show_gallery(
        view,
        found,
        lambda entry: "blank" if entry["blank"] else f"distance {entry['distance']:.2f}",
        "no face",
        "no_faces",
    )
    st.caption(
        "Distance from face space (Turk & Pentland 1991): the share of a picture that FER2013's "
        "first 50 eigenfaces cannot draw, 0 to 1."
    )


def _show_votes(view: View) -> None:
    st.subheader("What ten other people saw", anchor=False)
    dataset = view.dataset
    if dataset is None:
        needs_faces("FER+'s ten votes on each face come with the dataset, if it carries them.")
        return
    if dataset.votes is None:
        st.info(
            "This dataset carries no FER+ votes: those are columns `ferplus_happiness`, "
            "`ferplus_sadness`, ... of a parquet.",
            icon=":material/how_to_vote:",
        )
        return
    share = st.slider("Least share of the votes for another emotion", 0.5, 1.0, 0.8, 0.1)
    assert view.loaded is not None
    every = once(f"votes {share}", view.loaded, lambda faces: doubtful_by_votes(faces, share))
    found = every[every["label"].isin(view.classes)].reset_index(drop=True)
    n = int(view.counts.sum())
    st.markdown(
        f"On **{len(found):,} of {n:,} faces ({percent(len(found) / max(n, 1))})** at least "
        f"{100 * share:.0f} % of FER+'s annotators (Barsoum et al. 2016) agreed on another answer "
        "than the label."
    )
    exhibit = vote_matrix(once("vote table", view.loaded, vote_table))
    show(exhibit.figure, exhibit.caption, exhibit.table, key=exhibit.name)
    show_gallery(
        view,
        found,
        lambda entry: f"{entry['suggested']} {100 * entry['share']:.0f} %",
        "wrong",
        "ferplus_disagrees",
    )


def _show_doubtful(view: View) -> None:
    st.subheader("Labels that a model doubts", anchor=False)
    names = models_in_order()
    if not names:
        st.info("A trained model is needed to doubt a label.", icon=":material/model_training:")
        return
    name = st.selectbox("In the eyes of", names, format_func=title, key="doubting_model")
    try:
        version = fingerprint(name)
        predictions = open_model(name).predictions()
    except FerError as error:
        st.error(plain(str(error)), icon=":material/error:")
        return
    if view.dataset is not None and not fits_predictions(view.dataset.labels, predictions):
        st.info(
            f"{plain(title(name))}'s stored answers are on FER2013 in the order of "
            "`fer2013.csv`, which this dataset is not.",
            icon=":material/difference:",
        )
        return
    is_leaked = _leaked(view, predictions)
    faces = judged(predictions, is_leaked)
    shown = faces.rows[np.isin(np.array(predictions.classes)[faces.labels], view.classes)]
    doubtful = _doubtful(name, version, view.loaded.key if view.loaded else "", is_leaked)
    found = doubtful[doubtful["label"].isin(view.classes)].reset_index(drop=True)
    without = len(judged(predictions)) - len(faces)
    st.markdown(
        f"Confident learning (Northcutt et al. 2021) doubts **{len(found):,} labels "
        f"({percent(len(found) / max(len(shown), 1))})** of the {len(shown):,} faces that "
        f"{plain(title(name))} was not trained on. {number_of_faces(without)} more of validation "
        "and test are left out, as the model may have learnt a copy of them."
        f"{_confirmed(view, found, shown)}"
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
        "verdict: a model errs too. Faces of Training are not judged here, as every saved model "
        "has learnt their labels."
    )


def _leaked(view: View, predictions: Predictions) -> np.ndarray | None:
    """Returns which faces the model may have met as a copy; None if it judged other faces."""
    with st.spinner("Looking for copies (about 10 s for FER2013, then kept)"):
        duplicates = duplicates_of(view)
    if judged(predictions).rows.max(initial=-1) >= duplicates.n:
        return None
    return leaked(duplicates, usage_of(predictions, duplicates.n))


@st.cache_resource(max_entries=16, show_spinner="Weighing the labels")
def _doubtful(name: str, version: str, faces: str, _is_leaked: np.ndarray | None) -> pd.DataFrame:
    saved = open_model(name)
    return doubtful_by_model(saved.predictions(), saved.temperature, _is_leaked)


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
