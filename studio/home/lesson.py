"""A class: eight screens from a face to a decision, one question each, for a projector.

Opened from Home, or as `?class=1`; arrow keys turn the screens. All of it runs on what comes with
the project.
"""

from collections.abc import Callable
from typing import Literal

import cv2
import numpy as np
import streamlit as st

from fer_core.charts.heat import enlarged
from fer_core.common.numerals import percent
from fer_core.dataset.drawn import drawn_faces
from fer_core.emotions import EMOTIONS
from fer_core.evaluation.comparison import Contender, read_contender
from fer_core.evaluation.robustness import CORRUPTIONS
from fer_core.faces import crop, resolve
from fer_core.inference import default_model
from fer_core.samples import SAMPLES
from fer_core.savedmodels import open_model
from studio.bars import show_emotions
from studio.home.ranking import read_scores, show_ranking
from studio.loaders import classifier, fingerprint, pipeline, title
from studio.markdown import unbroken
from studio.page import lead

_STEP = "lesson_step"
_WIDTH = 384
"""Of a face: 8 px for each of its 48."""
_KERNELS = {
    "Edges, upright": ((-1, 0, 1), (-2, 0, 2), (-1, 0, 1)),
    "Edges, lying": ((-1, -2, -1), (0, 0, 0), (1, 2, 1)),
    "Spots": ((0, -1, 0), (-1, 4, -1), (0, -1, 0)),
    "Blur": ((1, 1, 1), (1, 1, 1), (1, 1, 1)),
}


def show_lesson() -> None:
    """Draws one screen, and the buttons that turn to the others."""
    step = min(st.session_state.get(_STEP, 0), len(SCREENS) - 1)
    question, show = SCREENS[step]
    with st.container(key="lesson"):
        lead(f"{step + 1} of {len(SCREENS)} · **{question}**")
        show()
    with st.container(horizontal=True, horizontal_alignment="distribute"):
        _turn("Back", "Left", step - 1, step == 0)
        st.button("End the class", icon=":material/close:", type="tertiary", on_click=_end)
        _turn("Next", "Right", step + 1, step == len(SCREENS) - 1)


def _end() -> None:
    st.query_params.clear()
    st.session_state.pop(_STEP, None)


def _turn(label: str, key: str, to: int, disabled: bool) -> None:
    def go() -> None:
        st.session_state[_STEP] = to

    kind: Literal["primary", "secondary"] = "primary" if label == "Next" else "secondary"
    st.button(label, key=f"lesson_{label}", shortcut=key, on_click=go, disabled=disabled, type=kind)


@st.cache_resource(max_entries=2, show_spinner=False)
def _face(detector: str) -> np.ndarray:
    """Returns the sample's face as a model sees it, uint8 (48, 48)."""
    rgb = SAMPLES[0].picture()
    faces = pipeline(default_model(), detector).analyze(rgb)
    face: np.ndarray = crop(rgb, [faces[0].box])[0]
    return face


def _sample() -> np.ndarray:
    return _face(resolve("auto"))


@st.cache_resource(max_entries=2, show_spinner=False)
def _contender(name: str, version: str) -> Contender:
    return read_contender(open_model(name))


def _model() -> Contender:
    name = default_model()
    return _contender(name, fingerprint(name))


def _draw(face: np.ndarray, caption: str) -> None:
    st.image(enlarged(face), width=_WIDTH, caption=caption, alt=caption)


def _pixels() -> None:
    face = _sample()
    left, right = st.columns(2, gap="large")
    with left:
        _draw(face, f"{SAMPLES[0].title}, {SAMPLES[0].credit}: 48 × 48 pixels, gray")
    with right:
        part = face[12:22, 10:22]
        rows = "".join(f"<tr>{''.join(_cell(int(value)) for value in row)}</tr>" for row in part)
        st.html(f'<table class="pixels" aria-label="Gray values of the left eye">{rows}</table>')
        st.markdown(
            f"Numbers: {face.size:,} of them, from 0, black, to 255, white. These are an eye. "
            "Nothing in them says “eye”, nor “happy”."
        )


def _cell(value: int) -> str:
    ink = "#000000" if value > 118 else "#ffffff"  # at least 4.5:1 on every gray
    return f'<td style="background:rgb({value} {value} {value});color:{ink}">{value}</td>'


def _maps() -> None:
    name = st.pills("Look for", list(_KERNELS), default="Edges, upright", required=True)
    kernel = np.array(_KERNELS[name], np.float32)
    found = cv2.filter2D(_sample().astype(np.float32), -1, kernel)
    span = np.abs(found).max() or 1
    shown = found / kernel.sum() if name == "Blur" else 127.5 + 127.5 * found / span
    left, right = st.columns(2, gap="large")
    with left:
        _draw(np.clip(shown, 0, 255).astype(np.uint8), f"{name}: one map")
    with right:
        rows = "".join(
            f"<tr>{''.join(f'<td>{v}</td>' for v in row)}</tr>" for row in _KERNELS[name]
        )
        st.html(f'<table class="pixels kernel" aria-label="The nine weights">{rows}</table>')
        st.markdown(
            "A convolution lays nine weights on each pixel and its neighbours, multiplies and "
            "adds. People chose these nine; a network learns its own, thousands of them, from "
            "labelled faces, and lays the next ones on the maps of the first."
        )


