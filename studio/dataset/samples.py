"""The faces themselves, page by page."""

import math

import numpy as np
import streamlit as st

from fer_core.dataset import USAGES
from fer_core.emotions import EMOTIONS
from studio.dataset.missing import needs_faces
from studio.dataset.view import View
from studio.drawn import show_drawings
from studio.face_grid import Face, face_grid
from studio.one_face import open_face

PER_PAGE = 48
ALL = "All"


def show_samples(view: View) -> None:
    """Draws a page of faces of the chosen emotion and split; a click opens one."""
    if view.dataset is None:
        _show_drawings(view)
        return
    rows, page_key = _choose_rows(view)
    if not len(rows):
        st.info("No face is of this emotion and split.", icon=":material/filter_alt_off:")
        return
    pages = math.ceil(len(rows) / PER_PAGE)
    number = st.session_state.get(page_key, 1)
    shown = rows[(number - 1) * PER_PAGE : number * PER_PAGE]
    dataset = view.dataset
    opened = face_grid(
        [
            Face(
                int(row),
                dataset.images[row],
                EMOTIONS[dataset.labels[row]],
                f"{USAGES[dataset.usage[row]]} {int(row)}",
            )
            for row in shown
        ],
        key="samples",
    )
    first = (number - 1) * PER_PAGE + 1
    with st.container(horizontal=True, vertical_alignment="center"):
        st.pagination(pages, key=page_key)
        st.caption(
            f"Faces {first:,} to {first + len(shown) - 1:,} of {len(rows):,}; below each its "
            "label, split and row. Click one for the full view."
        )
    if opened is not None:
        open_face(dataset, opened)


def _show_drawings(view: View) -> None:
    name = st.pills(
        "Emotion", [ALL, *view.classes], default=ALL, required=True, key="samples_emotion"
    )
    show_drawings("samples_drawn", view.classes if name == ALL else [name])
    needs_faces("FER2013's own faces are shown page by page, by emotion and split.")


def _choose_rows(view: View) -> tuple[np.ndarray, str]:
    """Draws the choice; returns its rows, and the page's key: a new choice starts at page 1."""
    dataset = view.dataset
    assert dataset is not None
    name = st.pills(
        "Emotion", [ALL, *view.classes], default=ALL, required=True, key="samples_emotion"
    )
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        usage = st.segmented_control(
            "Split", [ALL, *USAGES], default=ALL, required=True, key="samples_split"
        )
        shuffle = _choose_order()
    chosen = view.of_classes(dataset.labels)
    if name in view.classes:
        chosen &= dataset.labels == EMOTIONS.index(name)
    if usage != ALL:
        chosen &= dataset.usage == USAGES.index(usage)
    rows = np.flatnonzero(chosen)
    if shuffle:
        rows = np.random.default_rng(shuffle).permutation(rows)
    return rows, f"samples_page_{name}_{usage}_{shuffle}_{len(rows)}"


def _choose_order() -> int:
    """Draws the ways to order the faces; returns the seed of a shuffle, 0 for the file's order."""
    seed: int = st.session_state.setdefault("samples_seed", 0)
    if st.button("Shuffle", icon=":material/shuffle:", key="samples_shuffle"):
        seed += 1
    if seed and st.button("In the file's order", icon=":material/sort:", key="samples_sort"):
        seed = 0
    if seed != st.session_state["samples_seed"]:
        st.session_state["samples_seed"] = seed
        st.rerun()
    return seed
