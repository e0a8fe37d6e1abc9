"""The painting: before and after, what the model reads in it, and how it was made."""

import streamlit as st

from fer_core.charts.style import emotion_shift, loss_curves, loss_table
from fer_core.common.numerals import percent
from fer_core.inference import default_model
from fer_core.savedmodels import saved_names
from fer_core.styletransfer.emotion_change import EmotionChange, emotion_changes
from studio.before_after import before_after
from studio.figure import show
from studio.loaders import pipeline, title
from studio.markdown import plain, unbroken
from studio.style import painted
from studio.style.painted import Painted

_DIVIDER = 15
"""Where the divider stands at first, percent: the painting is what one came for."""


def show_painting(painting: Painted) -> None:
    """Draws the painting over its photo, with its download and how it was made."""
    pictures = painting.photo, painting.result.picture
    before_after(*pictures, ("Photo", "Painting"), key="style_slider", start=_DIVIDER)
    result = painting.result
    height, width = result.picture.shape[:2]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(
            unbroken(
                f"{plain(painting.what)}. {width} × {height} px, "
                f"{result.options.quality}, {result.seconds:.0f} s, measured by {result.network}."
            )
        )
        st.download_button(
            "PNG",
            painting.png,
            file_name="painting.png",
            mime="image/png",
            icon=":material/download:",
            help="The settings are written into the file.",
            on_click="ignore",
            key="style_download",
        )


def show_emotion_change(painting: Painted) -> str:
    """Draws how the face is read before and after; returns it as a sentence."""
    if not saved_names():
        st.caption("A trained model would say here whether the emotion survives the brush.")
        return f"{plain(painting.what)}."
    model = default_model()
    faces = emotion_changes(pipeline(model), painting.photo, painting.result.picture)
    if not faces:
        st.caption("No face was found in the photo, so there is no emotion to compare.")
        return f"{plain(painting.what)}."
    face = faces[0]
    caption = (
        f"How {title(model)} reads the face: ring in the photo, dot in the painting; where a "
        "line is short, the brush changed little. Both at the painting's size."
    )
    st.header("Does the emotion survive the brush?", anchor=False)
    show(emotion_shift(face.classes, face.before, face.after), caption, key="style_shift")
    if len(faces) > 1:
        same = sum(other.is_same_emotion for other in faces)
        st.caption(f"The largest of {len(faces)} faces is shown; {same} keep their emotion.")
    return _sentence(face)


def show_making(painting: Painted) -> None:
    """Draws the loss curves, folded."""
    result = painting.result
    with st.expander("How it was made", icon=":material/monitoring:"):
        table = loss_table(
            [step.level for step in result.history],
            [tuple(vars(step.losses).values()) for step in result.history],
            result.options.style_weight,
        )
        show(
            loss_curves(table),
            "Loss at each evaluation, on a logarithmic scale: the distance to the photo (content) "
            "and to the painting (style, times its weight). It jumps where the picture grows, as "
            "details are missing there.",
            table,
            key="style_losses",
        )


def show_strip() -> None:
    """Draws this session's paintings, each to be shown again."""
    paintings = painted.all_painted()
    if not paintings:
        return
    st.header("This session's paintings", anchor=False)
    with st.container(horizontal=True, gap="small"):
        for number, painting in enumerate(paintings, 1):
            with st.container(width=128, gap="xxsmall", horizontal_alignment="center"):
                st.image(
                    painting.result.picture,
                    width=120,
                    output_format="JPEG",
                    alt=painting.what,
                )
                st.button(
                    f"{number}\\. {plain(painting.paintings[0])}",
                    key=f"style_show_{number}",
                    type="tertiary",
                    on_click=painted.show,
                    args=(painting,),
                )


def _sentence(face: EmotionChange) -> str:
    was, now = int(face.before.argmax()), int(face.after.argmax())
    before = f"**{face.classes[was]}** in the photo ({percent(float(face.before[was]))})"
    after = f"**{face.classes[now]}** in the painting ({percent(float(face.after[now]))})"
    if face.is_same_emotion:
        return f"The emotion survives the brush: the model reads the face as {before} and {after}."
    return f"The brush changes the reading: {before}, {after}."
