"""What did it get wrong?"""

import streamlit as st

from fer_core.dataset import FaceDataset
from fer_core.dataset.drawn import drawn_faces
from fer_core.errors import FerError
from fer_core.evaluation.comparison import Contender
from fer_core.evaluation.mistakes import at_random, most_confident, select_faces
from fer_core.evaluation.ranking import Ranking
from fer_core.evaluation.sentences import wrong_sentence
from fer_core.savedmodels import saved_names
from studio.comparison.choice import choose_one
from studio.comparison.faces import dataset_here, show_faces, tested_on
from studio.drawn import show_drawings
from studio.loaders import classifier
from studio.markdown import plain

SHOWN = 24

_ORDERS = {
    "sure": "Most confidently wrong",
    "wrong": "Wrong, at random",
    "any": "Any face, at random",
}


def show_mistakes(chosen: Ranking) -> None:
    """Counts the wrong answers and draws wrongly read faces, titled true / predicted."""
    st.header("What did it get wrong?", anchor=False)
    st.markdown("\n".join(f"- {wrong_sentence(contender)}" for contender in chosen.contenders))
    dataset = dataset_here()
    contender = choose_one(chosen.contenders)
    if dataset is None:
        _show_drawings(contender)
    elif tested_on(contender, dataset):
        _show_faces(contender, dataset)


def _show_drawings(contender: Contender) -> None:
    """Draws what a saved model reads in the drawings; an uploaded one answers nothing new."""
    if contender.name not in saved_names():
        return
    try:
        network = classifier(contender.name)
    except FerError as error:
        st.caption(plain(str(error)))
        return
    answers = network.predict(drawn_faces()[0])

    def read_as(number: int) -> str:
        best = int(answers[number].argmax())
        return f"/ {network.classes[best]} {100 * answers[number, best]:.0f} %"

    after = f"Each is titled meant / read by {contender.title}, with its confidence."
    show_drawings("mistakes_drawn", network.classes, read_as, after)


def _show_faces(contender: Contender, dataset: FaceDataset) -> None:
    order = st.segmented_control(
        "Faces",
        list(_ORDERS),
        default="sure",
        required=True,
        format_func=_ORDERS.__getitem__,
        key="faces",
        bind="query-params",
    )
    left, right, third = st.columns([3, 3, 1], vertical_alignment="bottom")
    truth = left.multiselect("Truly", contender.classes, key="truth", placeholder="any emotion")
    said = right.multiselect("Read as", contender.classes, key="said", placeholder="any emotion")
    if third.button("Other faces", icon=":material/casino:", disabled=order == "sure"):
        st.session_state["mistakes-seed"] = st.session_state.get("mistakes-seed", 0) + 1
    faces = select_faces(contender, wrong_only=order != "any", truth=truth, predicted=said)
    if len(faces) == 0:
        st.info("No such face.")
        return
    if order == "sure":
        ordered = most_confident(contender, faces)
    else:
        ordered = at_random(faces, st.session_state.get("mistakes-seed", 0))
    show_faces(contender, dataset, ordered[:SHOWN], key="mistakes")
    st.caption(
        f"{min(SHOWN, len(faces))} of {len(faces):,} such faces, each titled true / predicted, "
        f"with {contender.title}'s confidence. Click one for the full view."
    )
