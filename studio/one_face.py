"""One face in full: its pixels, its label, its votes, and what each saved model says."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import streamlit as st

from fer_core.audit.doubts import vote_names
from fer_core.charts.dataset import votes
from fer_core.charts.heat import enlarged
from fer_core.dataset import USAGES, FaceDataset
from fer_core.emotions import EMOTIONS
from fer_core.errors import FerError
from studio.figure import show_exhibit
from studio.loaders import classifier, models_in_order, title
from studio.markdown import plain
from studio.origin import place

SCALE = 6
"""A face is shown 6 x 48 = 288 pixels wide."""


@st.dialog("One face", width="large")
def open_face(dataset: FaceDataset, row: int) -> None:
    """Shows a face of the dataset over the page."""
    left, right = st.columns([2, 3], gap="medium")
    with left:
        face = dataset.images[row]
        st.image(enlarged(face), alt=f"Row {row}")
        label, split = EMOTIONS[dataset.labels[row]], USAGES[dataset.usage[row]]
        st.markdown(f"**{label}** in {split}  \n{place(dataset, row)}")
        st.caption(
            f"48 × 48 pixels, gray {face.min()} to {face.max()}, mean {face.mean():.0f}, "
            f"deviation {face.std():.0f}"
        )
    with right:
        _answers(dataset, row)
        if dataset.votes is not None:
            counts = dataset.votes.iloc[row].to_numpy()
            exhibit = votes(counts, vote_names(dataset.votes))
            show_exhibit(exhibit, level=3)
    with st.expander("Pixel values", icon=":material/grid_4x4:"):
        st.dataframe(pd.DataFrame(face).rename(columns=str), height=300)


def _answers(dataset: FaceDataset, row: int) -> None:
    st.markdown("### What the saved models say")
    names = models_in_order()
    if not names:
        st.caption("No trained model is saved.")
        return
    with st.spinner("Asking the models"):
        table, faults = _ask(dataset.images[row], EMOTIONS[dataset.labels[row]], names)
    st.dataframe(
        table,
        hide_index=True,
        column_config={
            "Confidence": st.column_config.ProgressColumn(
                format="%.1f %%", min_value=0, max_value=100
            )
        },
    )
    for fault in faults:
        st.caption(plain(fault))
    if dataset.usage[row] == USAGES.index("Training"):
        st.caption("The models may have been trained on this face.")


def _ask(face: np.ndarray, label: str, names: list[str]) -> tuple[pd.DataFrame, list[str]]:
    rows, faults = [], []
    for name in names:
        try:
            network = classifier(name)
            probabilities = network.predict(face[None])[0]
        except FerError as error:
            faults.append(f"{title(name)}: {error}")
            continue
        answer = network.classes[int(probabilities.argmax())]
        rows.append(
            {
                "Model": title(name),
                "Says": answer,
                "As labelled": _agrees(answer, label, network.classes),
                "Confidence": 100 * float(probabilities.max()),
            }
        )
    return pd.DataFrame(rows), faults


def _agrees(answer: str, label: str, classes: Sequence[str]) -> str:
    """Says whether an answer is the label, which not every model knows."""
    if label not in classes:
        return f"does not know {label}"
    return "yes" if answer == label else "no"
