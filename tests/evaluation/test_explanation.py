import numpy as np
import pytest

from fer_core.evaluation.explanation import grad_cam, occlusion_map
from fer_core.faces import crop
from fer_core.faces.box import FaceBox
from fer_core.savedmodels import open_model
from fer_core.settings import ROOT


def planted_face() -> np.ndarray:
    """A dark face with one bright patch, rows 8..15, columns 32..39."""
    face = np.full((48, 48), 30, np.uint8)
    face[8:16, 32:40] = 250
    return face


def test_map_of_an_ensemble_is_the_mean_of_its_members(astronaut) -> None:
    networks = open_model("ensemble", ROOT / "weights").networks()
    face = crop(astronaut, [FaceBox(178, 63, 94, 112)])[0]
    heat, sizes = grad_cam(networks, face, 3)
    assert sizes == ["11 × 11", "5 × 5", "2 × 2"]
    alone = [weight * grad_cam({path: 1.0}, face, 3)[0] for path, weight in networks.items()]
    np.testing.assert_allclose(heat, np.sum(alone, axis=0), atol=1e-6)


class _SeesPatch:
    """Probability of class 1 is the mean brightness of the planted patch."""

    def predict(self, faces: np.ndarray) -> np.ndarray:
        p = faces[:, 8:16, 32:40].mean(axis=(1, 2)) / 255
        return np.stack([1 - p, p], axis=1)


def test_occlusion_map_finds_the_planted_patch() -> None:
    done = []
    heat = occlusion_map(_SeesPatch(), planted_face(), 1, done.append)
    assert heat.shape == (48, 48)
    assert done[-1] == 1
    row, column = np.unravel_index(heat.argmax(), heat.shape)
    assert 8 <= row < 16
    assert 32 <= column < 40
    assert heat[24:, :].max() == pytest.approx(0)


def test_occlusion_helps_the_class_the_patch_speaks_against() -> None:
    heat = occlusion_map(_SeesPatch(), planted_face(), 0)
    assert heat.min() < -0.1
    assert heat.max() == pytest.approx(0)
