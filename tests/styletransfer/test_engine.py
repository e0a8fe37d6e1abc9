import numpy as np
import pytest

from fer_core.errors import StyleError
from fer_core.faces import FaceBox
from fer_core.styletransfer.engine import face_map, stylize
from fer_core.styletransfer.losses import Objective
from fer_core.styletransfer.network import STYLE_LAYERS
from fer_core.styletransfer.options import StyleOptions

QUICK = StyleOptions(size=128, quality="draft")


@pytest.fixture(scope="module")
def result(photo, painting, network):
    return stylize(photo, [painting], StyleOptions(size=192, quality="draft"), network=network)


def test_the_result_has_the_size_asked_for_and_the_photo_s_proportions(result):
    assert result.picture.shape == (144, 192, 3)
    assert result.picture.dtype == np.uint8
    assert result.finished
    assert result.network == "stand-in"


def test_loss_falls_at_every_level(result):
    for level in (136, 192):
        totals = [record.losses.total for record in result.history if record.level == level]
        assert len(totals) >= 15
        assert min(totals) == totals[-1] or min(totals[-5:]) < 0.8 * totals[0]
        assert min(totals) < 0.8 * totals[0]


def test_style_distance_falls_below_a_quarter(result):
    styles = [record.losses.style for record in result.history]
    assert styles[-1] < 0.25 * styles[0]


def test_same_seed_same_picture(photo, painting, network, result):
    again = stylize(photo, [painting], StyleOptions(size=192, quality="draft"), network=network)
    difference = np.abs(again.picture.astype(int) - result.picture)
    assert difference.mean() < 1


def test_the_seed_moves_the_noise(photo, painting, network):
    first, second = (
        stylize(
            photo,
            [painting],
            StyleOptions(size=128, quality="draft", start="noise", seed=seed),
            network=network,
        ).picture.astype(int)
        for seed in (0, 1)
    )
    assert np.abs(first - second).mean() > 3


def test_keeping_the_photo_s_colours_keeps_the_chroma(photo, painting, network):
    import cv2

    def chroma(picture: np.ndarray) -> np.ndarray:
        small = cv2.resize(picture, (128, 96), interpolation=cv2.INTER_AREA)
        return cv2.cvtColor(small, cv2.COLOR_RGB2YCrCb)[..., 1:].astype(int)

    away = {}
    for colours in ("photo", "painting"):
        options = StyleOptions(size=128, quality="draft", colours=colours, balance=0.8)
        painted = stylize(photo, [painting], options, network=network).picture
        away[colours] = np.abs(chroma(painted) - chroma(photo)).mean()
    assert away["photo"] < 4 < away["painting"]


def test_a_matched_painting_is_aimed_at_in_the_photo_s_colours(
    photo, painting, network, monkeypatch
):
    def note(self, target, paintings, *_: object) -> None:
        aimed.append((target, paintings[0]))
        raise StyleError("enough")

    aimed = []
    monkeypatch.setattr(Objective, "aim", note)
    for colours in ("painting", "matched"):
        with pytest.raises(StyleError, match="enough"):
            stylize(photo, [painting], StyleOptions(128, colours=colours), network=network)
    away = [np.abs(ours.mean((0, 1)) - theirs.mean((0, 1))).max() for ours, theirs in aimed]
    assert away[1] < 0.05 < away[0]


def test_a_held_face_stays_nearer_to_the_photo(photo, painting, network):
    face = FaceBox(39, 22, 50, 52)
    ours, theirs = (picture.astype(np.float32) / 255 for picture in (photo, painting))
    objective = Objective(network, STYLE_LAYERS, "average", style_weight=1.0, variation_weight=0.0)
    objective.aim(ours, [theirs], (1.0,), face_map(ours.shape[:2], [face]))
    away = []
    for hold in (0.0, 1.0):
        options = StyleOptions(size=128, quality="draft", face=hold)
        painted = stylize(photo, [painting], options, faces=[face], network=network).picture
        away.append(objective(painted.astype(np.float32) / 255)[0].content)
    assert away[1] < 0.6 * away[0]


