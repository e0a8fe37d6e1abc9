import json
import threading

import pytest

from fer_core.common.locks import only_one
from fer_core.errors import FileError
from fer_core.models import REGISTRY
from fer_core.savedmodels import alone_with, open_model, read_manifest, saved_names, update_manifest
from fer_core.savedmodels.manifest import licence
from fer_core.settings import ROOT


@pytest.mark.parametrize(
    ("name", "terms"),
    [
        ("bolarinwa_vgg16", "ImageNet VGG16 by the Visual Geometry Group, Oxford: CC BY 4.0"),
        ("vgg16_finetuned", "ImageNet VGG16 by the Visual Geometry Group, Oxford: CC BY 4.0"),
        ("resnet50", "ImageNet ResNet50 by Kaiming He et al.: MIT"),
        ("bolarinwa_resnet101", "ImageNet ResNet101 by Kaiming He et al.: MIT"),
    ],
)
def test_manifest_states_the_terms_of_the_trunk(tmp_path, name, terms):
    (tmp_path / name).mkdir()
    (tmp_path / name / "model.tflite").write_bytes(b"network")
    update_manifest(tmp_path, name)
    (entry,) = read_manifest(tmp_path).values()
    assert entry["licence"].endswith(f"; on {terms}")
    assert entry["licence"].startswith("trained by this project on FER2013")


def test_model_without_a_trunk_is_ours_alone():
    assert licence(ROOT / "weights" / "custom_cnn") == (
        "trained by this project on FER2013, which its authors gave for research"
    )


def test_committed_manifest_states_the_terms_of_every_file():
    recorded = read_manifest(ROOT / "weights")
    assert {key.split("/")[0] for key in recorded} <= {*REGISTRY, "ensemble"}
    assert {key: entry["licence"] for key, entry in recorded.items()} == {
        key: licence((ROOT / "weights" / key).parent) for key in recorded
    }


def test_parts_that_a_killed_writer_left_are_not_recorded(saved_models):
    (saved_models / "custom_cnn" / ".0123.part.json").write_text("{")
    before = read_manifest(saved_models)
    update_manifest(saved_models, "custom_cnn")
    assert read_manifest(saved_models) == before


def test_folder_that_a_killed_writer_left_is_no_model(saved_models):
    names = saved_names()
    (saved_models / "custom_cnn").rename(saved_models / ".0123.before")
    assert saved_names() == [name for name in names if name != "custom_cnn"]


def test_two_models_saved_at_once_are_both_recorded(saved_models):
    """The second waits for the first, who has read the manifest and not yet written it."""
    waiting = threading.Thread(target=update_manifest, args=(saved_models, "dcnn_elu"))
    path = saved_models / "manifest.json"
    with only_one(saved_models / ".manifest.lock"):
        found = json.loads(path.read_text())
        (saved_models / "dcnn_elu" / "card.md").write_text("# Another\n")
        waiting.start()
        waiting.join(0.5)
        assert waiting.is_alive()
        found["files"]["custom_cnn/card.md"]["sha256"] = "0" * 64
        path.write_text(json.dumps(found))
    waiting.join()
    recorded = read_manifest(saved_models)
    assert recorded["custom_cnn/card.md"]["sha256"] == "0" * 64
    assert open_model("dcnn_elu").file("card.md").read_text() == "# Another\n"


def test_who_records_a_model_is_alone_with_it(tmp_path):
    with alone_with("custom_cnn", tmp_path):
        with alone_with("dcnn_elu", tmp_path):
            pass
        with (
            pytest.raises(FileError, match=r"training or recording custom_cnn in .* Wait until"),
            alone_with("custom_cnn", tmp_path),
        ):
            raise AssertionError("both are in")
    with alone_with("custom_cnn", tmp_path):
        pass
