"""The pictures that are worked on: samples, paintings, the user's own."""

from dataclasses import dataclass

import numpy as np
import streamlit as st

from fer_core.errors import ImageError
from fer_core.images import decode_reduced
from fer_core.samples import SAMPLES
from fer_core.settings import settings
from fer_core.styletransfer.paintings import PAINTINGS
from studio.failure import show_failure
from studio.markdown import code
from studio.pictures import Picture

PREVIEW_SIDE = 1200
"""Longest side of the copy that the page works on, pixels."""

FROM_SAMPLES, OWN = ":material/image: Samples", ":material/upload: Your pictures"
_PHOTOS = {sample.title: sample for sample in SAMPLES}
_PAINTED = {
    PAINTINGS[name].title: PAINTINGS[name]
    for name in ("night_circles", "circles_in_squares", "poles", "hills")
}


@dataclass(frozen=True)
class Preview:
    """A picture as the page works on it.

    Attributes:
        picture: Its name and file.
        image: uint8 RGB, reduced to `PREVIEW_SIDE`.
        scale: By what it was reduced, 0 < scale <= 1.
        size: Width and height of the full picture, pixels.
    """

    picture: Picture
    image: np.ndarray
    scale: float
    size: tuple[int, int]


def choose_pictures() -> tuple[list[Picture], Preview | None]:
    """Draws the choice; returns all the pictures chosen and the one that is shown, if any can be.

    A file that is no picture is named in an error and left out.
    """
    source = st.segmented_control(
        "Picture from", [FROM_SAMPLES, OWN], default=FROM_SAMPLES, required=True, key="ops_source"
    )
    if source == FROM_SAMPLES:
        title = st.pills(
            "Sample",
            [*_PHOTOS, *_PAINTED],
            default=next(iter(_PHOTOS)),
            required=True,
            key="ops_sample",
        )
        picture = _sample(title)
        return [picture], _preview(picture)
    files = st.file_uploader(
        "Pictures",
        accept_multiple_files=True,
        max_upload_size=settings().max_upload_mb,
        key="ops_files",
    )
    st.caption("They stay in this session's memory; nothing is stored.")
    return _shown_of([Picture(file.name, file.getvalue()) for file in files])


def _shown_of(pictures: list[Picture]) -> tuple[list[Picture], Preview | None]:
    """Returns the pictures that can be read, and a preview of the one chosen among them."""
    previews = []
    for picture in pictures:
        try:
            previews.append(_preview(picture))
        except ImageError as error:
            show_failure(error, ":material/broken_image:", of=picture.name)
    if not previews:
        return [], None
    number = 0
    if len(previews) > 1:
        number = st.pills(
            "Shown",
            range(len(previews)),
            default=0,
            required=True,
            format_func=lambda n: f"{n + 1} {code(previews[n].picture.name)}",
            key=f"ops_shown_{len(previews)}",
        )
    return [preview.picture for preview in previews], previews[number]


def _sample(title: str) -> Picture:
    if title in _PHOTOS:
        sample = _PHOTOS[title]
        return Picture(sample.file, sample.path.read_bytes(), f"{title}: {sample.credit}")
    path = _PAINTED[title].path
    return Picture(path.name, path.read_bytes(), f"{title}: painted by this project's code")


@st.cache_resource(scope="session", max_entries=12, show_spinner=False)
def _reduced(data: bytes) -> tuple[np.ndarray, float, tuple[int, int]]:
    """Decodes a picture, and keeps for the session what the page works on."""
    reduced = decode_reduced(data, PREVIEW_SIDE)
    return reduced.rgb, reduced.scale, reduced.size


def _preview(picture: Picture) -> Preview:
    return Preview(picture, *_reduced(picture.data))
