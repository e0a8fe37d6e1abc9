"""Many pictures: uploaded, read in turn, told as shares and a table."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from fer_core.charts.timeline import share_bars
from fer_core.common.numerals import percent
from fer_core.common.tables import as_csv
from fer_core.errors import FerError
from fer_core.inference.batch_table import columns
from fer_core.savedmodels import open_model
from fer_core.settings import settings
from studio.classify.batch.files import SampleFile, choose_files
from studio.classify.batch.run import BatchRun, entries_of, picture_at
from studio.classify.controls import Controls, choose_controls
from studio.classify.faces_table import faces_table
from studio.classify.limits import largest_file_mb
from studio.classify.opened import clicked, note_click, open_picture
from studio.failure import show_failure
from studio.figure import show
from studio.loaders import pipeline, title
from studio.markdown import plain
from studio.page import lead
from studio.terminal import offer

_RUN, _FILES = "batch_run", "batch_of_files"
_TABLE = "batch_faces"
_UPLOADS, _RESULTS = "Files to read", "Results of a run"


def read_batch() -> None:
    """Draws the section; on a machine of one's own, what `fer-studio batch` wrote there too."""
    if not settings().hosted and _choose_what() == _RESULTS:
        from studio.classify.batch.finished import look_at_run

        look_at_run()
        return
    _read_uploads()


def _choose_what() -> str:
    return st.segmented_control(
        "What to look at",
        (_UPLOADS, _RESULTS),
        default=_UPLOADS,
        required=True,
        key="batch_what",
        bind="query-params",
        label_visibility="collapsed",
    )


def _read_uploads() -> None:
    answer = st.empty()
    left, right = st.columns([3, 2], gap="medium")
    with right:
        controls = choose_controls()
    with left:
        files = choose_files()
    run = _run_of([file.file_id for file in files])
    with left:
        if files and (run is None or run.is_done or run.is_paused):
            run = _offer([(file.name, file.getvalue()) for file in files], controls, run)
    with answer:
        lead(_answer(run, bool(files)))
    if not files:
        _say_what_comes()
    if run is None:
        return
    if not run.is_done and not run.is_paused:
        _go_on(run)
    if run.rows:
        _show(run)
        _open_clicked(run, files)


def _answer(run: BatchRun | None, has_files: bool) -> str:
    if run is None:
        return (
            "Which expressions do these pictures show? Press Read."
            if has_files
            else "Which expressions do many pictures show? Choose them, or a zip file."
        )
    if not run.is_done:
        return f"{run.read:,} of {run.total:,} pictures are read."
    answers = run.answers()
    if run.bad == run.total:
        return "No picture could be read."
    rest = _rest(run)
    if not answers:
        return f"No face was found in {_pictures(run.total - run.bad)}.{rest}"
    (most, count), faces = answers.most_common(1)[0], answers.total()
    return (
        f"{title(run.model)} finds {faces:,} {'face' if faces == 1 else 'faces'} in "
        f"{_pictures(run.total - run.bad)}; most often, {percent(count / faces)}, the answer is "
        f"**{most}**.{rest}"
    )


def _pictures(count: int) -> str:
    return f"{count:,} {'picture' if count == 1 else 'pictures'}"


def _rest(run: BatchRun) -> str:
    """Returns the sentences about pictures that gave no answer, each after a space."""
    told = ""
    if run.faceless and run.answers():
        told += f" {run.faceless:,} of these {'shows' if run.faceless == 1 else 'show'} no face."
    if run.bad:
        told += f" {run.bad:,} more could not be read."
    if run.left_out:
        seconds = settings().job_seconds
        told += f" {run.left_out:,} more were left out: a batch may take {seconds} s here."
    if run.skipped.count:
        told += f" {plain(run.skipped.sentence)}"
    return told


def _say_what_comes() -> None:
    with st.container(border=True):
        st.markdown(
            "You get a table with one row for each face and the share of each answer. A picture "
            "without a face or one that is damaged has a row too."
        )
        st.caption(f"Up to {largest_file_mb()} MB a file, {settings().max_upload_mb} MB a picture.")
        offer(
            "python -m fer_core classify FOLDER --out table.csv",
            "For more, or for a folder on your own machine:",
        )


