"""A list of doubtful faces to go through: look, mark, take the row numbers away."""

import math
from collections.abc import Callable

import numpy as np
import pandas as pd
import streamlit as st

from fer_core.common.tables import as_csv
from fer_core.dataset import USAGES, FaceDataset
from fer_core.dataset.sentences import number_of_faces
from fer_core.emotions import EMOTIONS
from studio.dataset.view import View
from studio.face_grid import Face, face_grid
from studio.one_face import open_face

PER_PAGE = 24


def show_gallery(
    view: View, found: pd.DataFrame, note: Callable[[pd.Series], str], mark: str, key: str
) -> None:
    """Draws the faces of a table, page by page, each with a box to mark it, and the CSV.

    Args:
        view: What the page is about; without faces, the table itself is drawn.
        found: Column `row` and whatever else is known, the most doubtful first.
        note: The line below a face, from its row of the table.
        mark: Words beside each box.
        key: Prefix of the widgets' keys, and the CSV's name.
    """
    if not len(found):
        st.success("None.", icon=":material/check:")
        return
    if view.loaded is None:
        st.dataframe(found.rename(columns=_in_words), hide_index=True)
        st.caption("With the dataset, the faces are shown here.")
        _download(found, key)
        return
    dataset, own_key = view.loaded.dataset, f"{key}_{view.loaded.key}"
    marks: set[int] = st.session_state.setdefault(f"{own_key}_marks", set())
    pages = math.ceil(len(found) / PER_PAGE)
    page_key = f"{own_key}_page_{len(found)}"
    first = (st.session_state.get(page_key, 1) - 1) * PER_PAGE
    faces = [
        Face(
            int(entry["row"]),
            dataset.images[int(entry["row"])],
            EMOTIONS[dataset.labels[int(entry["row"])]],
            note(entry),
        )
        for _, entry in found.iloc[first : first + PER_PAGE].iterrows()
    ]
    opened = face_grid(
        faces,
        f"{key}_grid",
        mark,
        frozenset(marks),
        on_toggle=lambda row: marks.symmetric_difference_update({row}),
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.pagination(pages, key=page_key)
        marked = np.isin(found["row"], list(marks))
        _download(described(found, dataset).assign(marked=marked), key)
        st.caption(f"{number_of_faces(len(found))}, {marked.sum():,} marked “{mark}”.")
    if opened is not None:
        open_face(dataset, opened)


_HEADINGS = {"p_label": "Confidence in the label", "p_suggested": "Confidence in the suggestion"}


def _in_words(column: str) -> str:
    """Returns the heading of a column: "copy_of" is "Copy of"."""
    return _HEADINGS.get(column) or column.replace("_", " ").capitalize()


def described(found: pd.DataFrame, dataset: FaceDataset) -> pd.DataFrame:
    """Returns the table with each face's split, and where it came from if that is not its row."""
    rows = found["row"].to_numpy()
    table = found.assign(split=np.array(USAGES)[dataset.usage[rows]])
    if dataset.origin is not None:
        table = table.assign(origin=dataset.origin[rows])
    return table


def _download(table: pd.DataFrame, key: str) -> None:
    st.download_button(
        "Row numbers as CSV",
        lambda: as_csv(table).encode(),
        f"{key}.csv",
        "text/csv",
        key=f"{key}_csv",
        on_click="ignore",
        icon=":material/download:",
    )
