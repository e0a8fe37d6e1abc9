import json

import numpy as np
import pytest
from fabricated import fabricate
from tiny import brightness_answer, brightness_network

from fer_core.errors import CorruptModel, ModelNotFound
from fer_core.inference import Classifier
from fer_core.savedmodels import open_model, saved_names, update_manifest
from fer_core.savedmodels.ensemble import ENSEMBLE, is_ensemble, networks_of, read_ensemble
from fer_core.savedmodels.network import load_network
from fer_core.settings import settings
from fer_core.training.ensemble import save_ensemble

SHARPNESS = {"custom_cnn": 6.0, "slim_vgg": 60.0}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    weights = tmp_path_factory.mktemp("averaged")
    for name, sharpness in SHARPNESS.items():
        fabricate(weights, name, faces=300, network=brightness_network(7, sharpness))
    save_ensemble(tuple(SHARPNESS), weights)
    return weights


@pytest.fixture
def averaged(made, tmp_path, monkeypatch):
    """A weights folder with two networks that really answer, and their ensemble."""
    weights = tmp_path / "weights"
    weights.mkdir()
    for path in made.rglob("*"):
        if path.is_file():
            copy = weights / path.relative_to(made)
            copy.parent.mkdir(exist_ok=True)
            copy.write_bytes(path.read_bytes())
    monkeypatch.setenv("FER_WEIGHTS", str(weights))
    settings.cache_clear()
    yield weights
    monkeypatch.undo()
    settings.cache_clear()


def test_ensemble_is_a_saved_model_that_copies_no_network(averaged):
    assert saved_names() == ["custom_cnn", "ensemble", "slim_vgg"]
    saved = open_model("ensemble")
    assert saved.is_ensemble and len(saved.classes) == 7
    assert {path.name for path in saved.folder.iterdir()} == {
        "card.md",
        "ensemble.json",
        "evaluation.json",
        "predictions.npz",
        "recipe.json",
    }
    assert sum(path.stat().st_size for path in saved.folder.iterdir()) < 200_000


def test_it_answers_the_weighted_mean_of_its_members(averaged):
    weights = {m.name: m.weight for m in read_ensemble(averaged / "ensemble").members}
    loaded = Classifier.load("ensemble")
    plain = Classifier(open_model("ensemble").networks(), loaded.classes)
    faces = np.random.default_rng(0).integers(0, 256, (9, 1, 1), np.uint8)
    faces = faces.repeat(48, 1).repeat(48, 2)
    expected = [
        sum(w * brightness_answer(face, 7, SHARPNESS[name]) for name, w in weights.items())
        for face in faces
    ]
    np.testing.assert_allclose(plain.predict(faces), expected, atol=4e-3)
    assert loaded.temperature == open_model("ensemble").temperature


def test_member_that_is_missing_is_one_sentence(averaged):
    (averaged / "slim_vgg" / "model.tflite").unlink()
    with pytest.raises(CorruptModel, match=r"ensemble needs slim_vgg/model\.tflite.* missing"):
        Classifier.load("ensemble")


def test_member_that_was_replaced_is_one_sentence(averaged):
    (averaged / "slim_vgg" / "model.tflite").write_bytes(brightness_network(7))
    update_manifest(averaged, "slim_vgg")
    with pytest.raises(CorruptModel, match=r"fitted with another slim_vgg.*fer_core ensemble"):
        Classifier.load("ensemble")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda members: members[:1], "at least 2"),
        (lambda members: [members[0], members[0]], "named twice"),
        (lambda members: [one | {"weight": 0.9} for one in members], "do not sum to 1"),
        (lambda members: [members[0] | {"name": "../custom_cnn"}, members[1]], "pattern"),
    ],
)
def test_list_of_members_that_makes_no_mean_is_refused(averaged, change, said):
    path = averaged / "ensemble" / ENSEMBLE
    members = json.loads(path.read_text())["members"]
    path.write_text(json.dumps({"members": change(members)}))
    with pytest.raises(CorruptModel, match=f"ensemble.json is no ensemble: .*{said}"):
        networks_of(averaged / "ensemble")


def test_network_goes_before_a_list_of_members_and_nothing_is_no_ensemble(tmp_path):
    assert not is_ensemble(tmp_path)
    (tmp_path / "ensemble.json").write_text("{}")
    assert is_ensemble(tmp_path)
    (tmp_path / "model.tflite").write_bytes(b"network")
    assert not is_ensemble(tmp_path)


def test_list_of_members_that_cannot_be_read_is_one_sentence(tmp_path):
    with pytest.raises(CorruptModel, match=r"ensemble\.json is no ensemble: .*No such file"):
        read_ensemble(tmp_path)


def test_what_needs_one_network_names_the_members(averaged):
    with pytest.raises(ModelNotFound, match="mean of custom_cnn, slim_vgg"):
        load_network(open_model("ensemble"))
