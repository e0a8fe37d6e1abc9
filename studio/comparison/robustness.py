"""Does it survive the real world?"""

from functools import partial
from typing import Any

import numpy as np
import streamlit as st

from fer_core.dataset import FaceDataset
from fer_core.errors import FerError
from fer_core.evaluation.comparison import Contender
from fer_core.evaluation.ranking import Ranking
from fer_core.evaluation.robustness import CORRUPTIONS, robustness_rows
from fer_core.review.chapters import robustness
from fer_core.savedmodels import saved_names
from studio.comparison.chapter import show_chapter, tell
from studio.comparison.faces import dataset_here, show_faces, tested_on
from studio.loaders import classifier
from studio.markdown import plain
from studio.terminal import offer

SHOWN = 24
"""Faces of a point."""


def show_robustness(chosen: Ranking) -> None:
    """Draws accuracy under each disturbance, and says how those without it are measured."""
    show_chapter(tell(robustness, chosen), behind=partial(_show_point, chosen.contenders))
    missing = [c.name for c in chosen.contenders if c.robustness is None]
    if missing:
        saved = saved_names()
        name = next((name for name in missing if name in saved), "NAME")
        offer(
            f"python -m fer_core evaluate {name} --robustness --write",
            "A saved model is measured on FER2013 by this command; a selection of common faces is "
            "not measured.",
        )


def _show_point(contenders: tuple[Contender, ...], point: list[Any] | None) -> None:
    """Draws some of the faces of a point as they were disturbed, and what they are read as."""
    if point is None:
        st.caption("Click a point of a line to see its faces, disturbed as they were.")
        return
    name, kind, severity = point
    contender = next((one for one in contenders if one.name == name), None)
    if contender is None:  # it was left out since
        return
    of = f"{CORRUPTIONS[kind].title}, severity {severity}" if severity else "Faces as they are"
    st.markdown(f"**{of}, read by {contender.title}**")
    if dataset := tested_on(contender, dataset_here()):
        _show_disturbed(contender, dataset, kind, severity)


def _show_disturbed(contender: Contender, dataset: FaceDataset, kind: str, severity: int) -> None:
    measured = robustness_rows(contender.split.labels)
    faces = dataset.images[contender.split.rows[measured]]
    if severity:  # all of them, as they were measured: noise depends on a face's place
        corruption = CORRUPTIONS[kind]
        faces = corruption.apply(faces, corruption.levels[severity - 1])
    some = np.linspace(0, len(measured) - 1, min(SHOWN, len(measured))).astype(int)
    try:
        answers = classifier(contender.name).predict(faces[some])
    except FerError as error:
        st.caption(plain(str(error)))
        return
    chosen = measured[some]
    show_faces(contender, dataset, chosen, "disturbed", lambda n: faces[some[n]], answers)
    right = int((answers.argmax(axis=1) == contender.split.labels[chosen]).sum())
    st.caption(
        f"{len(some)} of the {len(measured):,} faces, evenly taken, each titled true / predicted "
        f"with the confidence; {right} of these {len(some)} are read right. Click one to see it "
        "as it is."
    )
