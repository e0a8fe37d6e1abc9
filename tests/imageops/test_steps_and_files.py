import json
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import every_setting

from fer_core.errors import PipelineError
from fer_core.imageops import OPERATIONS, OperationPipeline, Step
from fer_core.imageops.files import find_pictures, result_paths
from fer_core.settings import settings as app_settings


def steps():
    return st.sampled_from(list(OPERATIONS)).flatmap(
        lambda name: st.builds(Step, st.just(name), every_setting(name), st.booleans())
    )


@settings(max_examples=60, deadline=None)
@given(chosen=st.lists(steps(), max_size=5))
def test_a_pipeline_survives_its_file(chosen):
    pipeline = OperationPipeline(tuple(chosen))
    assert OperationPipeline.from_json(pipeline.to_json()) == pipeline
    assert OperationPipeline.from_json(pipeline.to_json().encode()) == pipeline


@pytest.fixture
def picture():
    return np.random.default_rng(0).integers(0, 256, (40, 60, 3), dtype=np.uint8)


def test_steps_run_in_order_and_those_switched_off_do_not(picture):
    pipeline = OperationPipeline(
        (Step("flip"), Step("grayscale", on=False), Step("crop", {"left": 50.0, "right": 0.0}))
    )
    before = picture.copy()
    result = pipeline.run(picture)
    np.testing.assert_array_equal(result, picture[4:36, ::-1][:, 30:])
    np.testing.assert_array_equal(picture, before)
    assert [stage.step.name for stage in pipeline.stages(picture)] == ["flip", "crop"]
    assert all(stage.seconds > 0 for stage in pipeline.stages(picture))


def test_no_step_leaves_the_picture_but_not_the_same_array(picture):
    result = OperationPipeline().run(picture)
    np.testing.assert_array_equal(result, picture)
    assert not np.shares_memory(result, picture)


def test_a_reduced_preview_looks_like_the_full_result():
    """Lengths in pixels shrink with the preview, so that blur and pieces keep their size."""
    y, x = np.mgrid[0:800, 0:800]
    large = (127 + 120 * np.sin(x / 40) * np.cos(y / 55)).astype(np.uint8)
    quarter = large.reshape(200, 4, 200, 4).mean(axis=(1, 3)).round().astype(np.uint8)
    pipeline = OperationPipeline(
        (Step("gaussian_blur", {"sigma": 15.0}), Step("box_blur", {"size": 41}))
    )
    full = pipeline.run(large).reshape(200, 4, 200, 4).mean(axis=(1, 3))
    *_, stage = pipeline.stages(quarter, scale=0.25)
    inside = np.s_[30:-30, 30:-30]
    assert np.abs(stage.image[inside] - full[inside]).max() < 4
    assert np.abs(pipeline.run(quarter)[inside] - full[inside]).max() > 20


def test_after_a_resize_lengths_are_those_of_the_full_picture(picture):
    pipeline = OperationPipeline((Step("resize", {"width": 30, "height": 20}), Step("median_blur")))
    *_, preview = pipeline.stages(picture[::2, ::2], scale=0.5)
    resized = OperationPipeline(pipeline.steps[:1]).run(picture[::2, ::2])
    np.testing.assert_array_equal(preview.image, Step("median_blur").run(resized))


def test_a_result_over_the_pixel_limit_is_refused(picture, monkeypatch):
    monkeypatch.setattr(app_settings(), "max_pixels", 100 * 100)
    with pytest.raises(PipelineError, match="Resize makes the picture 600 × 400"):
        Step("resize", {"width": 600, "height": 400}).run(picture)


def test_steps_end_when_they_take_longer_than_they_may(picture, monkeypatch):
    monkeypatch.setattr(app_settings(), "pipeline_seconds", 0)
    assert len(list(OperationPipeline((Step("rotate"),)).stages(picture))) == 1
    with pytest.raises(PipelineError, match="The steps before Rotate took more than 0 s"):
        OperationPipeline((Step("rotate"), Step("rotate"))).run(picture)


