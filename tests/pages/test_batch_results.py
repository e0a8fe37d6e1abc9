"""Classify's view of what `fer-studio batch` wrote."""

import time
from dataclasses import replace

import pytest
from fake_job import FAKE
from streamlit.testing.v1 import AppTest

from fer_core.errors import FileError
from fer_core.scale.dest import Dest
from fer_core.scale.engines.local import read_shards
from fer_core.scale.manifest import Entry
from fer_core.scale.run import make_plan, read_left
from fer_core.scale.shard import Shard, shard_file
from fer_core.settings import ROOT
from studio.classify.batch import finished
from studio.classify.modes import BATCH, MODE
from studio.notice import UNDERSTOOD

NAMES = [f"/photos/{'xy'[n % 2]}/{n:03d}{('', ' pair', ' none', ' bad')[n % 4]}" for n in range(40)]


@pytest.fixture
def page():
    app = AppTest.from_file(str(ROOT / "Home.py"), default_timeout=60)
    app.switch_page("pages/4_Classify.py")
    app.session_state[MODE] = BATCH
    app.session_state[UNDERSTOOD] = True
    app.session_state["batch_what"] = "Results of a run"
    return app


@pytest.fixture
def run(tmp_path):
    """A run of two shards, of which the first is there."""
    job = replace(FAKE, model="custom_cnn")
    (tmp_path / "names.txt").write_text("\n".join(NAMES))
    dest = Dest(str(tmp_path / "dest"))
    plan = replace(make_plan(dest, str(tmp_path / "names.txt"), job, 2), job=job)
    list(read_left(dest, plan, [0], read_shards, 0))
    return dest, plan


def lead(page: AppTest) -> str:
    return page.main.markdown[0].value.replace("\N{NO-BREAK SPACE}", " ")


def test_says_what_comes_before_a_place_is_named(page):
    page.run()
    assert not page.exception
    assert lead(page).startswith("What did a run over very many pictures find?")


def test_run_under_way_and_then_done(page, run):
    dest, plan = run
    page.session_state["batch_dest"] = dest.uri
    page.run()
    assert not page.exception and not page.error
    assert lead(page).startswith("Custom CNN finds 15 faces in 15 pictures; most often, 100.0 %")
    assert any(button.label == "Look again" for button in page.button)
    months = [time.mktime((2026, month, 5, 0, 0, 0, 0, 0, 0)) for month in (1, 2)]
    begin, end = plan.range_of(1)
    entries = [Entry(name, modified=int(months[n % 2])) for n, name in enumerate(NAMES[begin:end])]
    shard = Shard(1, 2, entries)
    dest.write(shard.name, shard_file(shard, map(plan.job.reader(), entries), plan.job))
    page.run()
    assert not page.exception and not page.error
    assert lead(page).startswith("Custom CNN finds 30 faces in 30 pictures")
    assert not any(button.label == "Look again" for button in page.button)
    heads = [head.value for head in page.header]
    assert heads == [
        "Answers",
        "The least sure faces of the run",
        "Pictures that could not be read",
    ]
    drawn = [text.value.replace("\N{NO-BREAK SPACE}", " ") for text in page.markdown]
    assert [text.replace("\\", "") for text in drawn if text.startswith("## ")] == [
        "## Every answer is given with 50 % confidence or more",
        "## Every month has the same shares",
        "## Every folder has the same shares",
    ]
    reasons = page.dataframe[-2].value
    assert reasons.values.tolist() == [["It is bad.", 10]]
    least = page.dataframe[-3].value
    assert least["confidence"].is_monotonic_increasing
    page.selectbox(key="batch_folder").set_value("/photos/x").run()
    assert any("among 10 faces" in caption.value for caption in page.caption)


def test_place_that_holds_no_run_says_so(page, tmp_path):
    page.session_state["batch_dest"] = str(tmp_path)
    page.run()
    assert "holds no run" in page.error[0].value


def test_visitors_of_a_public_server_name_no_place(page, limited):
    limited(hosted=1)
    page.run()
    assert not page.exception
    assert lead(page).startswith("Which expressions do many pictures show?")
    assert not [box for box in page.text_input if box.key == "batch_dest"]


def test_row_of_the_least_sure_opens_its_picture(page, run, monkeypatch):
    opened = []
    monkeypatch.setattr(finished, "open_picture", lambda *given: opened.append(given))
    dest, _ = run
    page.session_state["batch_dest"] = dest.uri
    page.session_state["clicked_row"] = ("batch_least", 1)
    page.run()
    assert not page.exception and not page.error
    least = next(t.value for t in page.dataframe if {"picture", "confidence"} <= set(t.value))
    assert opened[0][0] == least["picture"][1] and opened[0][5] == least["face"][1]
    with pytest.raises(FileError, match="photos"):
        opened[0][1]()
