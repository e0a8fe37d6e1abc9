"""What is installed: the wheel and what is in it, dependencies, the public names."""

import json
import re
import subprocess
import sys
import tomllib
import venv
import zipfile
from pathlib import Path

import numpy as np
import pytest
from packaging.requirements import Requirement
from PIL import Image

import fer_core
from fer_core.cli import _EXTRAS
from fer_core.errors import EvaluationError, FerError, ModelNotFound
from fer_core.savedmodels import open_model, read_manifest
from fer_core.settings import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
FIVE_LINES = re.search(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL).group(1)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """The wheel as `pip install .` builds it."""
    from hatchling.builders.wheel import WheelBuilder

    folder = tmp_path_factory.mktemp("wheel")
    return Path(next(WheelBuilder(str(ROOT)).build(directory=str(folder), versions=["standard"])))


def without_checkout(python: Path | str, code: str, folder: Path, **environment: str) -> str:
    """What the code prints when it is run elsewhere, with nothing of this checkout in sight."""
    done = elsewhere([str(python), "-c", code], folder, **environment)
    assert done.returncode == 0, done.stderr
    return done.stdout


def elsewhere(command: list[str], folder: Path, **environment: str) -> subprocess.CompletedProcess:
    """Runs a command in a folder, with an environment that names nothing of this checkout."""
    return subprocess.run(
        command,
        cwd=folder,
        env={"HOME": str(folder), "PATH": "/usr/bin:/bin", "FER_OFFLINE": "1", **environment},
        capture_output=True,
        text=True,
    )


def test_wheel_holds_the_library_its_assets_and_the_small_models_alone(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names if ".dist-info" not in name} == {"fer_core"}
    assert {"fer_core/py.typed", "fer_core/assets/LICENCES.md"} <= set(names)
    committed = {path.parent.name: path for path in (ROOT / "weights").glob("*/model.tflite")}
    small = {name for name, path in committed.items() if path.stat().st_size < 5_000_000}
    assert {"slim_vgg", "custom_cnn"} <= small < set(committed)
    carried = {name.split("/")[2] for name in names if name.startswith("fer_core/weights/")}
    assert carried == small | {"manifest.json"}
    for name in small:
        files = {file.rsplit("/", 1)[1] for file in names if f"/weights/{name}/" in file}
        assert {"model.tflite", "evaluation.json", "predictions.npz", "card.md"} < files
        assert not files & {"model.keras", "head.weights.h5"}


def test_five_lines_work_from_the_wheel_with_no_checkout(wheel, tmp_path):
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "installed")
    said = without_checkout(
        sys.executable, FIVE_LINES, tmp_path, PYTHONPATH=str(tmp_path / "installed")
    )
    assert re.match(r"happy \d+%", said)


@pytest.mark.long
def test_wheel_in_a_fresh_environment(wheel, tmp_path):
    """`pip install` of the wheel alone, then the five lines, a comparison and the command line."""
    venv.create(tmp_path / "fresh", with_pip=True)
    python = tmp_path / "fresh" / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "--quiet", wheel], check=True)
    packages = subprocess.run(
        [python, "-m", "pip", "list", "--format=json"], capture_output=True, text=True, check=True
    )
    installed = {package["name"].lower() for package in json.loads(packages.stdout)}
    assert not installed & {"streamlit", "tensorflow", "tensorflow-cpu", "keras"}
    assert re.match(r"happy \d+%", without_checkout(python, FIVE_LINES, tmp_path))
    compared = without_checkout(
        python, "import fer_core; print(fer_core.compare('slim_vgg', 'custom_cnn')[0].n)", tmp_path
    )
    assert compared.strip() == "3589"
    fer_studio = str(tmp_path / "fresh" / "bin" / "fer-studio")
    listed = elsewhere([fer_studio, "models"], tmp_path)
    assert listed.returncode == 0 and "slim_vgg" in listed.stdout, listed.stderr
    exported = elsewhere([fer_studio, "export", "slim_vgg", "--format", "onnx"], tmp_path)
    assert exported.returncode == 1
    assert "pip install '.[onnx]' in a checkout" in exported.stderr
    assert "Traceback" not in exported.stderr


