"""README and docs say what is so."""

import re
import subprocess
import sys

import pandas as pd
import pytest

from fer_core.evaluation.reproduction import as_markdown, in_short, reproduction_table
from fer_core.settings import ROOT

README = (ROOT / "README.md").read_text()
PAGES = [README, *(page.read_text() for page in sorted((ROOT / "docs").glob("*.md")))]
PAGE_NAMES = ["README.md", *(page.name for page in sorted((ROOT / "docs").glob("*.md")))]


def page(name: str) -> str:
    return (ROOT / "docs" / name).read_text()


def test_readme_is_short():
    assert len(README.splitlines()) <= 120


def test_the_five_lines_run_as_written():
    code = re.search(r"```python\n(.*?)```", README, re.DOTALL).group(1)
    assert code in page("index.md")
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    label, confidence, *_ = done.stdout.split()
    assert label == "happy" and confidence.endswith("%")


def test_the_models_on_the_pages_are_those_on_record():
    table = reproduction_table(ROOT / "weights")
    again = "run `python -m fer_core compare --reports` and paste its tables"
    assert as_markdown(table) in page("figures.md"), again
    assert in_short(table) in README, again
    kept = pd.read_csv(ROOT / "weights" / "reproduction.csv")
    pd.testing.assert_frame_equal(kept, table, check_dtype=False, atol=1e-9)


def test_every_command_is_named_and_no_other():
    from typer.main import get_command

    from fer_core import cli

    cli._register()
    known = set(get_command(cli.app).commands)
    assert set(re.findall(r"python -m fer_core (\w+)", README)) == known
    for text in PAGES:
        assert set(re.findall(r"fer-studio ([a-z]+)(?= |`)", text)) <= known
    assert set(re.findall(r"`fer-studio ([a-z]+)", page("command-line.md"))) == known


def test_the_map_of_the_house_names_every_room():
    rooms = [path.parent.name for path in (ROOT / "fer_core").glob("*/__init__.py")]
    assert len(rooms) > 10
    text = page("architecture.md")
    assert [room for room in rooms if f"`{room}/`" not in text] == []
    assert {room for room in re.findall(r"^\| `(\w+)/` ", text, re.MULTILINE)} <= {
        *rooms,
        "assets",
        *(path.name for path in ROOT.iterdir()),
    }


@pytest.mark.parametrize(("name", "text"), zip(PAGE_NAMES, PAGES, strict=True))
def test_files_that_a_page_names_are_there(name, text):
    folders = "fer_core|studio|tests|tools|benchmarks|docs"
    named = set(re.findall(rf"`((?:{folders})/[\w/.-]+\.\w+)`", text))
    if name == "README.md":
        named |= set(re.findall(r"\]\(([\w/.-]+)\)", text))
    assert [file for file in sorted(named) if not (ROOT / file).exists()] == []
