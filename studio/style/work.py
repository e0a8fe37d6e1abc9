"""Painting on the page: the button, the queue, the preview while it is painted."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from fer_core.common.jobs import State
from fer_core.errors import BudgetError
from fer_core.faces import FaceBox
from fer_core.models import backbones
from fer_core.settings import settings
from fer_core.styletransfer.jobs import Painting, PaintingQueue
from fer_core.styletransfer.messages import Request
from fer_core.styletransfer.options import StyleOptions
from studio import compat, memory
from studio.data_url import data_url
from studio.failure import show_failure
from studio.style.painted import Painted, keep
from studio.style.paintings import Choice
from studio.turns import duration, waiting

_JOB = "style_job"

_NEW = "style_new"
_INTO_VIEW = """<script>
for (const wait of [200, 1000])
  setTimeout(() => document.querySelector(".st-key-%s")?.scrollIntoView({block: "center"}), wait)
</script>"""
"""When the page has taken its new shape, and again when its pictures are there."""


@st.cache_resource(show_spinner=False)
def queue() -> PaintingQueue:
    """Returns the one queue of this server."""
    limits = settings()
    queue = PaintingQueue(most=limits.jobs_waiting, longest=limits.job_seconds)
    memory.when_left(queue.leave)
    return queue


def current_job() -> Painting | None:
    """Returns this session's job while it waits or runs; keeps the painting of one just done."""
    if _JOB not in st.session_state:
        return None
    job, name, titles = st.session_state[_JOB]
    if job.state == State.DONE:
        keep(Painted(name, job.request.photo, job.result, titles))
        st.session_state[_NEW] = True
        del st.session_state[_JOB]
    return job if job.is_active else None


def offer_to_paint(
    name: str,
    photo: np.ndarray,
    faces: Sequence[FaceBox],
    paintings: Sequence[Choice],
    options: StyleOptions,
) -> None:
    """Draws the button that starts it, and says beforehand how long it will take."""
    seconds, longest = queue().estimate(options), queue().longest
    is_too_much = longest is not None and seconds > longest
    started = st.button(
        "Paint it",
        icon=":material/brush:",
        type="primary",
        width="stretch",
        disabled=is_too_much,
        key="style_paint",
    )
    notes = [f"About {duration(seconds)} on this machine."]
    if longest is not None and is_too_much:
        notes.append(f"It paints for {duration(longest)} at most: choose a smaller size.")
    if backbones.local_weights("vgg19") is None:
        notes.append("The network (VGG19, 80 MB) is fetched first where it is missing.")
    st.caption(" ".join(notes))
    if started:
        pictures = tuple(choice.picture for choice in paintings)
        try:
            job = queue().paint(
                Request(photo, pictures, options, tuple(faces)), compat.session_id()
            )
        except BudgetError as error:
            show_failure(error, ":material/hourglass_disabled:")
            return
        titles = tuple(choice.title for choice in paintings)
        st.session_state[_JOB] = (job, name, titles)
        st.rerun()


def follow() -> None:
    """Draws this session's job where it is seen, until it ends."""
    with st.container(key="style_under_way"):
        _follow()
    _bring_into_view("style_under_way")


def bring_new_into_view(key: str) -> None:
    """Scrolls to the container of that key if a painting has just been finished."""
    if st.session_state.pop(_NEW, False):
        _bring_into_view(key)


@st.fragment(run_every=0.5)
def _follow() -> None:
    """Draws how far this session's job is, with its picture so far; ends with a result."""
    job, _, _ = st.session_state[_JOB]
    job.ask()
    if not job.is_active:
        st.rerun()
    picture = job.request.photo if job.preview is None else job.preview
    st.image(
        data_url(picture, exact=False),  # a file would be dropped while it is still fetched
        width="stretch",
        alt="The photo, not painted yet" if job.preview is None else "The picture so far",
    )
    st.progress(job.fraction or 0.0, _progress(job))
    if st.button("Cancel", icon=":material/close:", key="style_cancel"):
        job.cancel()
        st.rerun()


def report() -> None:
    """Says why the last job made no picture, if it made none."""
    job = st.session_state.get(_JOB)
    if not job:
        return
    if job[0].state == State.FAILED:
        show_failure(job[0].message)
    elif job[0].state == State.CANCELLED:
        st.info("The painting was cancelled.", icon=":material/close:")


def _bring_into_view(key: str) -> None:
    st.html(_INTO_VIEW % key, unsafe_allow_javascript=True)


def _progress(job: Painting) -> str:
    if job.state == State.WAITING:
        return waiting(queue(), job, "painting")
    if job.fetching is not None:
        return f"Fetching the network, {job.fetching:.0%}"
    if job.preview is None:
        return "Preparing the network"
    left = job.seconds_left
    return f"{job.fraction:.0%}" + (f", about {duration(left)} left" if left is not None else "")
