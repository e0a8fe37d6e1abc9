"""README and docs say what is so."""

import ast
import re
import subprocess
import sys

import command_line
import pandas as pd
import pytest

from fer_core.evaluation import claims
from fer_core.evaluation.reproduction import as_markdown, in_short, reproduction_table
from fer_core.settings import ROOT
from studio import glossary

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
    found = reproduction_table(ROOT / "weights")
    # An architecture that nobody has trained yet has nothing on record.
    table = found[found["state"] != "not trained"].reset_index(drop=True)
    again = "run `python -m fer_core compare --reports` and paste its tables"
    assert [row for row in as_markdown(table).splitlines() if row not in page("figures.md")] == []
    assert in_short(table) in README, again
    kept = pd.read_csv(ROOT / "weights" / "reproduction.csv")
    kept = kept[kept["state"] != "not trained"].reset_index(drop=True)
    pd.testing.assert_frame_equal(kept, table, check_dtype=False, atol=1e-9)


def test_claims_on_the_page_are_those_the_app_shows():
    assert claims.as_markdown() in page("claims.md")


def test_the_glossary_is_the_one_the_app_opens():
    assert page("glossary.md") == f"# Glossary\n\n{glossary.as_markdown()}"
    words = [term.strip('"').lower() for term in glossary.TERMS]
    assert words == sorted(words)


def test_every_command_is_named_and_no_other():
    from typer.main import get_command

    known = set(get_command(command_line.app()).commands)
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


def drawn_arrows() -> dict[str, set[str]]:
    """What each part of the drawn map points to."""
    drawing = re.search(r"```mermaid\n(.*?)```", page("architecture.md"), re.DOTALL).group(1)
    arrows: dict[str, set[str]] = {}
    for first, second in re.findall(r"^ +(\w+)(?:\[.*?\])? --> (\w+)", drawing, re.MULTILINE):
        arrows.setdefault(first, set()).add(second)
    return arrows


def below(part: str, arrows: dict[str, set[str]]) -> set[str]:
    """What a part reaches by one or more arrows."""
    found, ahead = set(), set(arrows.get(part, ()))
    while ahead:
        one = ahead.pop()
        found.add(one)
        ahead |= arrows.get(one, set()) - found
    return found


def part_of(module: str) -> str:
    """The part of the map that a module belongs to; most single files of the library are one."""
    first, _, rest = module.partition(".")
    part = rest.split(".")[0]
    if first != "fer_core":
        return first
    return part if part == "errors" or (ROOT / "fer_core" / part).is_dir() else "images"


def imports() -> set[tuple[str, str]]:
    """Which part imports which, at any depth of the code."""
    files = [
        path
        for path in [*(ROOT / "fer_core").rglob("*.py"), *(ROOT / "studio").rglob("*.py")]
        if path.parent != ROOT / "fer_core" or not path.name.startswith("__")
    ]
    names = [
        (part_of(".".join(path.relative_to(ROOT).with_suffix("").parts)), node.module)
        for path in files
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and node.module
    ]
    found = {
        (here, part_of(name)) for here, name in names if re.match(r"fer_core\.|studio\b", name)
    }
    return {(here, there) for here, there in found if here != there}


def test_the_map_of_the_house_is_drawn_as_the_code_imports():
    arrows, real = drawn_arrows(), imports()
    assert len(arrows) > 10
    assert [part for part in arrows if part in below(part, arrows)] == []
    assert {(a, b) for a, b in real if b not in below(a, arrows)} == set()
    drawn = {(a, b) for a, targets in arrows.items() for b in targets}
    assert drawn - real == {("pages", "studio")}


@pytest.mark.parametrize(("name", "text"), zip(PAGE_NAMES, PAGES, strict=True))
def test_files_that_a_page_names_are_there(name, text):
    folders = "fer_core|studio|tests|tools|benchmarks|docs"
    named = set(re.findall(rf"`((?:{folders})/[\w/.-]+\.\w+)`", text))
    if name == "README.md":
        named |= set(re.findall(r"\]\(([\w/.-]+)\)", text))
    assert [file for file in sorted(named) if not (ROOT / file).exists()] == []
