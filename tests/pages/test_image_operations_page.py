import base64
import io
import json
import zipfile

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from fer_core.errors import PipelineError
from fer_core.imageops import OPERATIONS, OperationPipeline, Step
from fer_core.imageops.full_size import result_png, zip_results
from fer_core.images import decode, encode_png
from fer_core.settings import ROOT, settings
from studio.imageops.sources import OWN
from studio.markdown import plain

EACH = [6, pytest.param(1, marks=pytest.mark.long)]
"""Of what is many: every sixth while one works, all in the long run."""

VIEWS = {
    "libraries": ":material/compare: Three libraries",
    "finder": ":material/face_retouching_natural: Face finder",
}


@pytest.fixture
def page() -> AppTest:
    app = AppTest.from_file(str(ROOT / "Home.py"), default_timeout=60)
    return app.switch_page("pages/2_Image_operations.py").run()


def lead(page: AppTest) -> str:
    assert not page.exception
    return page.main.markdown[0].value.replace("\N{NO-BREAK SPACE}", " ")


def slider(page: AppTest, side: str) -> np.ndarray:
    """The picture on a side of the before/after slider, as the browser gets it."""
    data = json.loads(page.get("bidi_component")[0].proto.json)
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(data[side]["source"].split(",")[1]))))


def titles(page: AppTest) -> list[str]:
    return [t.label for t in page.toggle if t.label[:1].isdigit()]


def press(page: AppTest, label: str) -> AppTest:
    next(button for button in page.button if button.label == label).click()
    return page.run()


def upload(page: AppTest, *files: tuple[str, bytes]) -> AppTest:
    page.button_group(key="ops_source").set_value(OWN).run()
    page.file_uploader(key="ops_files").set_value(
        [(name, data, "image/png") for name, data in files]
    )
    return page.run()


def open_pipeline(page: AppTest, text: str) -> AppTest:
    page.file_uploader(key="ops_pipeline_file").set_value(
        ("pipeline.json", text.encode(), "application/json")
    )
    return page.run()


def test_the_first_visit_shows_a_result(page):
    assert lead(page).startswith("Grayscale → Gaussian blur → Canny edges turns a colour picture")
    assert set(np.unique(slider(page, "after") > 127)) == {False, True}
    assert slider(page, "before").ndim == 3
    (table,) = (d.value for d in page.dataframe if "Step" in d.value)
    assert table["Step"].tolist() == ["Grayscale", "Gaussian blur", "Canny edges"]
    assert (table["Time"] > 0).all()
    assert len(page.get("plotly_chart")) == 1


def test_steps_are_added_tuned_ordered_switched_and_removed(page):
    page.selectbox(key="ops_add").set_value("box_blur").run()
    assert titles(page)[-1] == "4. Box blur"
    (tuned,) = (s for s in page.slider if s.label == "Side, px")
    tuned.set_value(99).run()
    assert "99" in page.code[0].value.split("image = box_blur")[1].splitlines()[0]
    press(page, "Move step 4 up")
    assert titles(page)[2:] == ["3. Box blur", "4. Canny edges"]
    press(page, "Remove step 1")
    assert titles(page) == ["1. Gaussian blur", "2. Box blur", "3. Canny edges"]
    next(t for t in page.toggle if t.label == "3. Canny edges").set_value(False).run()
    assert lead(page).startswith("Gaussian blur → Box blur changes each value by")
    press(page, "Move step 1 down")
    assert lead(page).startswith("Box blur → Gaussian blur")
    assert "box_blur(image, size=99)" in page.code[0].value


def test_without_a_step_the_picture_is_as_it_was(page):
    open_pipeline(page, OperationPipeline().to_json())
    assert lead(page) == "No step is switched on: the picture is as it was."
    np.testing.assert_array_equal(slider(page, "before"), slider(page, "after"))


@pytest.mark.parametrize(
    ("text", "words"),
    [("{", "cannot be read as JSON"), ('{"schema": 1, "steps": [{"operation": "x"}]}', "Step 1")],
)
def test_a_bad_pipeline_is_told_and_the_present_one_stays(page, text, words):
    open_pipeline(page, text)
    assert words in page.error[0].value
    assert len(titles(page)) == 3