def _probabilities() -> None:
    network = classifier(default_model())
    answer = network.predict(_sample()[None])[0]
    best = int(answer.argmax())
    left, right = st.columns(2, gap="large")
    with left:
        _draw(_sample(), "What the model is shown")
    with right:
        show_emotions(network.classes, answer)
        st.markdown(
            unbroken(
                f"{title(default_model())} answers **{network.classes[best]}** with "
                f"{percent(float(answer[best]))}. That is its confidence in the expression the "
                "face appears to show. What she felt, no pixel says."
            )
        )


def _mistake() -> None:
    model = _model()
    pictures, labels = drawn_faces()
    answers = classifier(model.name).predict(pictures)
    said = answers.argmax(axis=1)
    wrong = [n for n in range(len(labels)) if model.classes[said[n]] != EMOTIONS[labels[n]]]
    worst = min(model.per_class, key=lambda row: row.recall.value)
    left, right = st.columns(2, gap="large")
    with left:
        if wrong:
            number = max(wrong, key=lambda n: float(answers[n].max()))
            meant, read = EMOTIONS[labels[number]], model.classes[said[number]]
            _draw(pictures[number], f"A drawing by this project: meant {meant}, read {read}")
    with right:
        st.markdown(
            unbroken(
                f"{model.title} learnt from photographs, and a drawing can mislead it with "
                "confidence. Photographs too: of "
                f"{model.judged.n:,} that it never saw it reads {percent(model.accuracy.value)} as "
                f"their label says, and of those labelled **{worst.name}** only "
                f"{percent(worst.recall.value)}."
            )
        )
        st.markdown("Before you trust an answer: who could be hurt when it is wrong?")


def _disturbance() -> None:
    network = classifier(default_model())
    left, right = st.columns(2, gap="large")
    with right:
        kind = st.pills(
            "What happens to the picture",
            ("noise", "darkness", "blur", "mouth"),
            default="noise",
            required=True,
            format_func=lambda name: CORRUPTIONS[name].title,
        )
        severity = st.slider("How much", 0, 5, 3)
        change = CORRUPTIONS[kind]
        face = _sample()
        if severity:
            face = change.apply(face[None], change.levels[severity - 1])[0]
        answer = network.predict(face[None])[0]
        show_emotions(network.classes, answer)
    with left:
        _draw(face, f"{change.title}, {severity} of 5")
        st.markdown(
            unbroken(
                f"Now it says **{network.classes[int(answer.argmax())]}**, with "
                f"{percent(float(answer.max()))}. A camera in a dark room is no photographer's "
                "studio."
            )
        )


def _confidence() -> None:
    model = _model()
    confidence = model.calibrated.max(axis=1)
    least = st.slider("It answers only above", 0, 95, 60, 5, format="%d %%") / 100
    answered = confidence >= least
    if not answered.any():
        st.markdown("Then it answers nothing.")
        return
    right = float(model.right[answered].mean())
    first, second, third = st.columns(3)
    first.metric("Faces answered", percent(float(answered.mean())))
    second.metric("Right among them", percent(right))
    third.metric("Its mean confidence", percent(float(confidence[answered].mean())))
    st.markdown(
        unbroken(
            f"On {len(confidence):,} test faces. If it says 80 % and is right in 80 of 100, its "
            "percentages can be trusted. Who may answer “not sure” errs less, and leaves more to "
            "people."
        )
    )


def _others() -> None:
    scores, _ = read_scores()
    show_ranking(scores[:4])
    st.markdown("Where the lines overlap, which one leads may be chance.")


def _choice() -> None:
    scores, _ = read_scores()
    seven = [score for score in scores if score.emotions == len(EMOTIONS)] or scores
    what = st.radio(
        "What matters most to you?",
        ("That it is right", "That it is fast"),
        horizontal=True,
    )
    chosen = (
        max(seven, key=lambda score: score.accuracy)
        if what == "That it is right"
        else min(seven, key=lambda score: score.milliseconds)
    )
    st.markdown(
        unbroken(
            f"Then **{chosen.title}**: {percent(chosen.accuracy)} right (95 % interval "
            f"{percent(chosen.low)} to {percent(chosen.high)}), {chosen.milliseconds:.1f} ms a "
            "face. "
            "And what would you not use it for? At work and at school, reading emotions so is "
            "prohibited in the European Union."
        )
    )
    st.page_link(
        "pages/3_Model_comparison.py",
        label="Decide with all conditions: bad light, size, rare emotions",
        icon=":material/leaderboard:",
    )


SCREENS: tuple[tuple[str, Callable[[], None]], ...] = (
    ("What does a computer see?", _pixels),
    ("What do a pixel's neighbours tell?", _maps),
    ("Which expression is it?", _probabilities),
    ("Where does it err?", _mistake),
    ("And when the picture is bad?", _disturbance),
    ("Can its percentages be trusted?", _confidence),
    ("Is another model better?", _others),
    ("Which one would you choose?", _choice),
)
