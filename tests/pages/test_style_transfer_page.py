import io
import json
import sys
from contextlib import AbstractContextManager

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest
from waiting import wait_until

from fer_core.images import decoded, encode_png
from fer_core.settings import ROOT
from fer_core.styletransfer.jobs import Painting, PaintingQueue
from fer_core.styletransfer.messages import Request
from fer_core.styletransfer.options import StyleOptions
from fer_core.styletransfer.paintings import PAINTINGS
from studio.markdown import plain
from studio.notice import UNDERSTOOD
from studio.pictures import UPLOAD
from studio.style import photo, work
from studio.turns import duration

FAKE = (sys.executable, str(ROOT / "tests" / "styletransfer" / "fake_worker.py"))
FINISHES, NEVER_ENDS, FAILS = range(3)


@pytest.fixture
def queue(monkeypatch):
    queue = PaintingQueue(command=FAKE)
    monkeypatch.setattr(work, "queue", lambda: queue)
    yield queue
    for job in tuple(queue._jobs):
        job.cancel()


@pytest.fixture
def page(saved_models, queue):
    """The Style transfer page over two saved models and a worker that paints nothing."""
    app = AppTest.from_file(str(ROOT / "Home.py"), default_timeout=60)
    app.session_state[UNDERSTOOD] = True
    return app.switch_page("pages/5_Style_transfer.py")


def lead(page: AppTest) -> str:
    return page.main.markdown[0].value.replace("\N{NO-BREAK SPACE}", " ")


def paint(page: AppTest, what: int) -> None:
    """Starts a job whose seed says what becomes of it."""
    page.number_input(key="style_seed").set_value(what).run()
    page.button(key="style_paint").click().run()


def test_queue_that_is_full_says_so(page, queue):
    queue.most = 0
    page.run()
    paint(page, FINISHES)
    assert "this server takes no more" in page.error[0].value
    assert not page.exception


def test_painting_that_takes_longer_than_allowed_is_not_begun(page, queue):
    queue.longest = 1.0
    page.run()
    assert page.button(key="style_paint").disabled
    assert any("choose a smaller size" in caption.value for caption in page.caption)


def run_until(page: AppTest, holds) -> None:
    def runs_until_it_holds() -> bool:
        page.run()
        return holds()

    if not holds():
        wait_until(runs_until_it_holds)


def has_button(page: AppTest, key: str) -> bool:
    return any(button.key == key for button in page.button)


def test_first_visit_shows_a_painting_and_whether_the_emotion_survives(page):
    page.run()
    assert not page.exception
    assert not page.error
    assert "in the painting" in lead(page)
    assert "Eileen Collins in the style of “Improvisation”" in page.caption[0].value
    shift, losses = (json.loads(chart.proto.spec) for chart in page.get("plotly_chart"))
    assert len(shift["data"]) == 7 + 3
    assert losses["data"][0]["name"] == "total"
    assert [button.label for button in page.get("download_button")] == ["PNG"]
    assert all(has_button(page, f"style_pick_{name}") for name in PAINTINGS)


def test_without_a_model_the_painting_is_still_shown(page, saved_models):
    for model in saved_models.glob("*/model.tflite"):
        model.unlink()
    page.run()
    assert not page.exception
    assert "in the style of" in lead(page)
    assert any("trained model" in caption.value for caption in page.caption)


def test_the_time_is_estimated_before_the_start(page, queue):
    page.run()

    def estimate() -> str:
        return next(c.value for c in page.caption if c.value.startswith("About"))

    standard = estimate()
    assert duration(queue.estimate(StyleOptions())) in standard
    page.button_group(key="style_quality").set_value("draft").run()
    assert estimate() != standard


def test_a_painting_is_shown_kept_and_downloadable(page):
    page.run()
    page.button(key="style_pick_diagonals").click().run()
    paint(page, FINISHES)
    assert has_button(page, "style_cancel")
    assert "being painted" in lead(page)
    run_until(page, lambda: has_button(page, "style_show_1"))
    assert "in the style of “Diagonals”" in page.caption[0].value
    assert "measured by fake" in page.caption[0].value
    assert "in the painting" in lead(page)
    assert page.button(key="style_show_1").label == "1\\. Diagonals"
    assert not page.button(key="style_paint").disabled
    assert not page.exception


def test_cancel_brings_the_page_back_and_one_can_paint_again(page):
    page.run()
    paint(page, NEVER_ENDS)
    assert not has_button(page, "style_paint"), "the picture under way has its place"
    preview = page.get("image")[-1].proto.imgs[0]
    assert preview.url.startswith("data:image/jpeg"), "a file may be gone before it is fetched"
    page.button(key="style_cancel").click().run()
    assert [info.value for info in page.info] == ["The painting was cancelled."]
    assert not has_button(page, "style_cancel")
    paint(page, FINISHES)
    run_until(page, lambda: has_button(page, "style_show_1"))


