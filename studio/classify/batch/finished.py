"""A run of `fer-studio batch`: how far it is and what it found, from the footers of its shards."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

import pandas as pd
import streamlit as st

from fer_core.charts import batch as charts
from fer_core.charts.exhibit import Exhibit
from fer_core.charts.timeline import share_bars
from fer_core.common.numerals import percent
from fer_core.scale import shares
from fer_core.scale.dest import Dest
from fer_core.scale.fetch import fetch
from fer_core.scale.manifest import Entry
from fer_core.scale.places import shown
from fer_core.scale.run import Status, open_plan, status_of
from fer_core.scale.tally import Cell
from studio.classify.opened import clicked, note_click, open_picture
from studio.figure import show, show_exhibit
from studio.loaders import title
from studio.markdown import plain, unbroken
from studio.page import lead
from studio.terminal import offer

_ALL = "All folders"
_LEAST = "batch_least"


def look_at_run() -> None:
    """Draws the section."""
    answer = st.empty()
    place = st.text_input(
        "Folder or bucket that a run of `fer-studio batch` writes to",
        placeholder="results/ or s3://bucket/results",
        key="batch_dest",
        bind="query-params",
    )
    if not place:
        with answer:
            lead("What did a run over very many pictures find? Name where its results are.")
        with st.container(border=True):
            st.markdown(
                "You see the share of each answer, over time, by folder and by confidence, the "
                "least sure faces, and why pictures could not be read; of a run that is still "
                "under way, how far it is."
            )
            offer("fer-studio batch FOLDER --out results", "Such a run is begun by:")
        return
    status = _read(Dest(place))
    with answer:
        lead(_sentence(status))
    _tell_progress(status)
    if status.tally.cells:
        _draw(_chosen(status.tally.cells), status)
    _tell_failures(status)


def _read(dest: Dest) -> Status:
    """Returns how far a run is; read anew when a shard has come, or one has changed."""
    there = dest.names() if open_plan(dest) is not None else {}
    return _status(dest.uri, hash(frozenset(there.items())))


@st.cache_data(max_entries=4, ttl=3600, show_spinner="Reading what the shards hold")
def _status(uri: str, there: int) -> Status:
    """Returns how far a run is; `there` is what tells one state of its files from another."""
    return status_of(Dest(uri))


def _sentence(status: Status) -> str:
    tally = status.tally
    if not tally.pictures:
        return f"None of {status.plan.pictures:,} pictures is read yet."
    model = title(status.plan.job.model)
    if not tally.faces:
        return f"{model} found no face in {tally.pictures:,} pictures."
    (most, count) = shares.answers(tally.cells).most_common(1)[0]
    return (
        f"{model} finds {tally.faces:,} faces in {tally.pictures - tally.bad:,} pictures; most "
        f"often, {percent(count / tally.faces)}, the answer is **{most}**."
    )


def _tell_progress(status: Status) -> None:
    tally = status.tally
    rest = f"{tally.faceless:,} without a face, {tally.bad:,} that could not be read"
    if status.left:
        done = tally.pictures / status.plan.pictures
        speed = f", {status.speed:,.1f} pictures a second" if status.speed else ""
        st.progress(done, f"{tally.pictures:,} of {status.plan.pictures:,} pictures{speed}")
        st.button("Look again", icon=":material/refresh:", key="batch_look_again")
    st.caption(
        plain(f"{status.plan.source}, by {status.plan.job.words}: {status.done:,} shards; {rest}.")
    )


def _chosen(cells: Counter[Cell]) -> Mapping[Cell, int]:
    """Draws the choice of a folder; returns the faces in it."""
    folders = sorted({folder for folder, *_ in cells})
    if not 1 < len(folders) <= 1000:
        return cells
    folder = st.selectbox("Folder", [_ALL, *folders], key="batch_folder")
    if folder == _ALL:
        return cells
    return {cell: count for cell, count in cells.items() if cell[0] == folder}


def _draw(cells: Mapping[Cell, int], status: Status) -> None:
    answers = shares.answers(cells)
    faces = answers.total()
    left, right = st.columns(2, gap="medium")
    with left:
        st.header("Answers", anchor=False)
        of_all = {answer: count / faces for answer, count in answers.most_common()}
        show(share_bars(of_all), f"Share of each answer among {faces:,} faces.", key="batch_all")
    with right:
        _show(charts.by_confidence(shares.by_confidence(cells)))
    months, folders = shares.by_month(cells), shares.by_folder(cells)
    if len(months) > 1:
        _show(charts.over_time(months))
    if len(folders) > 1:
        _show(charts.by_folder(folders))
    st.header("The least sure faces of the run", anchor=False)
    st.dataframe(
        pd.DataFrame(
            status.tally.least, columns=["confidence", "picture", "face", "answer"]
        ).assign(confidence=lambda table: 100 * table["confidence"]),
        hide_index=True,
        column_order=["picture", "face", "answer", "confidence"],
        column_config={
            "picture": st.column_config.TextColumn("Picture", width="large"),
            "face": st.column_config.NumberColumn("Face"),
            "answer": st.column_config.TextColumn("Answer"),
            "confidence": st.column_config.NumberColumn("Confidence", format="%.1f %%"),
        },
        alt="The faces of whose answer the model was least sure",
        key=_LEAST,
        on_select=note_click(_LEAST),
        selection_mode="single-cell",
    )
    st.caption("A click on a row opens its picture, read again from where it lies.")
    _open_clicked(status)


def _show(exhibit: Exhibit) -> None:
    show_exhibit(replace(exhibit, title=plain(unbroken(exhibit.title))))  # it may name a folder


def _open_clicked(status: Status) -> None:
    at = clicked(_LEAST)
    if at is None:
        return
    _, uri, face, _ = status.tally.least[at]
    job = status.plan.job
    how = (job.model, job.detector, job.threshold)
    open_picture(shown(uri), lambda: fetch(Entry(uri)), *how, face, job.whole)


def _tell_failures(status: Status) -> None:
    tally = status.tally
    if not tally.bad:
        return
    st.header("Pictures that could not be read", anchor=False)
    left, right = st.columns(2, gap="medium")
    with left:
        st.dataframe(
            pd.DataFrame(tally.reasons.most_common(), columns=["why", "pictures"]),
            hide_index=True,
            column_config={
                "why": st.column_config.TextColumn("Why", width="large"),
                "pictures": st.column_config.NumberColumn("Pictures"),
            },
            alt="How many pictures could not be read, by why",
        )
    with right:
        st.dataframe(
            pd.DataFrame(tally.failed, columns=["picture", "why"]),
            hide_index=True,
            column_config={
                "picture": st.column_config.TextColumn("Picture", width="medium"),
                "why": st.column_config.TextColumn("Why"),
            },
            alt="Some of the pictures that could not be read",
        )
