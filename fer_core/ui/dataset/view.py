"""What the sections draw: a dataset, or FER2013's statistics, seen through a label set."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import streamlit as st

from fer_core.dataset import FaceDataset
from fer_core.dataset.duplicates import (
    Duplicates,
    find_duplicates,
    read_duplicates,
    remembered_duplicates,
)
from fer_core.dataset.quality import distance_from_face_space
from fer_core.dataset.statistics import Appearance, appearance, count, read_statistics
from fer_core.emotions import EMOTIONS, LABEL_SETS
from fer_core.ui.dataset.source import Loaded

Result = TypeVar("Result")

TITLES = {
    "fer2013": "All 7",
    "r5": "5 of report R5",
    "r4": "4 of report R4",
    "r3": "3 of report R3",
}


@dataclass(frozen=True)
class View:
    """A dataset seen through a label set.

    Attributes:
        loaded: The faces; None where only FER2013's statistics are known.
        classes: Emotion names.
    """

    loaded: Loaded | None
    classes: tuple[str, ...]

    @property
    def dataset(self) -> FaceDataset | None:
        """The faces, None where there are none."""
        return self.loaded.dataset if self.loaded else None

    @property
    def counts(self) -> np.ndarray:
        """Faces by split and class, shape (3, classes)."""
        every = count(self.loaded.dataset) if self.loaded else read_statistics().counts
        return every[:, [EMOTIONS.index(name) for name in self.classes]]

    def of_classes(self, labels: np.ndarray) -> np.ndarray:
        """Returns which labels (indices into `EMOTIONS`) are of these classes, bool."""
        return np.isin(labels, [EMOTIONS.index(name) for name in self.classes])


def choose_classes() -> tuple[str, ...]:
    """Draws the choice of a label set; returns its emotions."""
    name = st.segmented_control(
        "Emotions",
        list(TITLES),
        default="fer2013",
        required=True,
        format_func=TITLES.__getitem__,
        key="labels",
        bind="query-params",
    )
    return LABEL_SETS[name]


def look_of(view: View) -> Appearance:
    """Returns mean faces, histograms and eigenfaces: computed, or FER2013's as kept."""
    if view.loaded is None:
        return read_statistics().appearance
    return once("look", view.loaded, lambda dataset: appearance(dataset))


def duplicates_of(view: View) -> Duplicates:
    """Returns the copies: searched for, or FER2013's as kept."""
    if view.loaded is None:
        return read_duplicates()
    search = find_duplicates if view.loaded.is_upload else remembered_duplicates
    return once("copies", view.loaded, lambda dataset: search(dataset.images))


def strangeness_of(loaded: Loaded) -> np.ndarray:
    """Returns each picture's distance from face space, shape (n,)."""
    return once("strange", loaded, lambda dataset: distance_from_face_space(dataset.images))


def once(what: str, loaded: Loaded, compute: Callable[[FaceDataset], Result]) -> Result:
    """Returns what is computed from a dataset, computed once for all who look at it."""
    return _computed(what, loaded.key, loaded.dataset, compute)


@st.cache_resource(max_entries=32, show_spinner=False)
def _computed(
    what: str, key: str, _dataset: FaceDataset, _compute: Callable[[FaceDataset], Any]
) -> Any:
    return _compute(_dataset)
