import io
import re
from hashlib import sha256

import cv2
import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from fer_core.emotions import EMOTIONS
from fer_core.images import decode, encode_png
from fer_core.samples import SAMPLES
from fer_core.settings import ROOT, settings
from studio.classify.modes import BATCH, MODE, VIDEO, WEBCAM
from studio.markdown import plain
from studio.notice import UNDERSTOOD
from studio.pictures import CAMERA, UPLOAD, Picture
from studio.reading import analyse, marked_png


@pytest.fixture
def page(without_yunet):
    """The Classify page over two saved models, with no YuNet on the machine."""
    app = AppTest.from_file(str(ROOT / "Home.py"), default_timeout=60)
    app.session_state[UNDERSTOOD] = True
    return app.switch_page("pages/4_Classify.py")


def lead(page: AppTest) -> str:
    return page.main.markdown[0].value.replace("\N{NO-BREAK SPACE}", " ")


def bars(page: AppTest) -> list[dict[str, float]]:
    """The bars of every face shown: emotion to percentage."""
    row = re.compile(r'<th scope="row">(\w+)</th>.*?<td>([\d.]+) %</td>')
    bodies = [html.proto.body for html in page.get("html")]
    found = [{name: float(share) for name, share in row.findall(body)} for body in bodies]
    return [shares for shares in found if shares]


def upload(page: AppTest, *files: tuple[str, bytes]) -> AppTest:
    page.button_group(key="classify_source").set_value(UPLOAD).run()
    page.file_uploader(key="classify_files").set_value(
        [(name, data, "image/png") for name, data in files]
    )
    return page.run()


def face_png(astronaut: np.ndarray) -> bytes:
    return encode_png(np.ascontiguousarray(astronaut[:260, 80:360]))


def blank_png(size: int = 200) -> bytes:
    return encode_png(np.full((size, size, 3), 180, np.uint8))


def test_first_visit_shows_a_result_from_a_sample(page):
    page.run()
    assert not page.exception
    assert not page.error
    assert lead(page).startswith("Custom CNN ")
    (shown,) = bars(page)
    assert list(shown) == list(EMOTIONS)
    assert sum(shown.values()) == pytest.approx(100, abs=0.4)
    assert len(page.dataframe) == 1
    labels = {button.label for button in page.get("download_button")}
    assert labels == {"Marked picture", "CSV", "JSON"}


def test_model_with_three_classes_has_three_bars(page):
    page.run()
    page.selectbox(key="classify_model").set_value("dcnn_elu").run()
    assert not page.exception
    assert lead(page).startswith("ELU DCNN")
    assert list(bars(page)[0]) == ["happy", "sad", "neutral"]
    assert "angry" not in page.dataframe[0].value.columns


def test_default_model_is_the_preferred_one_that_is_saved(page, saved_models):
    page.run()
    assert page.selectbox(key="classify_model").value == "custom_cnn"
    (saved_models / "custom_cnn" / "model.tflite").unlink()
    page.run()
    assert page.selectbox(key="classify_model").value == "dcnn_elu"


def test_model_chosen_for_pictures_reads_videos_too(page):
    page.run()
    page.selectbox(key="classify_model").set_value("dcnn_elu").run()
    page.session_state[MODE] = VIDEO
    page.run()
    assert not page.exception
    assert page.selectbox(key="classify_fast_model").value == "dcnn_elu"


def test_threshold_makes_the_answer_not_sure(page):
    page.run()
    page.slider(key="classify_threshold_custom_cnn").set_value(100).run()
    assert "**not sure**" in lead(page)
    assert page.dataframe[0].value.loc[0, "answer"] == "not sure"
    page.slider(key="classify_threshold_custom_cnn").set_value(0).run()
    assert "reads this face as **" in lead(page)


def test_several_uploads_make_one_table(page, astronaut):
    pair = encode_png(np.hstack([astronaut, astronaut]))
    upload(page.run(), ("one.png", face_png(astronaut)), ("pair.png", pair))
    assert not page.exception
    assert lead(page).startswith("Custom CNN reads 3 faces in these 2 pictures: ")
    table = page.dataframe[0].value
    assert table["picture"].tolist() == ["one.png", "pair.png", "pair.png"]
    np.testing.assert_allclose(table[list(EMOTIONS)].sum(axis=1), 100, atol=0.1)


