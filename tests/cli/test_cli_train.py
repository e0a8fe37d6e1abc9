import json
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from fer_core.cli import main
from fer_core.errors import DownloadError
from fer_core.savedmodels import saved_names
from fer_core.settings import ROOT
from fer_core.training.progress import BudgetSpent
from fer_core.training.recipes import CHEAPEST_FIRST, OURS, REPORT


@pytest.fixture
def queue(saved_models, monkeypatch, capsys):
    """Runs `python -m fer_core train ...` with no training in it.

    Returns exit status, output, error and the (name, recipe, minutes left) that were trained;
    `ends` raises what ends a model's training.
    """

    def command(*arguments, ends=None):
        trained = []

        def train(name, dataset, recipe, *, warm_start, fit_only, budget):
            assert warm_start == ("--warm-start" in arguments)
            assert fit_only == ("--fit-only" in arguments)
            trained.append((name, recipe, budget))
            if ends and name in ends:
                raise ends[name]
            return Path("weights") / name

        monkeypatch.setattr("fer_core.training.train.train", train)
        monkeypatch.setattr("fer_core.cli.source.open_dataset", lambda path: None)
        monkeypatch.setattr(sys, "argv", ["fer_core", "train", *arguments])
        with pytest.raises(SystemExit) as end:
            main()
        return (end.value.code, *capsys.readouterr(), trained)

    return command


def unsaved():
    return [name for name in CHEAPEST_FIRST if name not in saved_names()]


def test_all_trains_what_is_not_saved_cheapest_first(queue):
    code, _, _, trained = queue("--all")
    assert code == 0 and unsaved()
    assert [(name, recipe) for name, recipe, _ in trained] == [(n, OURS[n]) for n in unsaved()]


def test_an_ensemble_is_said_to_be_fitted_by_another_command(queue, saved_models):
    shutil.copytree(ROOT / "weights" / "ensemble", saved_models / "ensemble")
    code, _, error, trained = queue("ensemble")
    assert code == 1 and "`fer-studio ensemble`" in error and not trained


def test_all_trains_what_a_kill_left_unrecorded(queue, saved_models):
    manifest = saved_models / "manifest.json"
    files = json.loads(manifest.read_text())["files"]
    kept = {file: entry for file, entry in files.items() if not file.startswith("custom_cnn/")}
    manifest.write_text(json.dumps({"files": kept}))
    _, _, _, trained = queue("--all")
    names = [name for name, *_ in trained]
    assert "custom_cnn" in names and "dcnn_elu" not in names


def test_all_by_the_reports_leaves_out_what_no_report_describes(queue):
    code, _, _, trained = queue("--all", "--recipe", "report")
    assert code == 0
    assert [name for name, *_ in trained] == [name for name in unsaved() if name in REPORT]


def test_the_queue_stops_when_the_minutes_are_over(queue):
    first = unsaved()[0]
    code, out, _, trained = queue("--all", "--budget", "5", ends={first: BudgetSpent()})
    assert code == 0 and "The 5 minutes are over; run the same command to continue." in out
    ((name, _, left),) = trained
    assert name == first and left == pytest.approx(5, abs=0.1)


def test_a_trunk_that_cannot_be_had_skips_its_model(queue):
    first = unsaved()[0]
    code, out, _, trained = queue("--all", ends={first: DownloadError("no network")})
    assert code == 0 and f"{first} is skipped: no network" in out
    assert [name for name, *_ in trained] == unsaved()


def test_a_single_epoch_shortens_the_warm_up(queue):
    code, _, _, trained = queue("slim_vgg", "--epochs", "1")
    assert code == 0
    assert trained[0][1] == replace(OURS["slim_vgg"], epochs=1, warmup_epochs=0)


def test_a_warm_start_goes_on_from_one_saved_model(queue):
    code, _, _, trained = queue("slim_vgg", "--warm-start")
    assert code == 0
    assert [(name, recipe) for name, recipe, _ in trained] == [("slim_vgg", OURS["slim_vgg"])]
    code, _, error, trained = queue("--all", "--warm-start")
    assert code == 1 and "there is nothing to start from" in error and not trained


def test_negative_minutes_are_refused(queue):
    code, _, error, trained = queue("slim_vgg", "--budget", "-1")
    assert code == 2 and "--budget" in error and not trained


def test_a_network_can_be_fitted_alone_beside_the_saved_one(queue):
    status, said, _, trained = queue("custom_cnn", "--fit-only")
    assert status == 0 and [name for name, _, _ in trained] == ["custom_cnn"]
    assert "replaces it" not in said


@pytest.mark.parametrize("other", ["--all", "--fit-only", "--warm-start"])
def test_a_conversion_goes_with_no_other_way_of_training(queue, other):
    name = [] if other == "--all" else ["custom_cnn"]
    status, _, said, trained = queue(*name, "--convert-only", other)
    assert status == 1
    assert "trains nothing" in said and not trained
