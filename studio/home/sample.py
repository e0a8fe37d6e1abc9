"""A face read while the page is drawn."""

import streamlit as st

from fer_core.faces import resolve
from fer_core.images import shrunk
from fer_core.inference import default_model
from fer_core.samples import SAMPLES
from studio.bars import show_emotions
from studio.data_url import jpeg
from studio.loaders import fingerprint, title
from studio.pictures import CAMERA, Picture
from studio.reading import Reading, read
from studio.sentence import sentence

_WIDTH = 400
"""Of the picture, px."""


def show_sample() -> None:
    """Reads the first sample picture with the default model and draws what it found.

    Raises:
        FerError: If the model cannot be used.
    """
    model, sample = default_model(), SAMPLES[0]
    picture = Picture(sample.title, sample.path.read_bytes(), sample.credit)
    version, detector = fingerprint(model), resolve("auto")
    reading = read(picture, picture.digest, model, version, detector, False)
    with st.container(border=True):
        left, right = st.columns([2, 3], gap="medium", vertical_alignment="center")
        with left:
            st.image(
                _marked(version, detector, reading),
                width=_WIDTH,
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


@st.cache_resource(max_entries=4, show_spinner=False)
def _marked(version: str, detector: str, _reading: Reading) -> bytes:
    """Returns the file of the picture with its face marked, at the size at which it is shown."""
    return jpeg(shrunk(_reading.marked(None), _WIDTH)[0])
