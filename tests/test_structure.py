"""Rules of the house that no single module's test can hold."""

import json
import re
import subprocess
import sys
from itertools import permutations
from pathlib import Path
from typing import Any

import grimp
import pytest
from file_writers import lines_that_write

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
    "fer_core/common/nursery.py": "tells the kernel something, by a file of /proc",
    "fer_core/imageops/files.py": "goes as it is into scripts that know nothing of this project",
    "fer_core/inference/batch_table.py": "a table that grows row by row",
    "fer_core/inference/video.py": "into what is lent it by name: FFmpeg reads it again",
    "fer_core/savedmodels/export.py": "into a folder that is then put in its place",
    "fer_core/scale/manifest.py": "into what a place for results lends",
    "fer_core/training/features.py": "grows view by view, to continue from there",
}
"""Modules that write files by themselves, and why."""


def test_files_are_written_by_the_one_writer():
    found = {}
    for folder in ("fer_core", "studio", "tools"):
        for path in (ROOT / folder).rglob("*.py"):
            if lines := lines_that_write(path.read_text()):
                found[str(path.relative_to(ROOT))] = lines
    assert found.keys() == _WRITES_ELSEWHERE.keys(), found


@pytest.mark.parametrize(
    "call",
    [
        *('open(path, "w")', 'path.open("ab")', 'path.open(mode="x")', 'av.open(path, "w")'),
        *("Image.fromarray(x).save(path)", 'network.save(path / "a.keras")', "np.save(path, x)"),
        *("table.to_csv(path, index=False)", "table.to_parquet(path)", "figure.write_image(path)"),
        *("cv2.imwrite(path, x)", 'h5py.File(path, "w")', 'zipfile.ZipFile(path, mode="w")'),
        *("shutil.copyfile(part, path)", "part.replace(path)", 'path.write_text("a")'),
        *("x.tofile(path)", "pq.ParquetWriter(path, schema)", "tempfile.NamedTemporaryFile()"),
    ],
)
def test_writing_of_every_kind_is_seen(call):
    assert lines_that_write(f"def write(path):\n    {call}") == [2]


@pytest.mark.parametrize(
    "lines",
    [
        *("open(path).read()", 'path.open("rb")', "av.open(path)", 'h5py.File(path, "r")'),
        *("text.replace(old, new)", "table.to_csv(index=False)", "write_text(path, text)"),
        "with replacing(path) as part:\n        network.save(part)",
        'with new_folder(name, weights) as folder:\n        network.save(folder / "a.keras")',
        'with writing(path) as file, zipfile.ZipFile(file, "w") as archive:\n        pass',
        "file = io.BytesIO()\n    picture.save(file)",
        "with TemporaryDirectory() as folder:\n        a = Path(folder)\n        x.save(a / name)",
    ],
)
def test_what_is_read_or_written_into_what_was_lent_is_left_alone(lines):
    assert lines_that_write(f"def write(path):\n    {lines}") == []


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
