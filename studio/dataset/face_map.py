"""The faces as a map: near where they look alike."""

import streamlit as st

from fer_core.charts.dataset import face_map
from fer_core.charts.heat import enlarged
from fer_core.dataset.statistics import FaceMap, pixel_map, read_statistics
from fer_core.emotions import EMOTIONS
from studio.dataset.view import View, once
from studio.figure import show_exhibit
from studio.one_face import open_face
from studio.origin import place

MODEL, PIXELS = "What a model sees", "What the pixels are"


def show_map(view: View) -> None:
    """Draws the map; a click on a point shows its face where there is a dataset."""
    points = _choose_map(view)
    if points is None:
        return
    exhibit = face_map(points, view.classes)
    chart, face = st.columns([3, 1], gap="medium")
    with chart:
        event = show_exhibit(exhibit, key="map", on_select="rerun", selection_mode="points")
    chosen = event["selection"]["points"]
    with face:
        _show_face(view, int(chosen[0]["customdata"]) if chosen else None)


def _choose_map(view: View) -> FaceMap | None:
    fer2013 = read_statistics().face_map
    if view.loaded is None:
        return fer2013
    dataset = view.loaded.dataset
    fits = (
        fer2013 is not None
        and fer2013.rows.max() < len(dataset)
        and (dataset.labels[fer2013.rows] == fer2013.labels).all()
    )
    how = PIXELS
    if fits:
        how = st.segmented_control(
            "Near means alike in", [MODEL, PIXELS], default=MODEL, required=True, key="map_of"
        )
    return fer2013 if how == MODEL else once("map", view.loaded, lambda faces: pixel_map(faces))


def _show_face(view: View, row: int | None) -> None:
    if view.dataset is None:
        st.caption("With the dataset, a click on a point shows its face here.")
        return
    if row is None:
        st.caption("Click a point to see its face.")
        return
    st.image(enlarged(view.dataset.images[row], 4), alt=f"Row {row}")
    st.markdown(f"**{EMOTIONS[view.dataset.labels[row]]}**, {place(view.dataset, row)}")
    if st.button("Full view", icon=":material/open_in_full:"):
        open_face(view.dataset, row)
