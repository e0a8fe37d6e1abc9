"""Rules of the house that no single module's test can hold."""

import json
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


def test_imports_keep_the_contracts_of_pyproject():
    """Arrows down, no cycles, Streamlit only in the app, TensorFlow only to learn."""
    command = [Path(sys.executable).with_name("lint-imports"), "--no-logo", "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "5 kept, 0 broken" in done.stdout


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