def test_what_a_file_names_is_shown_as_it_is(page):
    open_pipeline(page, '{"schema": 1, "steps": [{"operation": "![x](http://x)"}]}')
    assert plain("'![x](http://x)'") in page.error[0].value
    open_pipeline(
        page, OperationPipeline((Step("draw_text", {"text": "www.x.com :smile: $y$"}),)).to_json()
    )
    assert any(plain("“www.x.com :smile: $y$”") in caption.value for caption in page.caption)


@pytest.mark.parametrize("each", EACH)
def test_every_operation_can_be_opened_and_shows_its_settings(page, each):
    names = [name for name in OPERATIONS if OPERATIONS[name].parameters][::each]
    open_pipeline(page, OperationPipeline(tuple(Step(name, on=False) for name in names)).to_json())
    for number, name in enumerate(names, start=1):
        press(page, f"Tune step {number}")
        assert not page.exception, name
        widgets = [*page.slider, *page.number_input, *page.selectbox, *page.toggle]
        widgets += [*page.text_area, *page.color_picker]
        shown = {widget.key.partition(f"_{number + 2}_")[2] for widget in widgets if widget.key}
        assert {p.name for p in OPERATIONS[name].parameters} <= shown, name


def test_characters_that_no_font_has_are_named(page):
    open_pipeline(page, OperationPipeline((Step("draw_text", {"text": "\U00013000"}),)).to_json())
    press(page, "Tune step 1")
    assert "U+13000" in page.warning[0].value


def test_an_impossible_step_is_told_and_the_picture_is_not_offered(page, monkeypatch):
    monkeypatch.setattr(settings(), "max_pixels", 512 * 512)
    turns = (Step("flip"), Step("rotate", {"angle": 45.0}))
    open_pipeline(page, OperationPipeline(turns).to_json())
    assert "Rotate makes the picture" in page.error[0].value
    assert not page.exception
    assert [b.label for b in page.get("download_button")] == ["Pipeline", "Python script"]


def test_where_proportions_change_both_pictures_stand_side_by_side(page):
    open_pipeline(page, OperationPipeline((Step("crop", {"left": 60.0}),)).to_json())
    assert not page.get("bidi_component")
    assert "turns 512 × 512 px into" in lead(page)
    assert [c.value for c in page.caption if c.value in ("Before", "After")] == ["Before", "After"]


@pytest.mark.parametrize("shape", [(1, 1), (1, 1, 3), (3, 900, 3), (40, 30)])
def test_odd_pictures_pass_through_every_view(page, shape):
    image = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    upload(page, ("odd.png", encode_png(image)))
    assert lead(page).startswith("Grayscale")
    for view in VIEWS.values():
        page.session_state["ops_view"] = view
        page.run()
        assert lead(page)
        assert not page.error


def test_a_large_photo_is_worked_on_reduced_and_says_so(page, astronaut):
    large = np.asarray(Image.fromarray(astronaut).resize((2400, 1800)))
    upload(page, ("large.png", encode_png(large)))
    assert slider(page, "after").shape == (900, 1200)
    assert any("all 2,400 × 1,800 px" in caption.value for caption in page.caption)


def test_bad_files_are_named_and_the_good_ones_shown(page, astronaut):
    good = encode_png(astronaut[:80, :90])
    files = (("no`te.jpg", b"hello"), ("one.png", good), ("cut.png", good[:500]), ("two.png", good))
    upload(page, *files)
    names = [plain("no`te.jpg: "), plain("cut.png: ")]
    assert all(e.value.startswith(name) for e, name in zip(page.error, names, strict=True))
    assert lead(page).startswith("Grayscale")
    assert "Make all 2 pictures" in [b.label for b in page.button]
    upload(page, ("empty.png", b""))
    assert "The file is empty" in page.error[0].value
    assert lead(page).startswith("What does an operation do")


