"""Rules of the house that no single module's test can hold."""

import ast
import json
import re
import subprocess
import sys
from itertools import permutations
from pathlib import Path
from typing import Any

import grimp

from fer_core.settings import ROOT

HEAVY = ("tensorflow", "keras", "torch")
PAGES = ["Home.py", *sorted(f"pages/{path.name}" for path in (ROOT / "pages").glob("*.py"))]
_WALK = f"""
import json, sys
from streamlit.testing.v1 import AppTest
met = {{}}
for page in {PAGES}:
    app = AppTest.from_file("Home.py", default_timeout=300)
    if page != "Home.py":
        app.switch_page(page)
    if "Model_comparison" in page:
        app.query_params["section"] = "Attention"
    app.run()
    met[page] = [
        app.title[0].value,
        [error.value for error in app.exception],
        [caption for image in app.image for caption in image.captions]
        + [caption.value for caption in app.main.caption],
        [name for name in %r if name in sys.modules],
    ]
print(json.dumps(met))
"""

_CLASSIFY_TEN = """
import json, sys
from fer_core import Pipeline, samples
pipeline = Pipeline.load("custom_cnn")
read = [len(pipeline.analyze(samples.SAMPLES[0].picture())) for _ in range(10)]
print(json.dumps([read, [name for name in %r if name in sys.modules]]))
"""


def test_imports_keep_the_contracts_of_pyproject():
    """Arrows down, no cycles, Streamlit only in the app, TensorFlow only to learn."""
    command = [Path(sys.executable).with_name("lint-imports"), "--no-logo", "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "4 kept, 0 broken" in done.stdout


def test_no_page_uses_anothers_room():
    graph = grimp.build_graph("studio", cache_dir=None)
    rooms = [f"studio.{found.parent.name}" for found in (ROOT / "studio").glob("*/__init__.py")]
    assert len(rooms) >= 6
    crossing = [
        chain
        for one, other in permutations(rooms, 2)
        for chain in graph.find_shortest_chains(one, other, as_packages=True)
    ]
    assert crossing == []


_WRITES_ELSEWHERE = {
    "fer_core/common/files.py": "the one writer",
    "fer_core/common/download.py": "keeps what has come, to continue from there",
    "fer_core/inference/batch_table.py": "a table that grows row by row",
    "fer_core/common/nursery.py": "tells the kernel something, by a file of /proc",
}
"""Modules that open files for writing by themselves, and why."""

_WRITING = {
    *("write_bytes", "write_text", "tofile", "savez", "savez_compressed", "open_memmap"),
    *("mkstemp", "NamedTemporaryFile"),
}
_WRITING_OF = {("np", "save"), *(("shutil", name) for name in ("copyfile", "copy2", "move"))}


def writes(call: ast.Call, own: set[str]) -> bool:
    """Whether a call writes a file on its own; `own` are names imported from `common.files`."""
    function = call.func
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    if name in own and isinstance(function, ast.Name):
        return False
    if name == "open":
        place = 0 if isinstance(function, ast.Attribute) else 1
        named = [keyword.value for keyword in call.keywords if keyword.arg == "mode"]
        modes = [
            set(node.value)
            for mode in [*call.args[place : place + 1], *named]
            for node in ast.walk(mode)
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        ]
        return any(mode <= set("rwaxbt+") and not mode.isdisjoint("wax+") for mode in modes)
    if not isinstance(function, ast.Attribute):
        return False
    if name in ("to_csv", "to_parquet", "to_pickle"):
        return bool(call.args)
    if name in ("replace", "rename"):  # of a path: one argument; str.replace has two
        return len(call.args) == 1 and not call.keywords
    owner = function.value.id if isinstance(function.value, ast.Name) else ""
    return name in _WRITING or (owner, name) in _WRITING_OF


def test_files_are_written_by_the_one_writer():
    found = {}
    for path in [*(ROOT / "fer_core").rglob("*.py"), *(ROOT / "studio").rglob("*.py")]:
        tree = ast.parse(path.read_text())
        own = {
            alias.asname or alias.name
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and node.module == "fer_core.common.files"
            for alias in node.names
        }
        calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
        lines = [call.lineno for call in calls if writes(call, own)]
        if lines and path.parent.name != "training":  # whose state has a writer of its own
            found[str(path.relative_to(ROOT))] = lines
    assert found.keys() == _WRITES_ELSEWHERE.keys(), found


def test_errors_are_shown_in_one_place_which_makes_them_text():
    showing = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "studio").rglob("*.py")
        if "st.error(" in path.read_text()
    }
    assert showing == {"studio/failure.py"}


def test_judgements_are_written_in_one_place():
    written = r'write_\w+\([^)]*"(evaluation\.json|predictions\.npz|card\.md)"'
    writing = {
        str(path.relative_to(ROOT))
        for folder in ("fer_core", "studio", "tools")
        for path in (ROOT / folder).rglob("*.py")
        if re.search(written, path.read_text())
    }
    assert writing == {"fer_core/evaluation/saving.py"}


def test_networks_are_opened_in_one_place():
    opening = {
        str(path.relative_to(ROOT))
        for folder in ("fer_core", "studio")
        for path in (ROOT / folder).rglob("*.py")
        if re.search(r"(?<![\w.])Interpreter\(", path.read_text())
    }
    assert opening == {"fer_core/common/litert.py"}


def test_what_litert_does_not_document_is_touched_in_one_place():
    touching = {
        str(path.relative_to(ROOT))
        for folder in ("fer_core", "studio")
        for path in (ROOT / folder).rglob("*.py")
        if re.search(r"\._get_ops_details|schema_py_generated", path.read_text())
    }
    assert touching == {"fer_core/common/compat.py"}


def in_new_process(code: str) -> Any:
    """What the code prints last, as JSON."""
    command = [sys.executable, "-c", code % (HEAVY,)]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    return json.loads(answer.stdout.splitlines()[-1])


def test_ten_classifications_need_no_heavy_library():
    faces, heavy = in_new_process(_CLASSIFY_TEN)
    assert faces == [1] * 10
    assert heavy == []


def test_pages_open_and_explain_a_face_without_a_heavy_library(saved_models):
    met = in_new_process(_WALK)
    assert list(met) == PAGES and len(PAGES) > 5
    for page, (title, errors, captions, heavy) in met.items():
        assert title, page
        assert (page, errors, heavy) == (page, [], [])
        is_explained = any(text.startswith("Grad-CAM") for text in captions)
        assert is_explained == ("comparison" in page)