def requirements(*extras: str) -> set[str]:
    """Every requirement of the library and of some extras, an extra within an extra followed."""
    lines = list(PROJECT["dependencies"])
    for extra in extras:
        lines += PROJECT["optional-dependencies"][extra]
    found = [Requirement(line) for line in lines]
    nested = [extra for one in found if one.name == "fer-studio" for extra in one.extras]
    own = {str(one) for one in found if one.name != "fer-studio"}
    return own | (requirements(*nested) if nested else set())


def test_requirements_txt_is_what_the_app_needs():
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    listed = {str(Requirement(line)) for line in lines if line and not line.startswith("#")}
    assert listed == requirements("app")


def test_lock_file_fits_what_is_asked_for():
    locked = [
        Requirement(line)
        for line in (ROOT / "requirements.lock").read_text().splitlines()
        if line and not line.lstrip().startswith("#")
    ]
    for wanted in map(Requirement, sorted(requirements(*PROJECT["optional-dependencies"]))):
        pinned = [one for one in locked if one.name == wanted.name]
        assert pinned, f"{wanted.name} is not locked: run `make lock`"
        for one in pinned:
            version = str(one.specifier).removeprefix("==")
            assert wanted.specifier.contains(version), f"{one}: run `make lock`"


def test_library_alone_needs_neither_streamlit_nor_tensorflow():
    names = {Requirement(line).name for line in requirements()}
    assert not {name for name in names if "streamlit" in name or "tensorflow" in name}
    assert "keras" not in names


def test_hint_for_a_missing_package_names_an_extra_that_brings_it():
    for module, extra in _EXTRAS.items():
        names = {Requirement(line).name for line in requirements(extra) - requirements()}
        assert module.lower().replace("_", "-") in names, module


def test_importing_the_package_loads_nothing_of_it():
    code = "import json, sys, fer_core; print(json.dumps([n for n in %r if n in sys.modules]))"
    heavy = ("numpy", "cv2", "ai_edge_litert", "pydantic", "tensorflow", "streamlit")
    said = subprocess.run(
        [sys.executable, "-c", code % (heavy,)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(said.stdout) == []


def test_every_public_name_is_there_and_documented():
    assert set(fer_core._PLACES) | {"__version__"} == set(fer_core.__all__)
    for name in fer_core._PLACES:
        assert getattr(fer_core, name).__doc__
    assert set(fer_core.__all__) <= set(dir(fer_core))
    with pytest.raises(AttributeError, match="no attribute 'Pipelines'"):
        _ = fer_core.Pipelines
    assert issubclass(ModelNotFound, fer_core.FerError) and fer_core.FerError is FerError


def test_model_that_the_package_leaves_out_says_where_it_is(tmp_path):
    (tmp_path / "manifest.json").write_text((ROOT / "weights" / "manifest.json").read_text())
    assert "vgg16/model.tflite" in read_manifest(tmp_path)
    with pytest.raises(ModelNotFound, match=r"weights/vgg16.*FER_WEIGHTS"):
        open_model("vgg16", tmp_path)
    with pytest.raises(ModelNotFound, match="no saved model named 'vgg17'"):
        open_model("vgg17", tmp_path)


def test_models_are_compared_by_name(five_models):
    same_faces, *_ = fer_core.compare("custom_cnn", "slim_vgg")
    assert [contender.name for contender in same_faces.contenders] == ["slim_vgg", "custom_cnn"]
    assert len(same_faces.comparisons) == 1
    with pytest.raises(EvaluationError, match="at least two"):
        fer_core.compare("custom_cnn", "custom_cnn")


def test_model_is_judged_by_name(saved_models, tmp_path):
    for emotion, level in (("angry", 0), ("neutral", 255)):
        folder = tmp_path / "faces" / "test" / emotion
        folder.mkdir(parents=True)
        for number in range(12):
            picture = np.full((48, 48), abs(level - number), np.uint8)
            Image.fromarray(picture).save(folder / f"{number}.png")
    judged = fer_core.evaluate("custom_cnn", fer_core.load_dataset(tmp_path / "faces"))
    assert judged.test.n == 24
    assert judged.test.metrics["accuracy"].value == 1


def test_lock_holds_versions_alone():
    """No address of an index: each machine installs from its own."""
    assert not re.search(r"https?:|file:|--", (ROOT / "requirements.lock").read_text())
