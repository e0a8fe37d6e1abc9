import re
import subprocess
import sys

import pandas as pd

from fer_core.evaluation.reproduction import as_markdown, reproduction_table
from fer_core.settings import ROOT

README = (ROOT / "README.md").read_text()


def test_the_five_lines_run_as_written():
    code = re.search(r"```python\n(.*?)```", README, re.DOTALL).group(1)
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    label, confidence, *_ = done.stdout.split()
    assert label == "happy" and confidence.endswith("%")


def test_the_models_in_the_readme_are_those_on_record():
    table = reproduction_table(ROOT / "weights")
    assert as_markdown(table) in README
    kept = pd.read_csv(ROOT / "weights" / "reproduction.csv")
    pd.testing.assert_frame_equal(kept, table, check_dtype=False, atol=1e-9)


def test_the_readme_names_every_command_and_no_other():
    from typer.main import get_command

    from fer_core import cli

    cli._register()
    known = set(get_command(cli.app).commands)
    named = set(re.findall(r"python -m fer_core (\w+)", README))
    assert named == known
