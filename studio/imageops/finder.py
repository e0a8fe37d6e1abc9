"""Haar cascades with every parameter open, and all cascades on the same picture."""

import time
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from fer_core.imageops import OPERATIONS
from fer_core.imageops.haar import CASCADES, face_boxes, find_faces
from fer_core.imageops.operations import HAAR_PARAMETERS
from studio.imageops.settings import edit_settings
from studio.imageops.sources import Preview
from studio.markdown import unbroken


def find(preview: Preview) -> str:
    """Draws the parameters, the boxes found and a table of all cascades; returns the answer."""
    left, right = st.columns([3, 2], gap="medium")
    defaults = OPERATIONS["face_boxes"].defaults
    with right:
        settings = edit_settings(HAAR_PARAMETERS, defaults, "haar")
    boxes, milliseconds = _timed(preview.image, settings)
    with left:
        st.image(
            face_boxes(preview.image, **settings),
            width="stretch",
            output_format="JPEG",
            alt=f"The picture with {len(boxes)} boxes",
        )
        st.caption(
            "Each box is what the cascade takes for a face, an eye or a smile; it gives no "
            "probability. " + _effect(settings)
        )
    every = st.expander(
        "Every cascade with these settings",
        icon=":material/grid_view:",
        key="haar_every",
        on_change="rerun",
    )
    if every.open:
        with every:
            _all_cascades(preview.image, settings)
    return _sentence(settings["cascade"], len(boxes), milliseconds)


def _timed(image: np.ndarray, settings: dict[str, Any]) -> tuple[np.ndarray, float]:
    start = time.perf_counter()
    boxes = find_faces(image, **settings)
    return boxes, 1000 * (time.perf_counter() - start)


def _effect(settings: dict[str, Any]) -> str:
    """Says what the two parameters that matter most do at their present values."""
    if settings["min_neighbors"] == 0:
        return "With no neighbour needed every window that passed is shown."
    return (
        f"At least {settings['min_neighbors']} overlapping windows had to agree: fewer find more "
        f"and err more. Each searched copy is {settings['scale_factor']:.2f} times smaller than "
        "the one before: nearer 1 finds more and takes longer."
    )


def _sentence(cascade: str, found: int, milliseconds: float) -> str:
    what = {"eye": "eye", "smile": "smile", "profile": "face in profile"}.get(cascade, "face")
    many = {"face in profile": "faces in profile"}.get(what, f"{what}s")
    count = {0: f"no {what}", 1: f"**one {what}**"}.get(found, f"**{found} {many}**")
    return f"The cascade “{cascade}” finds {count} here, in {milliseconds:.0f} ms."


def _all_cascades(image: np.ndarray, settings: dict[str, Any]) -> None:
    """Draws what every cascade finds with the same settings."""
    rows = []
    pictures = st.columns(3, gap="small") + st.columns(3, gap="small")
    for name, cell in zip(CASCADES, pictures, strict=True):
        chosen = {**settings, "cascade": name}
        boxes, milliseconds = _timed(image, chosen)
        rows.append(
            {
                "Cascade": name,
                "Boxes": len(boxes),
                "Time, ms": round(milliseconds, 1),
                "File": CASCADES[name],
            }
        )
        with cell:
            st.image(
                face_boxes(image, **chosen),
                width="stretch",
                output_format="JPEG",
                alt=f"{len(boxes)} boxes of the cascade {name}",
            )
            st.caption(unbroken(f"**{name}**: {len(boxes)} found, {milliseconds:.0f} ms"))
    st.dataframe(pd.DataFrame(rows), hide_index=True)
