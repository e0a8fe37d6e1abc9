import io
import json
import os
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from fer_core.cli import main
from fer_core.images import encode_png
from fer_core.samples import SAMPLES
from fer_core.settings import ROOT
from fer_core.styletransfer.engine import LossRecord, StyleResult
from fer_core.styletransfer.losses import Losses
from fer_core.styletransfer.network import Network
from fer_core.styletransfer.options import StyleOptions

PHOTO = SAMPLES[0].path


@pytest.fixture
def painted(monkeypatch):
    """Notes what would be painted instead of painting it."""
    calls = []

    def note(photo, paintings, options, on_step, faces, network) -> StyleResult:
        on_step(0.5, photo, Losses(1.0, 0.5, 0.4, 0.1))
        calls.append((photo, paintings, options, faces))
        history = (LossRecord(128, Losses(4.0, 0.5, 0.4, 0.1)),)
        return StyleResult(photo, history, network.title, options, 1.0, True)

    monkeypatch.setattr("fer_core.styletransfer.engine.stylize", note)
    monkeypatch.setattr(
        "fer_core.styletransfer.network.load_network", lambda: Network("a stand-in", None)
    )
    return calls


@pytest.fixture
def run(painted, monkeypatch, capsys):
    """Runs `python -m fer_core stylize ...`; returns exit status, standard output and error."""

    def command(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["fer_core", "stylize", *map(str, arguments)])
        with pytest.raises(SystemExit) as end:
            main()
        return (end.value.code, *capsys.readouterr())

    return command


def test_photo_and_painting_become_a_png_with_its_settings(run, painted, tmp_path, astronaut):
    photo, painting, out = (tmp_path / name for name in ("photo.jpg", "dots.png", "out.png"))
    Image.fromarray(astronaut).save(photo)
    dots = np.random.default_rng(0).integers(0, 256, (40, 50, 3)).astype(np.uint8)
    painting.write_bytes(encode_png(dots))
    options = ["--size", 192, "--quality", "draft", "--blend", 1, "--blend", 3]
    status, printed, _ = run(photo, painting, "hills", "-o", out, *options, "--colours", "photo")
    assert status == 0
    assert "512 × 512 px in 1 s with a stand-in" in printed
    record = json.loads(Image.open(io.BytesIO(out.read_bytes())).text["Style transfer"])
    assert record["paintings"] == ["dots", "Village and hills"]
    ((_, paintings, asked, faces),) = painted
    assert asked == StyleOptions(size=192, quality="draft", blend=(1.0, 3.0), colours="photo")
    np.testing.assert_array_equal(paintings[0], dots)
    assert len(faces) == 1


def test_faces_are_not_looked_for_where_they_are_not_held(run, painted, tmp_path):
    status, _, _ = run(PHOTO, "poles", "-o", tmp_path / "out.png", "--face", 0)
    assert status == 0
    assert painted[0][3] == []


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        ((PHOTO, "poles", "-o", "out.png", "--size", 5000), 1, "size must be 128 to 768"),
        ((PHOTO, "poles", "-o", "out.png", "--quality", "best"), 2, "'draft'"),
        ((PHOTO, "monet", "-o", "out.png"), 1, "monet cannot be read"),
        (("none.jpg", "poles", "-o", "out.png"), 1, "none.jpg cannot be read"),
        ((PHOTO, "poles", "-o", "none/out.png"), 2, "no folder none"),
        ((PHOTO, "poles", "-o", "."), 2, "is a folder"),
        ((PHOTO, "poles", "-o", "out.jpg"), 2, "must end in .png"),
        ((PHOTO, "poles", "hills", "-o", "out.png", "--blend", 0, "--blend", 0), 1, "all zero"),
    ],
)
def test_what_cannot_be_is_one_sentence(
    run, painted, tmp_path, monkeypatch, arguments, status, message
):
    monkeypatch.chdir(tmp_path)
    ended, _, errors = run(*arguments)
    assert ended == status
    assert message in errors
    assert painted == []
    assert not (tmp_path / "out.png").exists()


def test_an_output_that_may_not_be_written_is_refused_before_painting(
    run, painted, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("os.access", lambda path, mode: mode != os.W_OK)  # root may write anywhere
    status, _, errors = run(PHOTO, "poles", "-o", "out.png")
    assert status == 2
    assert "out.png may not be written" in errors
    assert painted == []


def test_help_imports_no_tensorflow():
    code = (
        "import sys; sys.argv = ['fer_core', 'stylize', '--help']\n"
        "from fer_core.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "assert 'tensorflow' not in sys.modules and 'keras' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT, capture_output=True)