def _offer(
    files: list[tuple[str, bytes]], controls: Controls, run: BatchRun | None
) -> BatchRun | None:
    """Offers to read, to continue or to read again; returns the run that then is."""
    if run is not None and run.is_paused:
        if st.button("Go on", icon=":material/play_arrow:", type="primary"):
            run.is_paused = False
        return run
    if not st.button(
        "Read" if run is None else "Read again",
        icon=":material/play_arrow:",
        type="primary" if run is None else "secondary",
    ):
        return run
    try:
        total, entries, skipped = entries_of(files)
    except FerError as error:
        show_failure(error, ":material/broken_image:")
        return None
    run = BatchRun(controls.model, controls.detector, controls.threshold, total, entries)
    run.skipped = skipped
    st.session_state[_RUN] = run
    return run


def _go_on(run: BatchRun) -> None:
    """Reads until all is read; whatever else is pressed meanwhile, it continues in the next run."""
    if st.button("Pause", icon=":material/pause:", key="batch_pause"):
        run.is_paused = True
        st.rerun()
    bar = st.progress(run.read / run.total)
    reader = pipeline(run.model, run.detector)
    while not run.is_done:
        run.step(reader)
        bar.progress(run.read / run.total, f"{run.read:,} of {run.total:,} pictures")
    st.rerun()


def _show(run: BatchRun) -> None:
    classes = open_model(run.model).classes
    table = pd.DataFrame(run.rows, columns=columns(classes))
    answers = run.answers()
    if answers:
        faces = answers.total()
        show(
            share_bars({answer: count / faces for answer, count in answers.most_common()}),
            f"Share of each answer among {faces:,} faces; the bars add up to 100 %.",
            key="batch_shares",
        )
        st.header("Every face", anchor=False)
        found = _rows_with_a_face(run)
        faces_table(
            table.iloc[found],
            classes,
            [run.thumbnails[row] for row in found],
            key=_TABLE,
            on_select=note_click(_TABLE),
            selection_mode="single-cell",
        )
        st.caption("A click on a row opens its picture.")
    _show_rest(table[table["face"] == 0])
    with st.container(horizontal=True):
        for label, data, mime in (
            ("CSV", as_csv(table), "text/csv"),
            ("Parquet", table.to_parquet(index=False), "application/vnd.apache.parquet"),
        ):
            st.download_button(
                label,
                data,
                f"faces.{label.lower()}",
                mime,
                icon=":material/download:",
                on_click="ignore",
                key=f"batch_{label}",
            )


def _rows_with_a_face(run: BatchRun) -> list[int]:
    return [number for number, row in enumerate(run.rows) if row["face"] > 0]


def _open_clicked(run: BatchRun, files: Sequence[UploadedFile | SampleFile]) -> None:
    """Opens the picture of the row that was clicked."""
    at = clicked(_TABLE)
    if at is None:
        return
    row = _rows_with_a_face(run)[at]

    def data() -> bytes:
        return picture_at([(file.name, file.getvalue()) for file in files], run.numbers[row])

    found = run.rows[row]
    how = (run.model, run.detector, run.threshold)
    open_picture(found["picture"], data, *how, found["face"])


def _show_rest(table: pd.DataFrame) -> None:
    """Names the pictures that gave no answer, and why."""
    if table.empty:
        return
    st.header("Pictures without an answer", anchor=False)
    reasons = table["error"].astype(object).fillna("No face was found in it.")
    st.dataframe(
        pd.DataFrame({"picture": table["picture"], "why": reasons}),
        hide_index=True,
        column_config={
            "picture": st.column_config.TextColumn("Picture", width=110),
            "why": st.column_config.TextColumn("Why", width="large"),
        },
        alt="One row for each picture without a face and for each that could not be read",
    )


def _run_of(files: list[str]) -> BatchRun | None:
    """Returns the run over these uploads; one over others is dropped."""
    if st.session_state.get(_FILES) != files:
        st.session_state.pop(_RUN, None)
        st.session_state[_FILES] = files
    return st.session_state.get(_RUN)
