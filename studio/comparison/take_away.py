"""Take it away: the review as one HTML file, every table as CSV."""

import io
from zipfile import ZIP_DEFLATED, ZipFile

import streamlit as st

from fer_core.common.tables import as_csv
from fer_core.evaluation.ranking import Ranking
from fer_core.review.chapters import tables
from fer_core.review.document import review_html
from fer_core.savedmodels import saved_names
from studio.comparison.ranking import ranked_by
from studio.terminal import offer


def show_take_away(chosen: Ranking) -> None:
    """Draws the downloads; each file is made when it is asked for."""
    st.header("Take it away", anchor=False)
    metric = ranked_by()
    with st.container(horizontal=True):
        st.download_button(
            "Review as HTML",
            lambda: review_html([chosen], metric=metric),
            "review.html",
            "text/html",
            icon=":material/description:",
            on_click="ignore",
            type="primary",
        )
        st.download_button(
            "All tables as CSV",
            lambda: _zipped(chosen, metric),
            "tables.zip",
            "application/zip",
            icon=":material/table:",
            on_click="ignore",
        )
    st.caption(
        "The review is one file with interactive charts, about 6 MB; it opens without a network "
        "and prints. The address of this page is a link to exactly this choice of models."
    )
    saved = saved_names()
    names = " ".join(contender.name for contender in chosen.contenders if contender.name in saved)
    if names:
        offer(
            f"python -m fer_core compare {names} --out review.html",
            "The same from the command line:",
        )


def _zipped(ranking: Ranking, metric: str) -> bytes:
    file = io.BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        for name, table in tables(ranking, metric).items():
            archive.writestr(f"{name}.csv", as_csv(table))
    return file.getvalue()
