"""What only trained features can show: the face survives, the painting's manner arrives."""

import cv2
import numpy as np
import pytest
from overlap import iou

from fer_core.faces import HaarDetector, detector, is_here
from fer_core.models import backbones
from fer_core.savedmodels import saved_names
from fer_core.styletransfer.engine import StyleResult, stylize
from fer_core.styletransfer.network import FALLBACK, Network, load_network, saved_network
from fer_core.styletransfer.options import StyleOptions
from fer_core.styletransfer.paintings import PAINTINGS

needs_yunet = pytest.mark.skipif(not is_here("yunet"), reason="FER_YUNET names no YuNet file")


def vgg19() -> Network:
    if backbones.local_weights("vgg19") is None:
        pytest.skip("VGG19 is not on this machine (FER_BACKBONES, or the Keras cache)")
    return load_network()


def fine_tuned_vgg16() -> Network:
    """The committed model, which serves where ImageNet's are not available."""
    if FALLBACK not in saved_names():
        pytest.skip(f"{FALLBACK} is not saved here")
    return saved_network()


@pytest.fixture(scope="module")
def portrait(astronaut) -> np.ndarray:
    return astronaut[20:280, 90:350]


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(vgg19, marks=pytest.mark.backbones),
        pytest.param(fine_tuned_vgg16, marks=pytest.mark.long),
    ],
)
def painted(request, portrait) -> StyleResult:
    options = StyleOptions(size=160, quality="draft")
    assert options.face == 0.4
    faces = HaarDetector().detect(portrait)
    painting = PAINTINGS["improvisation"].picture(512)
    return stylize(portrait, [painting], options, faces=faces, network=request.param())


def test_the_manner_arrives(painted):
    assert painted.network.startswith("VGG")
    styles = [record.losses.style for record in painted.history]
    assert styles[-1] < 0.25 * styles[0]


@pytest.mark.parametrize("name", ["haar_alt2", pytest.param("yunet", marks=needs_yunet)])
def test_the_face_stays_where_it_was(name, painted, portrait):
    finder = detector(name)
    (in_photo,) = finder.detect(portrait)
    width, height = (2 * side for side in painted.picture.shape[1::-1])  # as the page shows it
    boxes = finder.detect(cv2.resize(painted.picture, (width, height)))
    truth = in_photo.scaled(width / portrait.shape[1])
    assert max((iou(box, truth) for box in boxes), default=0) >= 0.5
