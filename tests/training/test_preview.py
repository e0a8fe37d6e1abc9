import json
import subprocess
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from fer_core.dataset.statistics import read_statistics
from fer_core.errors import TrainingError
from fer_core.models.recipe import Augmentation
from fer_core.savedmodels import update_manifest
from fer_core.training import preview
from fer_core.training.preview import augmented, recipe_as_trained
from fer_core.training.recipes import OURS


@pytest.fixture
def face() -> np.ndarray:
    """The mean happy face."""
    return read_statistics().appearance.mean_faces[3].round().astype(np.uint8)


def test_faces_are_changed_each_time_otherwise_and_the_same_for_a_seed(face: np.ndarray) -> None:
    first = augmented(face, "mini_xception", 6, seed=1)
    assert first.shape == (6, 48, 48)
    assert first.dtype == np.uint8
    assert len({one.tobytes() for one in first}) == 6
    # Turned, moved and scaled by little: the gray values stay about what they were.
    assert np.abs(first.mean(axis=(1, 2)) - face.mean()).max() < 15
    np.testing.assert_array_equal(augmented(face, "mini_xception", 6, seed=1), first)


def test_unknown_recipe_is_told_in_its_own_words(face: np.ndarray) -> None:
    with pytest.raises(TrainingError, match=r"Augmentation failed: .*no_such_model"):
        augmented(face, "no_such_model", 2, seed=0)


def test_saved_model_is_shown_as_it_was_trained(saved_models: Path) -> None:
    assert recipe_as_trained("custom_cnn") == OURS["custom_cnn"]  # its record names no changes
    file = saved_models / "custom_cnn" / "recipe.json"
    record = json.loads(file.read_text())
    record["recipe"] |= {"augmentation": asdict(Augmentation(zoom=(0.5, 2.0))), "views": 3}
    file.write_text(json.dumps(record))
    update_manifest(saved_models, "custom_cnn")
    recipe = recipe_as_trained("custom_cnn")
    assert recipe.augmentation == Augmentation(zoom=(0.5, 2.0))
    assert (recipe.views, recipe.epochs) == (3, OURS["custom_cnn"].epochs)


def test_process_that_hangs_is_given_up(face: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> None:
    def hang(*args: object, **options: object) -> None:
        raise subprocess.TimeoutExpired("python", 120)

    monkeypatch.setattr(preview.subprocess, "run", hang)
    with pytest.raises(TrainingError, match="took over 120 s"):
        augmented(face, "custom_cnn", 2, seed=0)