def test_a_failure_is_told(page):
    page.run()
    paint(page, FAILS)
    run_until(page, lambda: bool(page.error))
    assert [error.value for error in page.error] == [plain("The paint has dried.")]


def test_a_second_visitor_waits_and_sees_the_place(page, queue):
    page.run()
    paint(page, NEVER_ENDS)
    other = AppTest.from_file(str(ROOT / "Home.py"), default_timeout=60)
    other.switch_page("pages/5_Style_transfer.py").run()
    paint(other, NEVER_ENDS)
    text = other.get("progress")[0].proto.text
    assert text.startswith("Waiting: 1 painting before this one")


def test_who_is_next_is_not_told_of_none_before(queue, monkeypatch):
    monkeypatch.setattr(queue, "place", lambda job: 0)
    picture = np.zeros((8, 8, 3), np.uint8)
    job = Painting(Request(picture, (picture,), StyleOptions(size=128)))
    assert work._progress(job) == "Starting"


def test_options_reach_the_job(page, queue):
    page.run()
    page.slider(key="style_balance").set_value(70)
    page.slider(key="style_face").set_value(90)
    page.radio(key="style_colours").set_value("matched")
    page.select_slider(key="style_size").set_value(384)
    page.multiselect(key="style_mix").set_value(["hills", "poles"]).run()
    page.slider(key="style_share_hills").set_value(10).run()
    paint(page, NEVER_ENDS)
    (job,) = queue._jobs
    assert job.request.options == StyleOptions(
        size=384,
        balance=0.7,
        face=0.9,
        colours="matched",
        blend=(0.5, 1.0, 0.5),
        seed=NEVER_ENDS,
    )
    assert len(job.request.paintings) == 3
    assert len(job.request.faces) == 1


def test_own_photo_and_own_painting(page, queue, astronaut):
    page.run()
    page.button_group(key="style_source").set_value(UPLOAD).run()
    mine = encode_png(np.ascontiguousarray(astronaut[:260, 80:360]))
    page.file_uploader(key="style_files").set_value([("me.png", mine, "image/png")])
    stripes = np.zeros((90, 60, 3), np.uint8)
    stripes[::4] = (250, 10, 90)
    own = ("stripes.png", encode_png(stripes), "image/png")
    page.file_uploader(key="style_own").set_value([own]).run()
    assert page.button(key="style_pick_own 0").label == "**stripes**"
    paint(page, NEVER_ENDS)
    (job,) = queue._jobs
    assert job.request.photo.shape == (260, 280, 3)
    np.testing.assert_array_equal(job.request.paintings[0], stripes)


def test_the_photo_is_read_once_however_often_an_option_changes(page, astronaut, monkeypatch):
    read = []

    def note(data: bytes) -> AbstractContextManager[np.ndarray]:
        read.append(data)
        return decoded(data)

    monkeypatch.setattr(photo, "decoded", note)
    page.run()
    read.clear()
    page.button_group(key="style_source").set_value(UPLOAD).run()
    mine = encode_png(np.ascontiguousarray(astronaut[5:265, 75:355]))
    page.file_uploader(key="style_files").set_value([("me.png", mine, "image/png")]).run()
    for balance in (20, 70):
        page.slider(key="style_balance").set_value(balance).run()
    assert read == [mine]


def test_what_is_no_picture_is_named_and_the_page_stands(page):
    page.run()
    page.button_group(key="style_source").set_value(UPLOAD).run()
    page.file_uploader(key="style_files").set_value([("a.png", b"not a picture", "image/png")])
    page.file_uploader(key="style_own").set_value([("b.png", b"nor this", "image/png")]).run()
    assert not page.exception
    said = sorted(error.value for error in page.error)
    assert len(said) == 2
    assert said[0].startswith(plain("a.png: ")) and said[1].startswith(plain("b.png: "))
    assert not has_button(page, "style_paint")


def test_the_download_says_how_it_was_made():
    from studio.style.painted import sample

    record = json.loads(Image.open(io.BytesIO(sample().png())).text["Style transfer"])
    assert record["paintings"] == ["Improvisation"]
    assert record["network"] == "VGG19"


@pytest.mark.parametrize(
    ("seconds", "words"), [(1, "5 s"), (43, "45 s"), (99, "100 s"), (100, "2 min"), (610, "10 min")]
)
def test_times_are_said_roughly(seconds, words):
    assert duration(seconds) == words
