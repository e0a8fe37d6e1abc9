"""What does it look at? Here, and nowhere else on this page, models run."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import streamlit as st

from fer_core.charts.heat import enlarged, heat_overlay
from fer_core.common.numerals import percent
from fer_core.errors import FerError
from fer_core.evaluation.comparison import Contender
from fer_core.evaluation.explanation import grad_cam, occlusion_map
from fer_core.evaluation.ranking import Ranking
from fer_core.faces import crop
from fer_core.images import decoded
from fer_core.savedmodels import open_model, saved_names
from studio.comparison.choice import choose_pair
from studio.failure import show_failure
from studio.loaders import fingerprint, pipeline
from studio.markdown import unbroken
from studio.pictures import choose

ANSWER = "its answer"


@dataclass(frozen=True)
class Explained:
    """One model's answer on a face and what it rests on.

    Attributes:
        label: The class that is explained.
        probability: Of that class, 0..1, calibrated.
        answer: The likeliest class.
        lost: Occlusion map, shape (48, 48), in probability.
    """

    label: str
    probability: float
    answer: str
    lost: np.ndarray


def show_attention(chosen: Ranking) -> None:
    """Draws occlusion maps and Grad-CAM of one or two models on a face."""
    st.header("What does it look at?", anchor=False)
    runnable = tuple(c for c in chosen.contenders if c.name in saved_names())
    if not runnable:
        st.info("Only saved models can be run on a face.")
        return
    pair = choose_pair(runnable)
    left, right = st.columns([2, 3], gap="large")
    with left:
        face = _choose_face(pair[0].name)
        classes = [name for name in pair[0].classes if all(name in c.classes for c in pair)]
        label = st.selectbox("Explain", [ANSWER, *classes], key="explain")
    with right:
        if face is None:
            st.info("Choose a picture with a face.")
            return
        _show_maps(pair, face, label)
    st.caption(
        unbroken(
            "Bright is where covering an 8-px square lowers the probability most (occlusion), or "
            "where the last convolution sees evidence (Grad-CAM). A coarse last convolution (2 × 2 "
            "for a deep trunk on 48 px) can only point roughly. The pictures stay in memory."
        )
    )


def _choose_face(model: str) -> np.ndarray | None:
    """Draws the choice of a picture; returns one of its faces, or its middle if it has none."""
    pictures = choose("attention")
    if not pictures:
        return None
    try:
        reader = pipeline(model)
        with decoded(pictures[0].data) as rgb:
            faces = reader.analyze(rgb) or [reader.analyze_whole(rgb)]
            crops = crop(rgb, [face.box for face in faces])
    except FerError as error:
        show_failure(error, ":material/broken_image:")
        return None
    number = 0
    if len(faces) > 1:
        number = st.segmented_control(
            "Face, from left to right",
            range(len(faces)),
            default=0,
            required=True,
            format_func=lambda n: str(n + 1),
            key=f"attention_face_{len(faces)}",
        )
    face: np.ndarray = crops[number]
    st.image(
        enlarged(face),
        width=144,
        caption="What the models see, 48 × 48",
        alt="The face that is explained",
    )
    return face


def _show_maps(pair: tuple[Contender, ...], face: np.ndarray, label: str) -> None:
    for column, contender in zip(st.columns(len(pair)), pair, strict=True):
        with column:
            try:
                explained = _occlusion(contender, face, label)
                _describe(contender, explained)
                st.image(
                    heat_overlay(face, explained.lost),
                    caption="Occlusion",
                    width=240,
                    alt=f"Where covering the face costs {contender.title} its confidence",
                )
                _show_cam(contender, face, explained.label)
            except FerError as error:
                show_failure(error)


def _describe(contender: Contender, explained: Explained) -> None:
    st.markdown(
        unbroken(
            f"**{contender.title}** reads {explained.answer}; {explained.label} has "
            f"{percent(explained.probability)}."
        )
    )


def _occlusion(contender: Contender, face: np.ndarray, label: str) -> Explained:
    """Returns the map, computed once per session: a cached function could show no progress."""
    known = st.session_state.setdefault("occlusion-maps", {})
    key = (fingerprint(contender.name), face.tobytes(), label)
    if key not in known:
        bar = st.progress(0.0, f"Covering parts of the face for {contender.title}")
        known[key] = _explain(contender.name, face, label, bar.progress)
        bar.empty()
    result: Explained = known[key]
    return result


def _explain(
    name: str, face: np.ndarray, label: str, progress: Callable[[float], object]
) -> Explained:
    classifier = pipeline(name).classifier
    probabilities = classifier.predict(face[None])[0]
    answer = classifier.classes[int(probabilities.argmax())]
    explained = answer if label == ANSWER else label
    index = classifier.classes.index(explained)
    lost = occlusion_map(classifier, face, index, progress)
    return Explained(explained, float(probabilities[index]), answer, lost)


def _show_cam(contender: Contender, face: np.ndarray, label: str) -> None:
    heat, sizes = _cam(contender.name, fingerprint(contender.name), face, label)
    if heat.max() > 0:
        st.image(
            heat_overlay(face, heat),
            caption=unbroken(f"Grad-CAM, {sizes}"),
            width=240,
            alt=f"Where {contender.title} sees evidence for {label}",
        )
    else:
        st.caption(
            f"Grad-CAM ({sizes}) finds no place that speaks for {label}: weighed together, the "
            "last convolution's features speak against it everywhere."
        )


@st.cache_data(scope="session", max_entries=40, show_spinner=False)
def _cam(name: str, version: str, face: np.ndarray, label: str) -> tuple[np.ndarray, str]:
    saved = open_model(name)
    heat, sizes = grad_cam(saved.networks(), face, saved.classes.index(label))
    if len(sizes) == 1:
        return heat, f"{sizes[0]} map"
    return heat, f"weighted mean of maps of {', '.join(sizes)}"
