"""Classifiers and detectors, loaded once for all who use the server.

LiteRT is imported with the first of them: pages that only name models open without it.
"""

from typing import TYPE_CHECKING

import streamlit as st

from fer_core.common.digest import sha256
from fer_core.faces import Detector, detector, resolve
from fer_core.models import REGISTRY, title_of
from fer_core.savedmodels import open_model, saved_names
from fer_core.settings import settings

if TYPE_CHECKING:
    from fer_core.inference import Classifier, Pipeline


def pipeline(model: str, detector_name: str = "auto", fast: bool = False) -> "Pipeline":
    """Returns a pipeline whose classifier and detector are shared with every other session.

    The model's files are verified each time, so that one replaced or damaged meanwhile is noticed.

    Raises:
        FerError: If model or detector are not available; the message says why.
    """
    from fer_core.inference import Pipeline

    return Pipeline(_detector(resolve(detector_name), fast), classifier(model))


def classifier(model: str) -> "Classifier":
    """Returns a classifier shared with every other session, its files verified each time.

    Raises:
        FerError: If there is no such model, or a file of it is missing or changed.
    """
    return _classifier(model, fingerprint(model))


def fingerprint(model: str) -> str:
    """Returns the sha256 of what a saved model answers with: networks, classes and temperature.

    Raises:
        FerError: If there is no such model, or a file of it is missing or changed.
    """
    saved = open_model(model)
    files = [*saved.networks(), *(saved.file(file) for file in ("recipe.json", "evaluation.json"))]
    return " ".join(map(sha256, files))


@st.cache_resource(max_entries=16, show_spinner=False)
def _classifier(name: str, version: str) -> "Classifier":
    from fer_core.inference import Classifier

    return Classifier.load(name)


@st.cache_resource(max_entries=8, show_spinner=False)
def _detector(name: str, fast: bool) -> Detector:
    return detector(name, fast)


def models_in_order() -> list[str]:
    """Returns the names of the saved models, in the registry's order, any others after them."""
    names = saved_names()
    return [name for name in REGISTRY if name in names] + [n for n in names if n not in REGISTRY]


def title(model: str) -> str:
    """Returns a model's name as people read it."""
    return title_of(model)


def state_of_models() -> int:
    """Returns a number that changes with the saved models' files: which, how large, of when."""
    weights = settings().weights
    paths = [weights / "manifest.json"]
    paths += [path for file in _FILES for path in weights.glob(f"*/{file}")]
    stats = [(str(path), path.stat()) for path in paths if path.exists()]
    return hash(tuple((name, stat.st_mtime_ns, stat.st_size) for name, stat in stats))


_FILES = (
    "evaluation.json",
    "predictions.npz",
    "history.csv",
    "recipe.json",
    "model.tflite",
    "ensemble.json",
)
