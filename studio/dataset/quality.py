"""Which faces and labels to doubt: copies, pictures that are no faces, labels gone wrong."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import streamlit as st

from fer_core.audit.doubts import (
    doubtful_by_votes,
    vote_table,
)
from fer_core.audit.face_space import blank
from fer_core.charts.dataset import vote_matrix
from fer_core.common.numerals import percent
from studio.dataset.copies import show_copies
from studio.dataset.doubtful import show_doubtful
from studio.dataset.gallery import show_gallery
from studio.dataset.missing import needs_faces
from studio.dataset.view import View, once, strangeness_of
from studio.figure import show_exhibit
from studio.glossary import explain
from studio.markdown import unbroken

MOST_STRANGE = 480
"""Pictures far from face space that are listed; FER2013's become ordinary faces well before."""


def show_quality(view: View) -> None:
    """Draws one of four ways to doubt a dataset."""
    ways: dict[str, Callable[[View], None]] = {
        "Copies": show_copies,
        "No faces": _show_strange,
        "FER+ votes": _show_votes,
        "Doubtful labels": show_doubtful,
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
    explain("copy, duplicate", "doubtful label", "confident learning", "FER+")


def _show_strange(view: View) -> None:
    st.header("Blank pictures, and pictures that are no faces", anchor=False)
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
        "faces further on; stop there."
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
    st.header("What ten other people saw", anchor=False)
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
        unbroken(
            f"On **{len(found):,} of {n:,} faces ({percent(len(found) / max(n, 1))})** at least "
            f"{100 * share:.0f} % of FER+'s annotators (Barsoum et al. 2016) agreed on another "
            "answer than the label."
        )
    )
    exhibit = vote_matrix(once("vote table", view.loaded, vote_table))
    show_exhibit(exhibit, level=3)
    show_gallery(
        view,
        found,
        lambda entry: f"{entry['suggested']} {100 * entry['share']:.0f} %",
        "wrong",
        "ferplus_disagrees",
    )