def test_on_step_is_told_of_progress_and_stops_within_one_evaluation(photo, painting, network):
    told = []

    def on_step(fraction, picture, losses):
        told.append((fraction, picture, losses))
        if len(told) == 5:
            raise StopIteration

    stopped = stylize(photo, [painting], QUICK, on_step, network=network)
    assert len(told) == 5
    assert not stopped.finished
    assert len(stopped.history) == 5
    fractions = [fraction for fraction, _, _ in told]
    assert fractions == sorted(fractions)
    assert 0 < fractions[0] < fractions[-1] < 1
    assert np.abs(told[-1][1].astype(int) - told[0][1]).mean() > 0.5
    np.testing.assert_array_equal(stopped.picture, told[-1][1])


def test_progress_ends_at_one(photo, painting, network):
    fractions = []
    stylize(photo, [painting], QUICK, lambda f, *_: fractions.append(f), network=network)
    assert fractions[-1] == pytest.approx(1, abs=0.05)


EXTREMES = {
    "one pixel": np.full((1, 1, 3), 90, np.uint8),
    "all black": np.zeros((40, 30, 3), np.uint8),
    "all white": np.full((40, 30, 3), 255, np.uint8),
    "gray": np.arange(64 * 64, dtype=np.uint8).reshape(64, 64),
    "4000 px": np.tile(np.arange(4000).astype(np.uint8)[None, :, None], (3000, 1, 3)),
}


@pytest.mark.parametrize("name", EXTREMES)
@pytest.mark.parametrize(
    ("role", "colours"),
    [("photo", "painting"), ("painting", "matched"), ("both", "photo"), ("both", "matched")],
)
def test_extreme_pictures_are_painted(name, role, colours, photo, painting, network):
    ours = photo if role == "painting" else EXTREMES[name]
    theirs = painting if role == "photo" else EXTREMES[name]
    steps = []

    def two_steps(fraction, picture, losses):
        steps.append(losses)
        if len(steps) == 2:
            raise StopIteration

    options = StyleOptions(size=128, quality="draft", colours=colours)
    result = stylize(ours, [theirs], options, two_steps, network=network)
    assert max(result.picture.shape[:2]) == 128
    assert all(np.isfinite(losses.total) for losses in steps)


@pytest.mark.parametrize("shape", [(64, 480), (480, 64)])
def test_a_strip_is_seen_by_the_deepest_layer_at_the_finest_strokes(shape, photo, network):
    strip = np.random.default_rng(0).integers(0, 256, (*shape, 3)).astype(np.uint8)

    def one_step(fraction, picture, losses):
        raise StopIteration

    options = StyleOptions(size=128, quality="high", style_scale=0.5)
    result = stylize(photo, [strip], options, one_step, network=network)
    assert np.isfinite(result.history[0].losses.style)
    assert result.history[0].losses.style > 0


def test_identical_pictures_are_left_as_they_are(painting, network):
    result = stylize(painting, [painting], QUICK, network=network)
    assert result.picture.shape == (128, 128, 3)
    assert np.isfinite(result.history[-1].losses.total)
    assert result.history[-1].losses.style < 0.01


@pytest.mark.parametrize(
    ("ours", "message"),
    [
        (np.zeros((10, 10, 4), np.uint8), "three channels"),
        (np.zeros((10, 10, 3), np.float32), "8 bits"),
        (np.zeros((0, 10, 3), np.uint8), "8 bits"),
        (np.zeros((10, 100, 3), np.uint8), "strip"),
    ],
)
def test_what_cannot_be_painted_is_refused_with_a_reason(ours, message, painting, network):
    with pytest.raises(StyleError, match=message):
        stylize(ours, [painting], QUICK, network=network)
    with pytest.raises(StyleError, match=message):
        stylize(painting, [ours], QUICK, network=network)


def test_paintings_and_weights_must_agree(photo, painting, network):
    with pytest.raises(StyleError, match="Choose a painting"):
        stylize(photo, [], QUICK, network=network)
    with pytest.raises(StyleError, match="1 paintings but 2 weights"):
        stylize(photo, [painting], StyleOptions(blend=(1.0, 2.0)), network=network)


def test_the_face_map_is_high_in_the_box_and_low_outside():
    place = face_map((100, 120), [FaceBox(40, 30, 40, 40)])
    assert place[50, 60] == pytest.approx(1, abs=0.01)
    assert place[50, 62] > 0.9
    assert place[5, 5] < 0.01
    assert face_map((10, 10), []).max() == 0
