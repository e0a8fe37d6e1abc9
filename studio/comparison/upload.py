"""Bring your own: a third party's predictions, or saved models on your own faces."""

from functools import partial

import streamlit as st

from fer_core.dataset import FaceDataset, load_upload
from fer_core.dataset.load import UPLOADS
from fer_core.errors import EvaluationError, FerError
from fer_core.evaluation.comparison import Contender
from fer_core.evaluation.evaluate import evaluate_own, seconds_to_judge
from fer_core.evaluation.ranking import Ranking
from fer_core.evaluation.sentences import own_faces_sentences
from fer_core.evaluation.uploaded import SCHEMA, own_contender, read_uploaded
from fer_core.faces import resolve
from fer_core.faces.only_face import face_finder
from fer_core.savedmodels import open_model, saved_names
from fer_core.settings import settings
from studio import memory
from studio.comparison.choice import JOINED, UPLOADED, read_all
from studio.failure import show_failure
from studio.loaders import title
from studio.markdown import plain
from studio.notice import understood
from studio.turns import duration

_DOUBTS = "doubts_of_own_faces"
"""What is to be said of each contender of own faces, by its name: sentences, and problems."""

_FOUND, _WHOLE = "Found in each picture", "Each picture is one"
_SHOWN = 5
"""Problems that are told in full."""


def show_upload(chosen: Ranking) -> None:
    """Draws the two ways to join the comparison for this session, and who has joined."""
    st.header("Bring your own", anchor=False)
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown("### Predictions of another model")
        _bring_predictions()
    with right:
        st.markdown("### Faces of your own")
        _bring_faces(chosen)
    for name, contender in list(_uploaded().items()):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{contender.title}**, {len(contender.split):,} faces")
            if st.button("Remove", key=f"remove-{name}", icon=":material/close:"):
                del _uploaded()[name]
                st.rerun()
        _show_doubts(name)


def _uploaded() -> dict[str, Contender]:
    result: dict[str, Contender] = st.session_state.setdefault(UPLOADED, {})
    return result


def _bring_predictions() -> None:
    with st.form("predictions", border=False):
        file = st.file_uploader("Predictions", ("csv", "npz"), help=SCHEMA)
        name = st.text_input("What to call it", max_chars=30, placeholder="their model")
        if not st.form_submit_button("Compare", icon=":material/person_add:") or file is None:
            st.caption("They stay in memory until the session ends.")
            return
    try:
        known = read_all().contenders
        contender = read_uploaded(name or file.name, file.name, file.getvalue(), known)
    except FerError as error:
        show_failure(error)
        return
    _join(contender)
    st.rerun()


def _bring_faces(chosen: Ranking) -> None:
    if not understood():
        return
    runnable = [c for c in chosen.contenders if c.name in saved_names()]
    with st.form("own", border=False):
        file = st.file_uploader(
            "Labelled faces",
            UPLOADS,
            max_upload_size=settings().max_dataset_mb,
            help="A zip of folders named after emotions with pictures in them, or any form of "
            "FER2013. Where there is a test split, only that is judged.",
        )
        faces = st.segmented_control(
            "Faces",
            (_FOUND, _WHOLE),
            default=_FOUND,
            required=True,
            help="Whether the largest face of a photograph is looked for, as Classify does, or the "
            "middle square of each picture is a face. One of 48 × 48 px is a face already.",
        )
        if not st.form_submit_button("Judge the chosen models", icon=":material/play_arrow:"):
            st.caption("Here models run; the faces stay in memory and are not written to disk.")
            return
    if file is None or not runnable:
        st.info("Choose a file, and at least one saved model.")
        return
    try:
        _judge(file.name, file.getvalue(), faces == _FOUND, runnable)
    except FerError as error:
        show_failure(error)


def _judge(file: str, data: bytes, is_searched: bool, runnable: list[Contender]) -> None:
    with st.status("Reading the faces", expanded=True) as status:
        st.button("Cancel", icon=":material/close:")  # as whatever is pressed, it ends this run
        finder = partial(face_finder, resolve()) if is_searched else None
        with memory.room_for_dataset(data):
            dataset = load_upload(file, data, finder)
        _refuse_too_long(runnable, dataset)
        for contender in runnable:
            status.update(label=f"{contender.title} reads {len(dataset):,} faces")
            predictions, record = evaluate_own(open_model(contender.name), dataset)
            own = own_contender(title(contender.name), predictions, record)
            said = own_faces_sentences(record, len(dataset.problems))
            _doubts()[own.name] = said, dataset.problems[:_SHOWN]
            _join(own)
    st.rerun()


def _refuse_too_long(runnable: list[Contender], dataset: FaceDataset) -> None:
    most = settings().job_seconds
    if most is None:
        return
    seconds = sum(seconds_to_judge(open_model(one.name), dataset) for one in runnable)
    if seconds > most:
        raise EvaluationError(
            f"The chosen models would take about {duration(seconds)} for these faces; this server "
            f"works {duration(most)} for one visitor. Choose fewer or faster models, or bring "
            "fewer faces."
        )


def _doubts() -> dict[str, tuple[list[str], tuple[str, ...]]]:
    doubts: dict[str, tuple[list[str], tuple[str, ...]]] = st.session_state.setdefault(_DOUBTS, {})
    return doubts


def _show_doubts(name: str) -> None:
    """Draws what makes the figures of your own faces worth less than they look."""
    sentences, problems = _doubts().get(name, ([], ()))
    if sentences:
        st.caption(" ".join(sentences))
    for problem in problems:
        st.caption(f"- {plain(problem)}")


def _join(contender: Contender) -> None:
    _uploaded()[contender.name] = contender
    st.session_state[JOINED] = contender
