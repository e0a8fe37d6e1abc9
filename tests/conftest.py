import os
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pylibsrtp  # noqa: F401  # before TensorFlow, whose BoringSSL would end the process
import pytest

from fer_core.dataset import FaceDataset, load
from fer_core.evaluation.comparison import read_field
from fer_core.evaluation.ranking import Ranking, rankings_of
from fer_core.models import find
from fer_core.samples import SAMPLES
from fer_core.settings import settings

os.environ["FER_OFFLINE"] = "1"  # no test, nor a process it starts, looks for YuNet on the web


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Puts what takes longest first, so that it does not end alone when all else is over."""
    first = ("tests/e2e/", "tests/training/")
    items.sort(key=lambda item: not item.nodeid.startswith(first))


@pytest.fixture(scope="session", autouse=True)
def page_runs_without_what_no_page_needs() -> Iterator[None]:
    """Of an AppTest nine tenths went into two things that a server does once, or never.

    Streamlit reads the metadata of every installed package. And where Keras is imported, which
    other tests do and no page does, it clears Keras's session, which collects all garbage.
    """
    from streamlit.components.v2 import manifest_scanner
    from streamlit.runtime.scriptrunner import script_runner

    with pytest.MonkeyPatch.context() as patch:
        scan = cache(manifest_scanner.scan_component_manifests)
        patch.setattr(manifest_scanner, "scan_component_manifests", scan)
        patch.setattr(script_runner, "_clean_problem_modules", lambda: None)
        yield


@pytest.fixture(scope="session")
def astronaut() -> np.ndarray:
    """RGB of shape (512, 512, 3); one face, near (178..272, 63..175)."""
    return SAMPLES[0].picture()


@pytest.fixture(scope="session")
def fer2013() -> FaceDataset:
    """The real dataset; the test is skipped where there is none."""
    path = settings().dataset
    if path is None:
        pytest.skip(
            "FER2013 is not on this machine: set FER_DATA or run `python -m fer_core data fetch`"
        )
    return load(path)


@pytest.fixture(scope="session")
def fabricated_models(tmp_path_factory) -> Path:
    """Made once: what `saved_models` copies."""
    from fabricated import fabricate
    from tiny import brightness_network

    weights = tmp_path_factory.mktemp("weights")
    for name, skill in (("custom_cnn", 2.0), ("dcnn_elu", 3.0)):
        network = brightness_network(len(find(name).classes))
        fabricate(weights, name, skill, faces=300, network=network)
    return weights


@pytest.fixture
def saved_models(fabricated_models, tmp_path, monkeypatch) -> Iterator[Path]:
    """A weights folder with custom_cnn (7 classes) and dcnn_elu (3), which really answer.

    They answer by brightness (see `tiny`); their records are made up.
    """
    weights = tmp_path / "weights"
    shutil.copytree(fabricated_models, weights)
    monkeypatch.setenv("FER_WEIGHTS", str(weights))
    settings.cache_clear()
    yield weights
    monkeypatch.undo()
    settings.cache_clear()


@pytest.fixture(scope="session")
def made_up_five(tmp_path_factory) -> Path:
    """Three models of FER2013, one of R3, one of R4, with made-up answers on every test face."""
    from fabricated import fabricate

    weights = tmp_path_factory.mktemp("five")
    skills = {
        "slim_vgg": 2.6,
        "custom_cnn": 2.0,
        "vgg16_finetuned": 2.55,
        "dcnn_elu": 2.6,
        "bolarinwa_cnn1": 1.8,
    }
    for name, skill in skills.items():
        fabricate(weights, name, skill)
    return weights


@pytest.fixture
def five_models(made_up_five, tmp_path, monkeypatch) -> Iterator[Path]:
    """A copy of `made_up_five` that the settings name; a test may damage it."""
    weights = tmp_path / "weights"
    shutil.copytree(made_up_five, weights)
    monkeypatch.setenv("FER_WEIGHTS", str(weights))
    settings.cache_clear()
    yield weights
    monkeypatch.undo()
    settings.cache_clear()


@pytest.fixture(scope="module")
def rankings(made_up_five: Path) -> list[Ranking]:
    field = read_field(made_up_five)
    found, reason = rankings_of(field.contenders, field.untrained)
    assert reason is None
    return found


@pytest.fixture
def limited(monkeypatch):
    """Sets settings by their names for the length of a test."""

    def set_to(**limits: object) -> None:
        for name, value in limits.items():
            monkeypatch.setenv(f"FER_{name.upper()}", str(value))
        settings.cache_clear()

    yield set_to
    monkeypatch.undo()
    settings.cache_clear()