def takes_too_much(image, **_):
    return cv2.copyMakeBorder(image, 0, 2**23, 0, 2**23, cv2.BORDER_CONSTANT)


def test_step_that_memory_does_not_suffice_for_says_so(picture, monkeypatch):
    monkeypatch.setattr(
        Step, "operation", replace(Step("rotate").operation, function=takes_too_much)
    )
    with pytest.raises(PipelineError, match="Rotate takes more memory for this picture of "):
        Step("rotate").run(picture)


def test_what_a_library_refuses_is_told_by_the_step():
    strip = np.zeros((1, 40_000), np.uint8)  # OpenCV turns pictures up to 32,767 px wide
    with pytest.raises(PipelineError, match="Rotate cannot be done on this picture of 40000 × 1"):
        Step("rotate").run(strip)


def test_the_call_is_what_python_would_run():
    step = Step("draw_text", {"text": "it's"})
    assert step.call.startswith('draw_text(image, text="it\'s", font=')
    assert Step("grayscale").call == "grayscale(image)"


def file(*entries, schema=1):
    return json.dumps({"schema": schema, "steps": list(entries)})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "cannot be read as JSON"),
        ("{", "cannot be read as JSON"),
        ("[" * 100_000, "cannot be read as JSON"),
        (b"\xff\xfe\x00", "cannot be read as JSON"),
        ("[]", "no list named “steps”"),
        ('{"steps": 5}', "no list named “steps”"),
        (file(schema=2), "schema 2"),
        (file("grayscale"), "Step 1 names no “operation”"),
        (file({"operation": ["grayscale"]}), "no operation"),
        (file({"operation": "grayscale"}, {"operation": "graysale"}), "Step 2.*grayscale"),
        (file({"operation": "gaussian_blur", "settings": {"sigma": 99}}), "Step 1: Gaussian"),
        (file({"operation": "gaussian_blur", "settings": [3]}), "must be an object"),
        (file({"operation": "grayscale", "on": "yes"}), "must be true or false"),
        (file(*[{"operation": "grayscale"}] * 31), "more than 30 steps"),
        (
            '{"schema": 1, "steps": [{"operation": "threshold", "settings": {"level": NaN}}]}',
            "0 to",
        ),
        (" " * 1_000_001, "too large"),
    ],
)
def test_a_file_that_is_no_pipeline_says_why(text, words):
    with pytest.raises(PipelineError, match=words):
        OperationPipeline.from_json(text)


def test_too_many_steps_are_refused():
    with pytest.raises(PipelineError, match="31 steps; the limit is 30"):
        OperationPipeline((Step("grayscale"),) * 31)


def test_pictures_are_found_by_pattern_folder_and_any_case(tmp_path):
    for name in ("a.jpg", "B.JPG", "deep/er/c.png", "notes.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    (tmp_path / "folder.jpg").mkdir()
    assert find_pictures(str(tmp_path / "*.jpg")) == [tmp_path / "a.jpg"]
    everything = [tmp_path / name for name in ("B.JPG", "a.jpg", "deep/er/c.png")]
    assert find_pictures(str(tmp_path)) == everything
    assert find_pictures(str(tmp_path / "**" / "*")) == everything


def test_brackets_in_the_name_of_a_file_or_folder_are_no_pattern(tmp_path):
    picture = tmp_path / "party [2024]" / "me [1].jpg"
    picture.parent.mkdir()
    picture.write_bytes(b"")
    assert find_pictures(str(picture)) == [picture]
    assert find_pictures(str(picture.parent)) == [picture]


def test_results_get_a_name_each_and_spare_what_is_there(tmp_path):
    for name in ("y.png", "z.png", "z_2.png"):
        (tmp_path / name).write_bytes(b"")
    paths = [Path("a/x.jpg"), Path("b/x.png"), tmp_path / "y.png", Path("z.jpg")]
    names = [path.name for path in result_paths(paths, tmp_path)]
    assert names == ["x.png", "x_2.png", "y_2.png", "z_3.png"]
