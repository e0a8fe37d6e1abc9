"""Dataset: know the faces before trusting a model trained on them."""

import streamlit as st

from fer_core.ui.page import begin, lead

begin("Dataset", charts=True)  # The frame is on the screen while the rest is imported.
st.title("Dataset", anchor=False)

from fer_core.dataset.words import headline
from fer_core.errors import FerError
from fer_core.ui.dataset.appearance import show_appearance
from fer_core.ui.dataset.augmentation import show_augmentation
from fer_core.ui.dataset.distribution import show_distribution
from fer_core.ui.dataset.face_map import show_map
from fer_core.ui.dataset.quality import show_quality
from fer_core.ui.dataset.samples import show_samples
from fer_core.ui.dataset.source import choose_dataset
from fer_core.ui.dataset.view import View, choose_classes
from fer_core.ui.notice import notice
from fer_core.ui.words import plain

SECTIONS = {
    "Distribution": show_distribution,
    "Samples": show_samples,
    "Appearance": show_appearance,
    "Map": show_map,
    "Label quality": show_quality,
    "Augmentation": show_augmentation,
}

answer = st.empty()
loaded = choose_dataset()
view = View(loaded, choose_classes())
with answer:
    lead(headline(view.counts, view.classes))
# The open section alone is drawn; which one it is lives in the URL.
tabs = st.tabs(list(SECTIONS), key="section", bind="query-params")
for tab, show_section in zip(tabs, SECTIONS.values(), strict=True):
    if tab.open:
        with tab:
            try:
                show_section(view)
            except FerError as error:
                st.error(plain(str(error)), icon=":material/error:")
notice()
