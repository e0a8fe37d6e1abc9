"""The Dataset page."""

import streamlit as st

from fer_core.dataset.sentences import headline
from fer_core.errors import FerError
from studio.dataset.appearance import show_appearance
from studio.dataset.augmentation import show_augmentation
from studio.dataset.distribution import show_distribution
from studio.dataset.face_map import show_map
from studio.dataset.quality import show_quality
from studio.dataset.samples import show_samples
from studio.dataset.source import choose_dataset
from studio.dataset.view import View, choose_classes
from studio.failure import show_failure
from studio.page import lead
from studio.sections import sections

SECTIONS = {
    "Distribution": show_distribution,
    "Samples": show_samples,
    "Appearance": show_appearance,
    "Map": show_map,
    "Label quality": show_quality,
    "Augmentation": show_augmentation,
}


def show_page() -> None:
    """Draws which dataset it is about, what it holds in a sentence, and the open section."""
    answer = st.empty()
    loaded = choose_dataset()
    view = View(loaded, choose_classes())
    with answer:
        lead(headline(view.counts, view.classes))
    # The open section alone is drawn; which one it is lives in the URL.
    for tab, show_section in zip(sections(list(SECTIONS)), SECTIONS.values(), strict=True):
        if tab.open:
            with tab:
                try:
                    show_section(view)
                except FerError as error:
                    show_failure(error)
