"""What training makes of a face before the model sees it."""

import numpy as np
import streamlit as st

from fer_core.emotions import EMOTIONS
from fer_core.errors import FerError
from fer_core.faces import crop, detector
from fer_core.models import REGISTRY
from fer_core.models.recipe import Augmentation
from fer_core.samples import SAMPLES
from fer_core.training.preview import augmented, recipe_as_trained
from fer_core.training.recipes import OURS
from studio.dataset.view import View
from studio.face_grid import Face, face_grid
from studio.failure import show_failure

COUNT = 15


def show_augmentation(view: View) -> None:
    """Draws a face as a model's training sees it."""
    st.header("What training makes of a face", anchor=False)
    model, chosen, again = st.columns([2, 1, 1], vertical_alignment="bottom")
    names = [name for name in REGISTRY if name in OURS]
    name = model.selectbox(
        "As trained", names, format_func=lambda name: REGISTRY[name].title, key="augment_model"
    )
    face, label = _choose_face(view, chosen)
    if again.button("Draw again", icon=":material/casino:"):
        st.session_state["augment_seed"] = st.session_state.get("augment_seed", 0) + 1
    seed = st.session_state.get("augment_seed", 0)
    is_frozen = REGISTRY[name].is_frozen
    try:
        recipe = recipe_as_trained(name)
        count = recipe.views - 1 if is_frozen else COUNT
        if recipe.augmentation == Augmentation() or not count:
            st.info(f"{REGISTRY[name].title} is trained on the faces as they are.")
            return
        with st.spinner("Another process loads Keras and augments (a few seconds, then kept)"):
            faces = _augmented(face.tobytes(), name, repr(recipe), count, seed)
    except FerError as error:
        show_failure(error)
        return
    grid = [Face(0, face, label, "as it is")]
    grid += [Face(n, changed, label, f"draw {n}") for n, changed in enumerate(faces, 1)]
    face_grid(grid, key="augmented", opens=False)
    how = in_words(recipe.augmentation)
    often = f"Each time an epoch comes to this face it is changed at random: {how}."
    if is_frozen:
        often = (
            f"Its trunk is frozen, so it sees {recipe.views} views of each face, the same in every "
            f"epoch: the face as it is, and {count} changed at random: {how}."
        )
    st.caption(f"{often} These are the training's own layers, run in another process.")


@st.cache_data(max_entries=64, show_spinner=False)
def _augmented(pixels: bytes, name: str, recipe: str, count: int, seed: int) -> np.ndarray:
    face = np.frombuffer(pixels, np.uint8).reshape(48, 48)
    return augmented(face, name, count, seed)


def _choose_face(view: View, column: "st.delta_generator.DeltaGenerator") -> tuple[np.ndarray, str]:
    dataset = view.dataset
    if dataset is None:
        column.text_input("Face", SAMPLES[0].title, disabled=True, key="augment_sample")
        return _sample_face(), SAMPLES[0].title
    row = column.number_input("Row of the face", 0, len(dataset) - 1, 0, key="augment_row")
    return dataset.images[int(row)], EMOTIONS[dataset.labels[int(row)]]


@st.cache_data(show_spinner=False)
def _sample_face() -> np.ndarray:
    picture = SAMPLES[0].picture()
    box = detector("haar_alt2").detect(picture)[0]
    result: np.ndarray = crop(picture, [box])[0]
    return result


def in_words(augmentation: Augmentation) -> str:
    """Returns what an augmentation changes, and by how much, in words."""
    low, high = augmentation.zoom
    parts = (
        (augmentation.flip, "mirrored half of the time"),
        (augmentation.rotation, f"turned by up to {augmentation.rotation:g}°"),
        (augmentation.shift, f"shifted by up to {augmentation.shift:g} pixels"),
        (augmentation.shear, f"sheared by up to {augmentation.shear:g}"),
        (low != 1 or high != 1, f"scaled by {low:g} to {high:g}"),
        (
            augmentation.brightness,
            f"brightened or darkened by up to {100 * augmentation.brightness:.0f} %",
        ),
        (
            augmentation.contrast,
            f"its contrast changed by up to {100 * augmentation.contrast:.0f} %",
        ),
        (augmentation.erasing, f"a part erased {100 * augmentation.erasing:.0f} % of the time"),
    )
    changes = [text for applies, text in parts if applies]
    if camera := _camera_in_words(augmentation):
        changes.append(f"and, each for {100 * augmentation.camera:.0f} % of the faces, {camera}")
    return ", ".join(changes)


def _camera_in_words(augmentation: Augmentation) -> str:
    """Returns what of it cameras do, and by how much, in words."""
    parts = (
        (augmentation.covered, f"up to {100 * augmentation.covered:.0f} % of each side covered"),
        (
            augmentation.gamma != 1 or augmentation.gain != 1,
            f"lit brighter or darker, down to {100 * augmentation.gain:.0f} % of the light",
        ),
        (
            augmentation.low_contrast != 1,
            f"left as little as {100 * augmentation.low_contrast:.0f} % of its contrast",
        ),
        (augmentation.blur, f"blurred by up to {augmentation.blur:g} pixels"),
        (augmentation.resolution != 1, f"made up to {augmentation.resolution:g} times coarser"),
        (augmentation.noise, f"made noisy by up to {augmentation.noise:g} gray levels"),
        (augmentation.jpeg < 100, f"saved as JPEG of quality {augmentation.jpeg} or better"),
    )
    return ", ".join(text for applies, text in parts if applies)
