import numpy as np

from fer_core.audit import face_map
from fer_core.audit.face_map import feature_map
from fer_core.dataset import FaceDataset


class Halves:
    """Sees nothing of a face but how bright its upper and its lower half is."""

    def predict(self, faces: np.ndarray, **options: object) -> np.ndarray:
        assert faces.shape[1:] == (48, 48, 1) and faces.dtype == np.float32
        return faces.reshape(len(faces), 2, -1).mean(axis=2)


def test_faces_that_a_model_sees_alike_lie_together_and_training_is_left_out(monkeypatch):
    random = np.random.default_rng(0)
    labels = np.arange(180, dtype=np.uint8) % 2 * 3
    images = random.integers(0, 40, (180, 48, 48), np.uint8) + 50 * labels[:, None, None]
    usage = np.repeat(np.array([0, 1, 2], np.uint8), 60)
    monkeypatch.setattr(face_map, "open_model", lambda name: name)
    monkeypatch.setattr(face_map, "load_features", lambda saved: Halves())
    found = feature_map(FaceDataset(images.astype(np.uint8), labels, usage), "custom_cnn")
    np.testing.assert_array_equal(found.rows, np.arange(60, 180))
    np.testing.assert_array_equal(found.labels, labels[60:])
    dark, bright = found.points[found.labels == 0], found.points[found.labels == 3]
    apart = np.linalg.norm(dark.mean(axis=0) - bright.mean(axis=0))
    assert apart > 2 * max(dark.std(axis=0).max(), bright.std(axis=0).max())
    assert "Custom CNN" in found.method
