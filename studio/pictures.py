"""Where a picture comes from: a sample, the user's files, the camera."""

from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256

import streamlit as st

from fer_core.samples import SAMPLES
from fer_core.settings import settings
from studio.notice import understood
from studio.terminal import own

MOST = 20
"""Pictures read at once: a page of more is no longer one to look at."""

SAMPLE, UPLOAD, CAMERA = "Sample", "Your pictures", "Camera"


@dataclass(frozen=True)
class Picture:
    """A picture somebody chose, not decoded yet.

    Attributes:
        name: File name, or who is on the sample.
        data: The whole file.
        credit: Author and licence of a sample.
    """

    name: str
    data: bytes
    credit: str = ""

    @cached_property
    def digest(self) -> str:
        """The file's sha256."""
        return sha256(self.data).hexdigest()


def choose(key: str) -> list[Picture]:
    """Draws the choice of a source and the source; returns the pictures chosen, a sample at first.

    Before the visitor's own pictures stands the notice that faces are read.

    Args:
        key: Prefix of the widgets' keys, one for each page.
    """
    source = st.segmented_control(
        "Picture from",
        (SAMPLE, UPLOAD, CAMERA),
        default=SAMPLE,
        required=True,
        key=f"{key}_source",
        bind="query-params",
    )
    if source == SAMPLE:
        return _sample(key)
    if not understood():
        return []
    return _uploaded(key) if source == UPLOAD else _photographed(key)


def _sample(key: str) -> list[Picture]:
    number = st.pills(
        "Sample",
        range(len(SAMPLES)),
        default=0,
        required=True,
        format_func=lambda number: SAMPLES[number].title,
        key=f"{key}_sample",
    )
    chosen = SAMPLES[number]
    return [Picture(chosen.title, chosen.path.read_bytes(), chosen.credit)]


def _uploaded(key: str) -> list[Picture]:
    files = st.file_uploader(
        f"Pictures with faces, at most {settings().max_upload_mb} MB each",
        accept_multiple_files=True,
        max_upload_size=settings().max_upload_mb,
        key=f"{key}_files",
    )
    if len(files) > MOST:
        st.info(
            f"The first {MOST} of {len(files)} pictures are read."
            + own(" `python -m fer_core classify` reads any number.", " Batch reads more.")
        )
    return [Picture(file.name, file.getvalue()) for file in files[:MOST]]


def _photographed(key: str) -> list[Picture]:
    photo = st.camera_input("Photograph your face", key=f"{key}_photo")
    if photo is None:
        st.caption(
            "The browser asks before it opens the camera. It offers the camera only on "
            "`localhost` and over https."
        )
        return []
    return [Picture("Photo", photo.getvalue())]
