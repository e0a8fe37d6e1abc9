import subprocess
import sys

import numpy as np
import pytest

from fer_core.errors import ModelNotFound
from fer_core.models import REGISTRY, architectures, find, registry

EXPECTED = {
    "slim_vgg": (7, 1_905_831, 1_903_207),
    "custom_cnn": (7, 1_275_783, 1_275_335),
    "vgg16": (7, 14_980_935, 266_247),
    "vgg16_finetuned": (7, 14_980_935, 14_720_775),
    "resnet50": (7, 27_786_119, 4_198_407),
    "mini_xception": (7, 58_423, 56_951),
    "dcnn_elu": (3, 2_395_075, 2_393_027),
    "bolarinwa_cnn1": (4, 605_060, 605_060),
    "bolarinwa_cnn2": (4, 389_604, 388_644),
    "bolarinwa_vgg16": (4, 14_887_684, 172_868),
    "bolarinwa_resnet101": (4, 44_797_252, 2_138_948),
    "bolarinwa_cnn6": (4, 1_782_340, 1_778_116),
    "little_vgg": (5, 1_328_037, 1_325_861),
}


@pytest.mark.parametrize("name", list(EXPECTED))
def test_parameters_are_those_of_the_reports(name):
    spec = find(name)
    network = spec.build_untrained(len(spec.classes))
    trainable = sum(int(np.prod(weight.shape)) for weight in network.trainable_weights)
    assert (network.output_shape[-1], network.count_params(), trainable) == EXPECTED[name]
    assert (len(spec.classes), spec.parameters, spec.trainable) == EXPECTED[name]


def test_the_reports_models_are_all_there_each_in_a_place_of_its_own():
    assert set(EXPECTED) <= set(REGISTRY)
    assert len({spec.place for spec in REGISTRY.values()}) == len(REGISTRY)


def test_a_module_in_the_folder_is_all_that_an_architecture_needs(monkeypatch, tmp_path):
    (tmp_path / "stripes.py").write_text(
        "from fer_core.models.recipe import Recipe\n"
        "from fer_core.models.spec import ModelSpec\n"
        "SPEC = ModelSpec('stripes', 'Stripes', 'ours', 'fer2013', 99, Recipe(epochs=1), 1)\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(architectures, "__path__", [*architectures.__path__, str(tmp_path)])
    found = registry._collect()
    assert list(found)[-1] == "stripes" and len(found) == len(REGISTRY) + 1
    with pytest.raises(ModelNotFound, match="not counted yet: run `python tools/count_param"):
        _ = found["stripes"].parameters


def _assert_answers_probabilities(name: str, classes: int) -> None:
    faces = np.random.default_rng(0).integers(0, 256, (3, 48, 48, 1), np.uint8)
    answers = find(name).build_untrained(classes)(faces).numpy()
    assert answers.shape == (3, classes)
    np.testing.assert_allclose(answers.sum(axis=1), 1, rtol=1e-5)


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=pytest.mark.long) if "resnet" in name else name for name in EXPECTED],
)
def test_builds_for_another_label_set_and_answers_probabilities(name):
    _assert_answers_probabilities(name, 3 if len(find(name).classes) != 3 else 7)


@pytest.mark.long
@pytest.mark.parametrize("classes", [3, 4, 5, 7])
@pytest.mark.parametrize("name", list(EXPECTED))
def test_builds_for_any_label_set_and_answers_probabilities(name, classes):
    _assert_answers_probabilities(name, classes)


def test_an_unknown_name_suggests_the_nearest():
    with pytest.raises(ModelNotFound, match="Did you mean 'custom_cnn'"):
        find("costum_cnn")


def test_the_registry_is_read_without_tensorflow():
    code = "import fer_core.models, sys; assert 'tensorflow' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
