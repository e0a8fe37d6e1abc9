"""The same photograph twice, and what it does to the accuracies."""

import numpy as np
import pandas as pd
import streamlit as st

from fer_core.audit.doubts import fits_predictions
from fer_core.audit.duplicates import Duplicates, Leakage, leakage, leaked, usage_of
from fer_core.charts.dataset import leakage_effect
from fer_core.common.numerals import percent
from fer_core.dataset import USAGES, FaceDataset
from fer_core.dataset.sentences import number_of_faces
from fer_core.emotions import EMOTIONS
from fer_core.errors import FerError
from fer_core.savedmodels import Predictions, open_model
from studio.dataset.gallery import show_gallery
from studio.dataset.view import View, duplicates_of
from studio.figure import show_exhibit
from studio.loaders import models_in_order, title


def show_copies(view: View) -> None:
    """Draws how many photographs are there more than once, the leakage, and the copies."""
    st.header("The same photograph more than once", anchor=False)
    duplicates = duplicates_of(view)
    predictions = _predictions(view.dataset)
    usage = _usage(view.dataset, predictions, duplicates.n)
    is_leaked = leaked(duplicates, usage == USAGES.index("Training")) if usage is not None else None
    found = _copies(view, duplicates, usage)
    shown = np.ones(duplicates.n, bool)
    if view.dataset is not None:
        shown = view.of_classes(view.dataset.labels)
    st.markdown(_sentence(found, shown, usage, is_leaked))
    if is_leaked is not None and is_leaked.any():
        _show_leakage(predictions, is_leaked)
    across = st.toggle("Only copies across splits", key="across") if usage is not None else False
    if across:
        found = found[found["splits"].str.contains("and")].reset_index(drop=True)
    st.markdown("### The copies")
    show_gallery(view, found, _note, "leave out", "copies")
    st.caption(
        "Exact copies are the same in every pixel. The others were found by perceptual hash "
        "(Zauner 2010), confirmed where the pixels correlate by at least 0.9; mirrored copies "
        "count, as training mirrors faces too."
    )


def _predictions(dataset: FaceDataset | None) -> dict[str, Predictions]:
    """The saved models' answers, of those that answered on these very faces."""
    found = {}
    for name in models_in_order():
        try:
            predictions = open_model(name).predictions()
        except FerError:
            continue  # The comparison page names what is broken.
        if len(predictions.classes) == len(EMOTIONS) and (
            dataset is None or fits_predictions(dataset.labels, predictions)
        ):
            found[name] = predictions
    return found


def _usage(
    dataset: FaceDataset | None, predictions: dict[str, Predictions], n: int
) -> np.ndarray | None:
    if dataset is not None:
        return dataset.usage
    first = next(iter(predictions.values()), None)
    return usage_of(first, n) if first is not None else None


def _sentence(
    found: pd.DataFrame, shown: np.ndarray, usage: np.ndarray | None, is_leaked: np.ndarray | None
) -> str:
    """Says how many of the faces shown are copies, and what is wrong with that."""
    photographs = found["copy_of"].nunique()
    faces = len(found) + photographs
    sentence = (
        f"**{faces:,} of {shown.sum():,} faces ({percent(faces / max(shown.sum(), 1))}) are there "
        f"more than once**, as {photographs:,} photographs; {found['exact'].sum():,} of the "
        f"{len(found):,} copies are exact."
    )
    if usage is not None and is_leaked is not None:
        parts = []
        for split in ("PublicTest", "PrivateTest"):
            of_split = shown & (usage == USAGES.index(split))
            if of_split.any():
                met = is_leaked[of_split]
                parts.append(f"{number_of_faces(met.sum())} of {split} ({percent(met.mean())})")
        if parts:
            sentence += f" With a copy in Training: {' and '.join(parts)}."
    if "label" in found and len(found):
        differ = (found["label"] != found["label_of_copy"]).mean()
        sentence += f" **{percent(float(differ))} of the copies carry another label.**"
    return sentence


def _show_leakage(predictions: dict[str, Predictions], is_leaked: np.ndarray) -> None:
    effects: dict[str, Leakage] = {
        name: leakage(found.test, is_leaked) for name, found in predictions.items()
    }
    if not effects:
        return
    exhibit = leakage_effect(effects, {name: title(name) for name in effects})
    show_exhibit(exhibit, level=3)


def _copies(view: View, duplicates: Duplicates, usage: np.ndarray | None) -> pd.DataFrame:
    """One row for each face of a group but its first: the one to leave out, and its original."""
    group = duplicates.groups()
    members = np.flatnonzero(group >= 0)
    if view.dataset is not None:
        members = members[view.of_classes(view.dataset.labels[members])]
    order = members[np.argsort(group[members], kind="stable")]
    starts = np.flatnonzero(np.diff(group[order], prepend=-1))
    firsts = np.repeat(order[starts], np.diff(np.append(starts, len(order))))
    copies = order != firsts
    table = pd.DataFrame({"row": order[copies], "copy_of": firsts[copies]})
    original = np.arange(duplicates.n)
    original[duplicates.pairs[duplicates.exact, 1]] = duplicates.pairs[duplicates.exact, 0]
    table["exact"] = original[table["row"]] == original[table["copy_of"]]
    if usage is not None:
        names = np.array(USAGES)
        one, two = names[usage[table["copy_of"]]], names[usage[table["row"]]]
        table["splits"] = np.where(one == two, one, one + " and " + two)
    if view.dataset is not None:
        labels = np.array(EMOTIONS)[view.dataset.labels]
        table["label"] = labels[table["row"]]
        table["label_of_copy"] = labels[table["copy_of"]]
    return table


def _note(entry: pd.Series) -> str:
    other = "" if entry["label"] == entry["label_of_copy"] else f", {entry['label_of_copy']}"
    how = "exactly as" if entry["exact"] else "as"
    return f"{entry['row']}, {how} {entry['copy_of']}{other}"
