"""The photo to paint, and where faces are in it."""

import numpy as np
import streamlit as st

from fer_core.faces import FaceBox, detector, resolve
from fer_core.images import decoded, shrunk
from fer_core.styletransfer.options import LARGEST_SIZE


def read(data: bytes) -> tuple[np.ndarray, list[FaceBox]]:
    """Returns a photo as uint8 RGB, no larger than is painted, and its faces; kept for the session.

    Raises:
        FerError: If it is no picture that can be used, or the detector is not available.
    """
    return _read(data, resolve("auto"))


@st.cache_resource(scope="session", max_entries=4, show_spinner=False)
def _read(data: bytes, detector_name: str) -> tuple[np.ndarray, list[FaceBox]]:
    with decoded(data) as photo:
        faces = detector(detector_name).detect(photo)
        small, scale = shrunk(photo, LARGEST_SIZE)
    return small, [face.scaled(scale) for face in faces]
