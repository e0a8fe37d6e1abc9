"""What a video showed."""

import numpy as np
import pandas as pd
import streamlit as st

from fer_core.charts.timeline import emotion_areas, share_bars
from fer_core.common.numerals import clock, percent
from fer_core.inference.pipeline import NOT_SURE
from fer_core.inference.summary import THUMBNAIL_SIDE, FaceSummary, Moment, Summary
from fer_core.inference.video_job import VideoJob
from studio.figure import show

_MOST_FACES = 8
_MOMENTS_A_ROW = 3


def sentence(model: str, summary: Summary) -> str:
    """Returns what a model read over the video, as Markdown."""
    faces = summary.longest(_MOST_FACES)
    if not faces:
        return f"No face was found in {clock(summary.seconds)} of video."
    longest = max(faces, key=lambda face: face.seconds)
    answer, share = next(iter(longest.shares().items()))
    who = "this face" if len(summary.faces) == 1 else f"face {longest.number}, seen longest,"
    said = (
        f"is **{NOT_SURE}** about {who}" if answer == NOT_SURE else f"reads {who} as **{answer}**"
    )
    told = f"{model} {said} for {percent(share)} of its time"
    return f"{told}." if len(summary.faces) == 1 else f"{told}; {len(summary.faces)} faces appear."


def show_results(job: VideoJob, name: str) -> None:
    """Draws the marked video, its downloads and what it showed.

    Args:
        job: One that is done.
        name: Of the file, without its ending.
    """
    left, right = st.columns([3, 2], gap="medium")
    with left:
        st.video(job.video, format="video/mp4")
        with st.container(horizontal=True):
            _download("Marked video", job.video, f"{name}-read.mp4", "video/mp4")
            _download("CSV", job.table, f"{name}.csv", "text/csv")
    faces = job.summary.longest(_MOST_FACES)
    if not faces:
        return
    with right:
        face = _choose(faces, len(job.summary.faces))
        show(
            share_bars(face.shares()),
            f"Share of each answer in the {face.seconds:.1f} s for which face {face.number} is "
            "seen; the bars add up to 100 %.",
            key="video_shares",
        )
    st.header(f"Face {face.number} over time", anchor=False)
    seconds, probabilities = face.timeline.points()
    table = pd.DataFrame(probabilities, columns=list(face.classes))
    table.insert(0, "seconds", seconds.round(2))
    show(
        emotion_areas(seconds, probabilities, face.classes, job.summary.seconds),
        f"Smoothed probabilities of face {face.number}, stacked to 100 %, in steps of "
        f"{face.timeline.width:.1f} s; where nothing is drawn, it is not in view.",
        table.dropna(),
        key="video_course",
    )
    if job.summary.moments:
        _show_moments(job.summary.moments)


def _choose(faces: list[FaceSummary], all_faces: int) -> FaceSummary:
    if len(faces) == 1:
        return faces[0]
    by_number = {face.number: face for face in faces}
    label = "Face" if len(faces) == all_faces else f"Face (the {len(faces)} seen longest)"
    number = st.pills(
        label, list(by_number), default=faces[0].number, required=True, key="video_face"
    )
    return by_number[number]


def _show_moments(moments: list[Moment]) -> None:
    st.header("Strongest changes", anchor=False)
    st.caption("The face a second before and after, with the emotion that led.")
    for start in range(0, len(moments), _MOMENTS_A_ROW):
        row = moments[start : start + _MOMENTS_A_ROW]
        for column, moment in zip(st.columns(_MOMENTS_A_ROW), row, strict=False):
            with column:
                _show_moment(moment)


def _show_moment(moment: Moment) -> None:
    with st.container(border=True):
        st.markdown(f"**{clock(moment.seconds)}** · face {moment.face}")
        with st.container(
            horizontal=True,
            horizontal_alignment="distribute",
            vertical_alignment="center",
            wrap=False,
        ):
            _show_glimpse(moment.thumbnails[0], moment.before)
            st.markdown(":gray[:material/arrow_forward:]", width="content")
            _show_glimpse(moment.thumbnails[1], moment.after)


def _show_glimpse(picture: np.ndarray, leader: tuple[str, float]) -> None:
    emotion, share = leader
    st.image(
        picture,
        width=THUMBNAIL_SIDE,
        caption=f"{emotion} {percent(share)}",
        alt=f"A face read as {emotion}",
    )


def _download(label: str, data: bytes | str, file: str, mime: str) -> None:
    st.download_button(
        label, data, file, mime, icon=":material/download:", on_click="ignore", key=f"video_{label}"
    )
