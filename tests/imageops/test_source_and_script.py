import ast
import io
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from fer_core.imageops import OPERATIONS, OperationPipeline, Step, to_script
from fer_core.imageops.source import excerpt
from fer_core.imageops.tone import clahe
from fer_core.images import decode, encode_png


def test_an_excerpt_runs_where_the_package_is_not_imported():
    code = excerpt([clahe]).text
    assert "fer_core" not in code and '"""' not in code
    names: dict = {}
    exec(compile(code, "excerpt", "exec"), names)
    image = np.random.default_rng(0).integers(0, 256, (30, 40, 3), dtype=np.uint8)
    np.testing.assert_array_equal(names["clahe"](image), clahe(image))


def test_what_a_function_needs_comes_before_it_once():
    code = excerpt([clahe, clahe], docstrings=True)
    defined = [node.name for node in ast.parse(code.text).body if hasattr(node, "name")]
    assert defined == ["on_luma", "clahe"]
    assert "Zuiderveld" in code.text


def test_no_two_definitions_of_all_operations_share_a_name():
    code = excerpt(operation.function for operation in OPERATIONS.values())
    names = [key.rpartition(".")[2] for key in code.definitions]
    assert len(names) == len(set(names))


def run_script(pipeline: OperationPipeline, folder) -> subprocess.CompletedProcess:
    (folder / "pipeline.py").write_text(to_script(pipeline))
    command = [sys.executable, "-I", "pipeline.py", "photos/**/*", "--out", "results"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120)


@pytest.fixture
def folder(tmp_path, astronaut):
    (tmp_path / "photos" / "deep").mkdir(parents=True)
    (tmp_path / "photos" / "deep" / "astronaut.png").write_bytes(encode_png(astronaut))
    return tmp_path


def test_the_script_does_every_operation_as_the_pipeline_does(folder, astronaut):
    to_the_end = ("grayscale", "canny", "sobel", "threshold", "otsu_threshold")
    names = [name for name in OPERATIONS if name not in to_the_end] + list(to_the_end)
    pipeline = OperationPipeline(tuple(Step(name) for name in names))
    done = run_script(pipeline, folder)
    assert done.returncode == 0, done.stderr
    result = np.asarray(Image.open(folder / "results" / "astronaut.png"))
    np.testing.assert_array_equal(result, pipeline.run(astronaut))


def test_the_script_keeps_quotes_scripts_and_switched_off_steps_straight(folder, astronaut):
    words = '""" it\'s \\n {x} \N{SNOWMAN}\n你好'
    pipeline = OperationPipeline((Step("draw_text", {"text": words}), Step("grayscale", on=False)))
    done = run_script(pipeline, folder)
    assert done.returncode == 0, done.stderr
    result = np.asarray(Image.open(folder / "results" / "astronaut.png"))
    np.testing.assert_array_equal(result, pipeline.run(astronaut))
    assert "def grayscale" not in to_script(pipeline)


def test_the_script_of_no_step_copies_and_names_what_it_cannot_read(folder, astronaut):
    (folder / "photos" / "bad.jpg").write_bytes(b"no picture")
    done = run_script(OperationPipeline(), folder)
    assert done.returncode == 0
    assert "bad.jpg is left out" in done.stderr
    result = np.asarray(Image.open(folder / "results" / "astronaut.png"))
    np.testing.assert_array_equal(result, astronaut)


def test_the_script_overwrites_nothing(folder, astronaut):
    (folder / "results").mkdir()
    (folder / "results" / "astronaut.png").write_bytes(b"mine")
    done = run_script(OperationPipeline(), folder)
    assert done.returncode == 0, done.stderr
    assert (folder / "results" / "astronaut.png").read_bytes() == b"mine"
    result = np.asarray(Image.open(folder / "results" / "astronaut_2.png"))
    np.testing.assert_array_equal(result, astronaut)


def test_the_script_goes_on_after_a_picture_that_a_step_refuses(folder, astronaut):
    Image.new("L", (40_000, 1)).save(folder / "photos" / "strip.png")
    done = run_script(OperationPipeline((Step("rotate"),)), folder)
    assert done.returncode == 0, done.stderr
    assert "strip.png is left out" in done.stderr
    assert (folder / "results" / "astronaut.png").exists()


def test_the_script_opens_a_picture_as_the_app_does(tmp_path):
    turned = Image.fromarray(np.arange(60, dtype=np.uint8).reshape(5, 4, 3))
    exif = turned.getexif()
    exif[0x0112] = 6
    clear = Image.new("RGBA", (3, 2), (200, 0, 0, 128))
    (tmp_path / "photos").mkdir()
    buffer = io.BytesIO()
    turned.save(buffer, "PNG", exif=exif)
    (tmp_path / "photos" / "turned.png").write_bytes(buffer.getvalue())
    clear.save(tmp_path / "photos" / "clear.png")
    deep = np.arange(0, 65536, 16, dtype=np.uint16).reshape(64, 64)
    Image.fromarray(deep).save(tmp_path / "photos" / "deep.tif")
    Image.fromarray(np.full((64, 64, 3), 90, np.uint8)).save(tmp_path / "photos" / "phone.heic")
    done = run_script(OperationPipeline(), tmp_path)
    assert done.returncode == 0, done.stderr
    for name in ("turned.png", "clear.png", "deep.tif", "phone.heic"):
        expected = decode((tmp_path / "photos" / name).read_bytes())
        result = np.asarray(Image.open((tmp_path / "results" / name).with_suffix(".png")))
        np.testing.assert_array_equal(result, expected)