def test_what_was_read_is_kept_while_it_is_shown(page, astronaut):
    first, second = face_png(astronaut), blank_png(30)
    upload(page.run(), ("one.png", first))
    upload(page, ("two.png", second))
    ((digest, *_),) = page.session_state["readings"]
    assert digest == sha256(second).hexdigest()


def test_more_pictures_than_a_page_can_show(page):
    upload(page.run(), *[(f"{n}.png", blank_png(20 + n)) for n in range(22)])
    assert not page.exception
    assert "first 20 of 22 pictures" in page.info[0].value
    assert lead(page) == "No face was found in these 20 pictures."


def test_same_picture_twice(page, astronaut):
    data = face_png(astronaut)
    upload(page.run(), ("a.png", data), ("b.png", data))
    assert not page.exception
    assert len(bars(page)) == 2


def test_choosing_a_face_shows_its_bars(page):
    """Faces of different brightness are read differently by this model."""
    dark = np.full((300, 900, 3), 128, np.uint8)
    face = SAMPLES[0].picture()[10:230, 110:330]
    dark[40:260, 40:260] = face
    dark[40:260, 340:560] = face // 3
    upload(page.run(), ("two.png", encode_png(dark)))
    (before,) = bars(page)
    pills = [group for group in page.get("button_group") if group.label == "Face"]
    assert len(pills) == 1 and len(pills[0].options) == 2
    pills[0].set_value(1).run()
    (after,) = bars(page)
    assert before != after
    table = page.dataframe[0].value
    expected = table.loc[1, list(EMOTIONS)].to_numpy(float)
    np.testing.assert_allclose(list(after.values()), expected, atol=0.06)


def test_twenty_faces(page, astronaut):
    crowd = cv2.resize(np.tile(astronaut[10:230, 110:330], (4, 5, 1)), (640, 512))
    upload(page.run(), ("crowd.png", encode_png(crowd)))
    assert not page.exception
    assert lead(page).startswith("Custom CNN reads 20 faces in this picture: ")
    assert len(page.dataframe[0].value) == 20


def test_no_face_offers_the_whole_picture(page):
    upload(page.run(), ("wall.png", blank_png()))
    assert lead(page) == "No face was found in this picture."
    assert not bars(page)
    assert not page.dataframe
    (toggle,) = page.toggle
    assert toggle.label == "Take the whole picture as one face"
    toggle.set_value(True).run()
    assert not page.exception
    assert "**too blurred**" in lead(page)  # a bare wall
    assert len(bars(page)) == 1


