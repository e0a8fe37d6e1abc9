import pytest
from forms import noise_faces

from fer_core.dataset import FaceDataset


@pytest.fixture
def faces() -> FaceDataset:
    return noise_faces()
