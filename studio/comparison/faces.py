"""The test faces behind figures, where the dataset that they are of is at hand."""

from collections.abc import Callable

import numpy as np
import streamlit as st

from fer_core.audit.doubts import fits
from fer_core.dataset import FaceDataset
from fer_core.errors import FerError
from fer_core.evaluation.comparison import Contender
from fer_core.settings import settings
from studio.face_grid import Face, face_grid
from studio.one_face import open_face
from studio.shared_datasets import load_path, say_unreadable
from studio.terminal import own


def dataset_here() -> FaceDataset | None:
    """Returns the dataset of the settings; says so where there is none."""
    path = settings().dataset
    if path is not None:
        try:
            return load_path(path).dataset
        except FerError as error:
            say_unreadable(error)
            return None
    st.info(
        "The answers are on record here, the pictures are not: "
        + own(
            "to see the faces, run `python -m fer_core data fetch`, or set `FER_DATA` to where "
            "FER2013 is.",
            "FER2013 is not on this server, so no face can be shown.",
        ),
        icon=":material/grid_view:",
    )
    return None


def tested_on(contender: Contender, dataset: FaceDataset | None) -> FaceDataset | None:
    """Returns the dataset if a model was tested on it; says so if it was another."""
    if dataset is None or fits(dataset.labels, contender.classes, contender.split):
        return dataset
    st.info(f"The dataset here is not the one {contender.title} was tested on.")
    return None


def show_faces(
    contender: Contender,
    dataset: FaceDataset,
    chosen: np.ndarray,
    key: str,
    pictures: Callable[[int], np.ndarray] | None = None,
    answers: np.ndarray | None = None,
) -> None:
    """Draws test faces, each titled true / predicted with the confidence; a click opens one.

    Args:
        contender: Whose answers they are.
        dataset: What it was tested on.
        chosen: Which faces, indices into its split, in the order to show them.
        key: Key of the grid.
        pictures: Returns what to draw of the n-th of them, uint8 (48, 48); the face if None.
        answers: Calibrated probabilities of each of them, shape (n, classes), if not those on
            record.
    """
    split = contender.split
    probabilities = contender.calibrated[chosen] if answers is None else answers

    def drawn(number: int, index: int) -> Face:
        row, best = int(split.rows[index]), int(probabilities[number].argmax())
        return Face(
            row=row,
            picture=pictures(number) if pictures else dataset.images[row],
            label=contender.classes[split.labels[index]],
            note=f"/ {contender.classes[best]} {100 * probabilities[number, best]:.0f} %",
        )

    opened = face_grid([drawn(n, int(index)) for n, index in enumerate(chosen)], key=key)
    if opened is not None:
        open_face(dataset, opened)