def test_one_pixel_taken_as_a_face_is_refused(page):
    upload(page.run(), ("dot.png", blank_png(1)))
    page.toggle[0].set_value(True).run()
    assert not page.exception
    assert plain("1 × 1 pixels: too small to show a face") in page.error[0].value
    assert page.toggle[0].value
    page.toggle[0].set_value(False).run()
    assert not page.error


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("empty.jpg", b"", "The file is empty"),
        ("letter.jpg", b"Dear Sir or Madam", "not a picture that can be read"),
        ("cut.png", "half", "damaged or cut short"),
    ],
)
def test_bad_picture_is_named_and_the_others_are_read(page, astronaut, name, data, message):
    good = face_png(astronaut)
    upload(page.run(), (name, good[: len(good) // 2] if data == "half" else data), ("ok.png", good))
    assert not page.exception
    (error,) = page.error
    assert message in error.value
    assert error.value.startswith(name.replace(".", "\\."))
    assert lead(page).startswith("Custom CNN ")
    assert page.dataframe[0].value["picture"].tolist() == ["ok.png"]


def test_only_bad_pictures(page):
    upload(page.run(), ("letter.jpg", b"Dear Sir or Madam"))
    assert not page.exception
    assert len(page.error) == 1
    assert lead(page) == "No picture could be read."


def test_nothing_uploaded_yet_asks_for_a_picture(page):
    page.run()
    page.button_group(key="classify_source").set_value(UPLOAD).run()
    assert not page.exception
    assert "Choose a picture" in lead(page)


@pytest.mark.parametrize("mode", [WEBCAM, VIDEO, BATCH])
def test_nothing_is_read_before_the_notice_is_understood(page, mode):
    del page.session_state[UNDERSTOOD]
    page.session_state[MODE] = mode
    page.run()
    assert not page.exception and not page.file_uploader and not page.selectbox
    assert "Article 50(3)" in page.markdown[0].value


def test_notice_stands_before_a_camera_once_a_session(page):
    del page.session_state[UNDERSTOOD]
    page.run()
    assert page.button_group(key="classify_source").value != CAMERA
    assert "notice_button" not in {button.key for button in page.button}
    page.button_group(key="classify_source").set_value(CAMERA).run()
    assert not page.get("camera_input")
    assert any("Article 50(3)" in text.value for text in page.markdown)
    page.button(key="notice_button").click().run()
    assert len(page.get("camera_input")) == 1
    page.switch_page("pages/5_Style_transfer.py").run()
    page.button_group(key="style_source").set_value(UPLOAD).run()
    assert page.file_uploader(key="style_files")


def test_camera(page, astronaut):
    page.run()
    page.button_group(key="classify_source").set_value(CAMERA).run()
    assert "Choose a picture" in lead(page)
    photo = io.BytesIO()
    Image.fromarray(astronaut).save(photo, "JPEG")
    page.camera_input(key="classify_photo").upload("photo.jpg", photo.getvalue(), "image/jpeg")
    page.run()
    assert not page.exception
    assert lead(page).startswith("Custom CNN ")


def test_corrupted_model_is_named_and_another_can_be_chosen(page, saved_models):
    (saved_models / "custom_cnn" / "model.tflite").write_bytes(b"oops")
    page.run()
    assert not page.exception
    assert plain("custom_cnn/model.tflite is not the file that was saved") in page.error[0].value
    page.selectbox(key="classify_model").set_value("dcnn_elu").run()
    assert not page.error
    assert lead(page).startswith("ELU DCNN")


def test_no_saved_model_shows_how_to_train_one(page, saved_models):
    for model in saved_models.glob("*/model.tflite"):
        model.unlink()
    page.run()
    assert not page.exception
    assert page.code[0].value == "python -m fer_core train custom_cnn"


@pytest.mark.parametrize("chosen", ["auto", "yunet"])
def test_page_says_that_a_lesser_detector_reads_and_fetches_the_better(page, monkeypatch, chosen):
    page.run()
    page.radio(key="classify_detector").set_value(chosen).run()
    (warning,) = page.info
    assert "found by Haar cascade alt2" in warning.value
    assert "FER_YUNET" in warning.value
    assert lead(page).startswith("Custom CNN ")
    assert not [button for button in page.button if button.label == "Fetch YuNet"]
    fetched = []
    monkeypatch.setattr("studio.classify.controls.fetch_file", fetched.append)
    monkeypatch.setattr(settings(), "offline", False)
    page.run()
    next(button for button in page.button if button.label == "Fetch YuNet").click().run()
    assert not page.exception
    assert fetched == ["yunet"]


def test_notice_names_the_prohibition(page):
    page.run()
    text = " ".join(caption.value for caption in page.caption)
    assert "Article 5(1)(f)" in text
    assert "does not say what the person feels" in text
    assert "never written to disk" in text


def test_marked_picture_has_the_size_of_the_upload(saved_models, astronaut):
    large = cv2.resize(astronaut, (1400, 1400))
    data = encode_png(large)
    reading = analyse(data, "custom_cnn", "haar_alt2", whole=False)
    assert max(reading.preview.shape) == 1024
    marked = decode(marked_png(Picture("me.png", data), reading, 0.0))
    assert marked.shape == large.shape
    assert 0.001 < (marked != large).any(axis=2).mean() < 0.05
