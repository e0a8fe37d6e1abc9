"""What each class looks like on average, how faces vary, how bright they are."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from fer_core.charts.dataset import intensity_histograms
from fer_core.common.numerals import percent
from fer_core.dataset.statistics import Appearance
from fer_core.emotions import EMOTIONS
from studio.dataset.view import View, appearance_of
from studio.face_grid import Face, face_grid
from studio.figure import show_exhibit
from studio.markdown import unbroken

CONTRAST = 5.0
"""A mean face differs from the average one by few gray values; drawn five times as strong."""


def show_appearance(view: View) -> None:
    """Draws mean faces, eigenfaces and gray values."""
    with st.spinner("Averaging the faces"):
        appearance = appearance_of(view)
    _means(appearance, view.classes)
    _eigenfaces(appearance)
    st.header("How bright they are", anchor=False)
    exhibit = intensity_histograms(appearance.histograms, view.classes, int(view.counts.sum()))
    show_exhibit(exhibit, level=3)


def _means(appearance: Appearance, classes: Sequence[str]) -> None:
    st.header("The mean face of each emotion", anchor=False)
    how = st.segmented_control(
        "Show",
        ["Mean face", "Difference from the average"],
        default="Mean face",
        required=True,
        key="mean_faces",
        label_visibility="collapsed",
    )
    faces = []
    for name in classes:
        mean = appearance.mean_faces[EMOTIONS.index(name)]
        if np.isfinite(mean).all():
            if how != "Mean face":
                mean = 128 + CONTRAST * (mean - appearance.mean_face)
            faces.append(Face(EMOTIONS.index(name), _gray(mean), name))
    face_grid(faces, key="means", scale=2, opens=False)
    if how == "Mean face":
        st.caption("The average of all faces of a label: what they have in common survives.")
    else:
        st.caption(
            f"Mean face less the average of all faces, {CONTRAST:.0f} times as strong: lighter "
            "where this emotion's faces are lighter than most, darker where they are darker."
        )


def _eigenfaces(appearance: Appearance) -> None:
    st.header("How faces vary: eigenfaces", anchor=False)
    if not len(appearance.eigenfaces):
        st.caption("One face does not vary.")
        return
    faces = [
        Face(
            number,
            _gray(128 + 110 * face / max(float(np.abs(face).max()), 1e-9)),
            f"No. {number + 1}",
            percent(float(share)),
        )
        for number, (face, share) in enumerate(
            zip(appearance.eigenfaces, appearance.explained, strict=True)
        )
    ]
    face_grid(faces, key="eigenfaces", opens=False)
    st.caption(
        unbroken(
            f"The {len(faces)} directions in which faces differ most (Turk & Pentland 1991), with "
            "the share of the variance along each; together "
            f"{percent(float(appearance.explained.sum()))}. Light and dark may be swapped. The "
            "first ones are lighting and pose, not expression: that is what a model has to see "
            "through."
        )
    )


def _gray(values: np.ndarray) -> np.ndarray:
    result: np.ndarray = np.clip(values, 0, 255).round().astype(np.uint8)
    return result
