"""A picture once it has been read, kept for the session while its owner looks at it."""

from dataclasses import dataclass

import numpy as np
import streamlit as st

from fer_core.faces import crop
from fer_core.images import decoded, encode_png, shrunk
from fer_core.inference import FaceEmotion, draw
from fer_core.samples import SAMPLES
from studio.loaders import pipeline
from studio.pictures import MOST, Picture

_PREVIEW = 1024


@dataclass(frozen=True)
class Reading:
    """Faces of one picture, and the picture as it is shown.

    Attributes:
        preview: uint8 RGB, at most 1024 px long.
        scale: Pixels of the preview for each of the picture, at most 1.
        faces: In pixels of the picture, from left to right.
        crops: uint8 (n, 48, 48), what the model saw.
    """

    preview: np.ndarray
    scale: float
    faces: list[FaceEmotion]
    crops: np.ndarray

    def marked(self, threshold: float | None) -> np.ndarray:
        """Returns the preview with its faces marked."""
        return draw(self.preview, [face.scaled(self.scale) for face in self.faces], threshold)


def analyse(data: bytes, model: str, detector: str, whole: bool) -> Reading:
    """Reads a picture.

    Args:
        data: The picture's file.
        model: Name of a saved model.
        detector: Key of `faces.DETECTORS`.
        whole: Whether to take the picture as one face.

    Raises:
        FerError: If picture, model or detector cannot be used.
    """
    reader = pipeline(model, detector)
    with decoded(data) as rgb:
        faces = [reader.analyze_whole(rgb)] if whole else reader.analyze(rgb)
        preview, scale = shrunk(rgb, _PREVIEW)
        if preview is rgb:
            preview = rgb.copy()  # outlives the loan
        return Reading(preview, scale, faces, crop(rgb, [face.box for face in faces]))


def read(
    picture: Picture, digest: str, model: str, version: str, detector: str, whole: bool
) -> Reading:
    """Does `analyse` once, so that controls answer at once: a sample for all visitors.

    What else it reads is remembered for the session alone, until `forget_all_but`.

    Args:
        picture: What to read; told apart by its digest.
        digest: The picture's sha256.
        model: As `analyse`.
        version: The model's `loaders.fingerprint`, so that one trained again reads again.
        detector: As `analyse`, but not "auto": that can change its mind.
        whole: As `analyse`.
    """
    if picture.credit:
        return _read_sample(picture, digest, model, version, detector, whole)
    kept = _kept()
    key = (digest, model, version, detector, whole)
    if key not in kept:
        kept[key] = analyse(picture.data, model, detector, whole)
        while len(kept) > MOST:
            del kept[next(iter(kept))]
    return kept[key]


def forget_all_but(digests: set[str]) -> None:
    """Forgets what was read in a session's pictures that are no longer shown, megabytes each."""
    kept = _kept()
    for key in [key for key in kept if key[0] not in digests]:
        del kept[key]


_Key = tuple[str, str, str, str, bool]


def _kept() -> dict[_Key, Reading]:
    kept: dict[_Key, Reading] = st.session_state.setdefault("readings", {})
    return kept


@st.cache_resource(max_entries=4 * len(SAMPLES), show_spinner=False)
def _read_sample(
    _picture: Picture, digest: str, model: str, version: str, detector: str, whole: bool
) -> Reading:
    return analyse(_picture.data, model, detector, whole)


def marked_png(picture: Picture, reading: Reading, threshold: float | None) -> bytes:
    """Returns the picture at its full size with its faces marked, as a PNG file."""
    with decoded(picture.data) as rgb:
        return encode_png(draw(rgb, reading.faces, threshold))
