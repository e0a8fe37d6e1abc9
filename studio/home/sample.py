"""A face read while the page is drawn."""

import streamlit as st

from fer_core.faces import resolve
from fer_core.inference import default_model
from fer_core.samples import SAMPLES
from studio.bars import show_emotions
from studio.loaders import fingerprint, title
from studio.pictures import CAMERA, Picture
from studio.reading import read
from studio.sentence import sentence


def show_sample() -> None:
    """Reads the first sample picture with the default model and draws what it found.

    Raises:
        FerError: If the model cannot be used.
    """
    model, sample = default_model(), SAMPLES[0]
    picture = Picture(sample.title, sample.path.read_bytes())
    reading = read(picture, picture.digest, model, fingerprint(model), resolve("auto"), False)
    with st.container(border=True):
        left, right = st.columns([2, 3], gap="medium", vertical_alignment="center")
        with left:
            st.image(
                reading.marked(None),
                width=400,
                output_format="JPEG",
                alt=f"{sample.title} with a box around the face found and what it was read as",
            )
            st.caption(f"{sample.title}. {sample.credit}")
        with right:
            st.markdown(sentence(title(model), reading.faces, None))
            for face in reading.faces:
                show_emotions(face.classes, face.probabilities)
            if st.button("Read your own face", icon=":material/photo_camera:", type="primary"):
                st.switch_page("pages/4_Classify.py", query_params={"classify_source": CAMERA})
