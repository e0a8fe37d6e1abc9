"""Rules of the house that no single module's test can hold."""

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from fer_core.settings import ROOT

HEAVY = ("tensorflow", "keras", "torch")
LIGHT_PAGES = sorted(
    str(page.relative_to(ROOT))
    for page in [ROOT / "Home.py", *(ROOT / "pages").glob("*.py")]
    if "Style" not in page.name
)
_RUN_PAGE = """
import json, sys
from streamlit.testing.v1 import AppTest
app = AppTest.from_file("Home.py", default_timeout=120)
if sys.argv[1] != "Home.py":
    app.switch_page(sys.argv[1])
app.run()
errors = [error.value for error in app.exception]
print(json.dumps([len(app.title), errors, [name for name in %r if name in sys.modules]]))
"""

_CLASSIFY_TEN = """
import json, sys
from fer_core import Pipeline, samples
pipeline = Pipeline.load("custom_cnn")
read = [len(pipeline.analyze(samples.SAMPLES[0].picture())) for _ in range(10)]
print(json.dumps([read, [name for name in %r if name in sys.modules]]))
"""

_WEBCAM_AFTER_TENSORFLOW = """
import json, sys
import studio
import tensorflow
import streamlit_webrtc
print(json.dumps([name for name in %r if name in sys.modules]))
"""


def imported(path: Path) -> set[str]:
    """Top-level packages that a file imports, at any depth of its code."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names.add(node.module.split(".")[0])
    return names


def test_the_library_never_imports_streamlit():
    modules = list((ROOT / "fer_core").rglob("*.py"))
    assert len(modules) > 30
    assert [str(path) for path in modules if "streamlit" in imported(path)] == []


def test_no_page_reaches_into_the_room_of_another():
    rooms = {path.parent.name for path in (ROOT / "studio").glob("*/__init__.py")}
    assert len(rooms) == 6
    reaching = [
        f"{path.relative_to(ROOT)}: {name}"
        for room in rooms
        for path in (ROOT / "studio" / room).rglob("*.py")
        for name in re.findall(r"from studio\.(\w+)", path.read_text())
        if name in rooms - {room}
    ]
    assert reaching == []


def in_new_process(code: str, *arguments: str) -> list:
    """What the code prints last, as JSON."""
    command = [sys.executable, "-c", code % (HEAVY,), *arguments]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    return json.loads(answer.stdout.splitlines()[-1])


def test_ten_classifications_need_no_heavy_library():
    faces, heavy = in_new_process(_CLASSIFY_TEN)
    assert faces == [1] * 10
    assert heavy == []


@pytest.mark.parametrize("page", LIGHT_PAGES)
def test_page_opens_without_a_heavy_library(page, saved_models):
    titles, errors, heavy = in_new_process(_RUN_PAGE, page)
    assert titles == 1
    assert errors == []
    assert heavy == []


def test_webcam_opens_in_a_server_that_has_explained_with_tensorflow():
    assert "tensorflow" in in_new_process(_WEBCAM_AFTER_TENSORFLOW)
