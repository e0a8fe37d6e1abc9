"""What the sections draw: a dataset, or FER2013's statistics, seen through a label set."""

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, TypeVar

import numpy as np
import streamlit as st

from fer_core.audit.duplicates import Duplicates, read_duplicates, remembered_duplicates
from fer_core.audit.face_space import distance_from_face_space
from fer_core.dataset import PROTOCOLS, FaceDataset
from fer_core.dataset.statistics import Appearance, appearance, count, read_statistics
from fer_core.emotions import EMOTIONS, is_one_of
from studio.shared_datasets import Loaded

Result = TypeVar("Result")

_FIRST = {protocol.classes: protocol.name for protocol in reversed(PROTOCOLS.values())}
"""The first protocol that has these classes, fewest classes first."""


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
        return is_one_of(labels, self.classes)


def choose_classes() -> tuple[str, ...]:
    """Draws the choice of a label set; returns its emotions."""
    name = st.segmented_control(
        "Emotions",
        list(reversed(_FIRST.values())),
        default="fer2013",
        required=True,
        format_func=lambda name: PROTOCOLS[name].short_title,
        key="labels",
        bind="query-params",
    )
    return PROTOCOLS[name].classes


def appearance_of(view: View) -> Appearance:
    """Returns mean faces, histograms and eigenfaces: computed, or FER2013's as kept."""
    if view.loaded is None:
        return read_statistics().appearance
    return once("appearance", view.loaded, lambda dataset: appearance(dataset))


def duplicates_of(view: View) -> Duplicates:
    """Returns the copies: FER2013's as kept, or searched for, and draws how far that is."""
    if view.loaded is None:
        return read_duplicates()
    keep = not view.loaded.is_upload
    place = st.empty()

    def search(dataset: FaceDataset) -> Duplicates:
        return remembered_duplicates(
            dataset.images,
            keep,
            lambda share: place.progress(share, "Comparing every face with every other"),
        )

    try:
        return once("copies", view.loaded, search)
    finally:
        place.empty()


def strangeness_of(loaded: Loaded) -> np.ndarray:
    """Returns each picture's distance from face space, shape (n,)."""
    return once("strange", loaded, lambda dataset: distance_from_face_space(dataset.images))


def once(what: str, loaded: Loaded, compute: Callable[[FaceDataset], Result]) -> Result:
    """Returns what is computed from a dataset, once for all who look at it, or for its uploader.

    `compute` may draw how far it is, which a function cached by Streamlit could not.
    """
    place = (_place_of_visitor if loaded.is_upload else _place)(what, loaded.key)
    with place.lock:
        if not place.results:
            place.results.append(compute(loaded.dataset))
        result: Result = place.results[0]
        return result


@dataclass(frozen=True)
class _Place:
    """Where a result is kept; who holds the lock computes it, the others wait.

    Attributes:
        results: The result, once it is there.
    """

    results: list[Any] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)


@st.cache_resource(max_entries=32, show_spinner=False)
def _place(what: str, key: str) -> _Place:
    return _Place()


@st.cache_resource(max_entries=32, scope="session", show_spinner=False)
def _place_of_visitor(what: str, key: str) -> _Place:
    return _Place()