def test_the_zip_holds_every_result_at_full_size_and_what_was_left_out(astronaut):
    pipeline = OperationPipeline((Step("flip"),))
    large = np.asarray(Image.fromarray(astronaut).resize((1500, 60)))
    pictures = [("a/one.png", encode_png(large)), ("one.png", b"bad"), ("two.png", b"")]
    *ticks, made = zip_results(pictures, pipeline)
    assert ticks == [b""] * 3
    archive = zipfile.ZipFile(io.BytesIO(made))
    assert archive.namelist() == ["01_one.png", "pipeline.json", "left_out.txt"]
    np.testing.assert_array_equal(decode(archive.read("01_one.png")), large[:, ::-1])
    assert OperationPipeline.from_json(archive.read("pipeline.json")) == pipeline
    assert archive.read("left_out.txt").decode().splitlines()[1].startswith("two.png: The file is")


def test_all_pictures_are_made_when_asked_and_again_after_a_change(page, astronaut):
    upload(page, *((f"{n}.png", encode_png(astronaut[: 80 + n, :90])) for n in range(2)))
    press(page, "Make all 2 pictures")
    assert "All 2 pictures" in [b.label for b in page.get("download_button")]
    archive = zipfile.ZipFile(io.BytesIO(page.session_state["ops_all"][1]))
    assert archive.namelist() == ["01_0.png", "02_1.png", "pipeline.json"]
    page.selectbox(key="ops_add").set_value("box_blur").run()
    assert "All 2 pictures" not in [b.label for b in page.get("download_button")]
    assert "ops_all" not in page.session_state


def test_zip_of_results_has_an_end(astronaut):
    file = encode_png(astronaut[:80, :90])
    most = int(1.5 * len(file))
    *_, made = zip_results([("one.png", file), ("two.png", file)], OperationPipeline(), most)
    archive = zipfile.ZipFile(io.BytesIO(made))
    assert archive.namelist() == ["01_one.png", "pipeline.json", "left_out.txt"]
    assert b"two.png: The zip would have more than 0 MB" in archive.read("left_out.txt")


def test_result_that_takes_too_long_or_too_much_is_refused_in_words(astronaut, monkeypatch):
    pipeline = OperationPipeline((Step("gaussian_blur", {"sigma": 15.0}), Step("sobel")))
    file = encode_png(np.tile(astronaut, (4, 4, 1)))
    monkeypatch.setattr(settings(), "pipeline_mb", 20)
    with pytest.raises(PipelineError, match="cannot be worked on: it takes more memory than 20"):
        result_png(file, pipeline)
    monkeypatch.setattr(settings(), "pipeline_mb", 1000)
    monkeypatch.setattr(settings(), "pipeline_seconds", 0.01)
    with pytest.raises(PipelineError, match=r"it takes longer than 0\.01 s"):
        result_png(file, pipeline)


def test_three_libraries_show_result_time_difference_and_code(page):
    page.session_state["ops_view"] = VIEWS["libraries"]
    page.run()
    assert "times** as long; no pixel differs by more than" in lead(page)
    assert {"OpenCV", "Pillow", "NumPy"} < {tab.label for tab in page.tabs}
    for code, call in zip(page.code, ("cv2.Gau", "ImageFilter.Gau", "np.exp"), strict=True):
        assert call in code.value
        assert code.value.endswith("result = gaussian_blur(image, sigma=3.0)")
    page.selectbox(key="twins_operation").set_value("open").run()
    assert lead(page).endswith("all agree in every pixel.")


@pytest.mark.parametrize("each", EACH)
def test_every_comparison_can_be_chosen(page, each):
    page.session_state["ops_view"] = VIEWS["libraries"]
    page.run()
    for name in page.selectbox(key="twins_operation").options[::each]:
        page.selectbox(key="twins_operation").set_value(name).run()
        assert lead(page), name
        assert len(page.code) >= 2


def test_the_finder_finds_the_astronaut_and_obeys_its_parameters(page):
    page.session_state["ops_view"] = VIEWS["finder"]
    page.run()
    assert "finds **one face** here" in lead(page)
    page.slider(key="haar_min_size").set_value(400).run()
    assert "finds no face here" in lead(page)
    page.slider(key="haar_min_size").set_value(30).run()
    page.selectbox(key="haar_cascade").set_value("eye").run()
    assert "“eye” finds **2 eyes** here" in lead(page)
    page.slider(key="haar_min_neighbors").set_value(0).run()
    assert int(lead(page).split("**")[1].split()[0]) > 10
