import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from forms import csv_lines

from fer_core.cli import main
from fer_core.dataset import FaceDataset
from fer_core.dataset.download import SOURCES
from fer_core.savedmodels import saved_names
from fer_core.settings import settings

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs `python -m fer_core data ...`; returns exit status, standard output and error."""
    monkeypatch.setenv("FER_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("FER_DATA", raising=False)
    settings.cache_clear()

    def command(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["fer_core", "data", *map(str, arguments)])
        with pytest.raises(SystemExit) as end:
            main()
        return (end.value.code, *capsys.readouterr())

    return command


@pytest.fixture
def csv(tmp_path: Path) -> Path:
    """Thirty faces, the first 25 of them with a label that does not exist."""
    labels = np.tile(np.array([3, 4], np.uint8), 15)
    images = np.random.default_rng(0).integers(0, 256, (30, 48, 48), np.uint8)
    lines = csv_lines(FaceDataset(images, labels, np.repeat(np.array([0, 2], np.uint8), 15)))
    for line in range(1, 26):
        lines[line] = "7" + lines[line][1:]
    path = tmp_path / "fer2013.csv"
    path.write_text("\n".join(lines))
    return path


def test_info_counts_the_good_and_names_the_bad(run: Run, csv: Path) -> None:
    status, out, _ = run("info", "--data", csv)
    assert status == 0
    assert out.startswith("5 faces from fer2013.csv\n")
    assert out.splitlines()[4].split() == ["PrivateTest", "0", "0", "0", "2", "3", "0", "0", "5"]
    assert "Always answering “sad” is right for 60.0 % of PrivateTest (n = 5).\n" in out
    assert "With one split, or one emotion, there is nothing to compare.\n" in out
    assert "25 left out:\n  Line 2: emotion '7' is not 0..6." in out
    assert out.endswith("  and 5 more.\n")


def test_no_dataset_says_how_to_get_one(run: Run) -> None:
    status, _, error = run("info")
    assert status == 1
    assert error.startswith("Error: No dataset: give --data PATH, set FER_DATA, or run")


def test_fetch_without_network_is_one_line(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    nowhere = replace(SOURCES["huggingface"], url="http://127.0.0.1:9/fer2013.tar.gz")
    monkeypatch.setitem(SOURCES, "huggingface", nowhere)
    status, _, error = run("fetch")
    assert status == 1
    assert "cannot be reached. By hand: download FER2013" in error
    assert "Traceback" not in error


def test_unknown_source(run: Run) -> None:
    status, _, error = run("fetch", "--from", "nowhere")
    assert status == 1
    assert "there are huggingface, kaggle" in error


@pytest.mark.fer2013
def test_leakage_says_how_each_model_does_on_copies_of_what_it_learnt(
    run: Run, fer2013: FaceDataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fer_core.cli.source.open_dataset", lambda path: fer2013)
    status, out, _ = run("leakage")
    assert status == 0
    said = dict(line.split(": ", 1) for line in out.splitlines())
    assert sorted(said) == saved_names()
    assert said["dcnn_elu"].startswith("131 of 2,127 test faces have a copy in training (6.2 %)")
    assert said["slim_vgg"].startswith("505 of 3,589 test faces have a copy in training (14.1 %)")


def test_leakage_of_other_faces_than_the_models_were_judged_on_is_refused(
    run: Run, csv: Path
) -> None:
    status, _, error = run("leakage", "--data", csv)
    assert status == 1 and "was judged on other faces than fer2013.csv holds." in error


def test_negative_minutes_for_the_folds_are_refused(run: Run) -> None:
    status, _, error = run("folds", "--budget", "-1")
    assert status == 2 and "--budget" in error
