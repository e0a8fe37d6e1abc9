"""A video: uploaded, read in the background, shown."""

from pathlib import PurePath

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from fer_core.common.jobs import JobQueue, State
from fer_core.errors import BudgetError
from fer_core.images import shrunk
from fer_core.inference.sample_clip import sample_clip
from fer_core.inference.stream import FaceStream, StreamOptions
from fer_core.inference.video import EXTENSIONS, LONGEST_SIDE
from fer_core.inference.video_job import VideoJob
from fer_core.settings import settings
from studio import compat, memory
from studio.classify.controls import Controls, choose_controls, choose_smoothing
from studio.classify.limits import largest_file_mb
from studio.classify.video.results import sentence, show_results
from studio.data_url import data_url
from studio.failure import show_failure
from studio.loaders import pipeline, title
from studio.markdown import plain, unbroken
from studio.page import lead
from studio.turns import waiting

_JOB, _FILE, _IS_SAMPLE = "video_job", "video_of_job", "video_is_sample"
_EVERY = 1.0
_CUT = (
    "Only the first {:.0f} s were read: this server reads no more for one visitor. Cut the "
    "video, or read it on your own machine."
)
_PREVIEW = 480
"""Longest side of the frame shown while a video is read, px."""


def read_video() -> None:
    """Draws the section."""
    answer = st.empty()
    left, right = st.columns([3, 2], gap="medium")
    with right:
        controls = choose_controls(fast=True)
        half_life = choose_smoothing("video_half_life")
    with left:
        file = _choose()
    if file is None:
        _drop()
        with answer:
            lead("How do the faces of a video change? Choose one.")
        _say_what_comes()
        return
    job = _job_of(file.file_id)
    options = StreamOptions(half_life, controls.threshold)
    with left:
        if job is None or not job.is_active:
            _offer(file, controls, options, again=job is not None)
    with answer:
        lead(_answer(job, plain(file.name)))
    if job is None:
        return
    if job.is_active:
        _watch(job)
    elif job.state == State.DONE:
        if job.is_cut:
            st.info(_CUT.format(job.summary.seconds), icon=":material/content_cut:")
        show_results(job, PurePath(file.name).stem)
    elif job.state == State.FAILED:
        show_failure(job.message, ":material/broken_image:")


class _Sample:
    """The sample clip, as an upload is."""

    name = "Sample clip.mp4"
    file_id = "sample"

    def getvalue(self) -> bytes:
        """Returns the file."""
        return sample_clip()


def _choose() -> UploadedFile | _Sample | None:
    """Draws the choice of a video; returns it, the sample only where no other is chosen."""
    file: UploadedFile | None = st.file_uploader(
        "A video with faces",
        EXTENSIONS,
        max_upload_size=largest_file_mb(),
        key="video_file",
    )
    if file is not None:
        st.session_state.pop(_IS_SAMPLE, None)
        return file
    if st.session_state.get(_IS_SAMPLE):
        st.caption(
            "The sample clip is made from two portraits in the public domain: Eileen Collins "
            "(NASA) and Grace Hopper (U.S. Navy); only camera and light change."
        )
        return _Sample()
    st.button(
        "Try a sample clip", icon=":material/movie:", key="video_sample", on_click=_take_sample
    )
    return None


def _take_sample() -> None:
    st.session_state[_IS_SAMPLE] = True


def _answer(job: VideoJob | None, name: str) -> str:
    if job is None:
        return f"How do the faces of {name} change? Press Read."
    if job.is_active:
        return f"Reading {name}."
    if job.state == State.DONE:
        return sentence(title(job.model), job.summary)
    return "Reading was cancelled." if job.state == State.CANCELLED else "The video was not read."


def _say_what_comes() -> None:
    with st.container(border=True):
        st.markdown(
            "You get the video back with every face marked and numbered, the course of each "
            "emotion, its share of the time, the moments of strongest change, and a table of every "
            "frame."
        )
        st.caption(
            unbroken(
                f"MP4, MOV, WebM, MKV or AVI up to {largest_file_mb()} MB; more than "
                f"{LONGEST_SIDE} px are scaled down, sound is left out. "
                "The video stays in this server's memory and is forgotten when you leave."
            )
        )


def _offer(
    file: UploadedFile | _Sample, controls: Controls, options: StreamOptions, again: bool
) -> None:
    if st.button(
        "Read again" if again else "Read",
        icon=":material/play_arrow:",
        type="secondary" if again else "primary",
    ):
        _drop()
        reader = pipeline(controls.model, controls.detector, fast=True)
        job = VideoJob(file.getvalue(), FaceStream(reader, options), controls.model)
        try:
            _queue().submit(job, compat.session_id())
        except BudgetError as error:
            show_failure(error, ":material/hourglass_disabled:")
            return
        st.session_state[_JOB], st.session_state[_FILE] = job, file.file_id
        st.rerun()


def _watch(job: VideoJob) -> None:
    @st.fragment(run_every=_EVERY)
    def watch() -> None:
        job.ask()
        if not job.is_active:
            st.rerun()
        told = _progress(job)
        if job.fraction is None:
            st.caption(told)
        else:
            st.progress(job.fraction, told)
        if st.button("Cancel", icon=":material/close:"):
            job.cancel()
        if job.preview is not None:
            small = shrunk(job.preview, _PREVIEW)[0]
            picture = data_url(small, exact=False)  # a file could be gone when it is fetched
            st.image(picture, width=_PREVIEW, alt="The frame being read")

    watch()


def _progress(job: VideoJob) -> str:
    if job.state == State.WAITING:
        return waiting(_queue(), job, "video")
    read = f"{job.summary.frames:,} frames, {job.summary.seconds:.0f} s of video"
    left = job.seconds_left
    return f"{read} read" if left is None else f"{read} read, {left:.0f} s left"


def _job_of(file: str) -> VideoJob | None:
    """Returns the job of this upload; one of another is dropped."""
    if st.session_state.get(_FILE) != file:
        _drop()
    return st.session_state.get(_JOB)


def _drop() -> None:
    job = st.session_state.pop(_JOB, None)
    st.session_state.pop(_FILE, None)
    if job is not None:
        job.cancel()


@st.cache_resource(show_spinner=False)
def _queue() -> JobQueue[VideoJob]:
    """One video at a time for all who use the server: more would starve live streams."""
    limits = settings()
    queue: JobQueue[VideoJob] = JobQueue(
        "video", most=limits.jobs_waiting, longest=limits.job_seconds
    )
    memory.when_left(queue.leave)
    return queue
