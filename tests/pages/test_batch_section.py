import io
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from fer_core.emotions import EMOTIONS
from fer_core.errors import ImageError
from fer_core.images import encode_png
from fer_core.inference import Pipeline
from fer_core.settings import ROOT, settings
from studio.classify.batch import section
from studio.classify.batch.run import BatchRun, entries_of, picture_at
from studio.classify.modes import BATCH, MODE
from studio.notice import UNDERSTOOD


@pytest.fixture
def page(without_yunet):
    app = AppTest.from_file(str(ROOT / "Home.py"), default_timeout=60)
    app.switch_page("pages/4_Classify.py")
    app.session_state[MODE] = BATCH
    app.session_state[UNDERSTOOD] = True
    return app


@pytest.fixture
def face(astronaut) -> bytes:
    return encode_png(np.ascontiguousarray(astronaut[:260, 80:360]))


def blank() -> bytes:
    return encode_png(np.full((60, 60, 3), 180, np.uint8))


def zipped(**files: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in files.items():
            archive.writestr(f"{name}.png", data)
    return file.getvalue()


def lead(page: AppTest) -> str:
    return page.main.markdown[0].value.replace("\N{NO-BREAK SPACE}", " ")


def upload(page: AppTest, *files: tuple[str, bytes]) -> None:
    page.run()
    page.file_uploader(key="batch_files").set_value(
        [(name, data, "image/png") for name, data in files]
    ).run()


def press(page: AppTest, label: str) -> None:
    next(button for button in page.button if button.label == label).click().run()


def test_sample_can_be_read_without_pictures_of_ones_own(page):
    page.run()
    page.button(key="batch_sample").click().run()
    assert not page.exception
    assert lead(page) == "Which expressions do these pictures show? Press Read."
    press(page, "Read")
    while page.session_state["batch_run"].read < 12:
        page.run()
    page.run()
    assert not page.exception
    assert page.session_state["batch_run"].total == 12
    assert "faces in" in lead(page)


def test_empty_state_says_what_comes_and_names_the_command(page):
    page.run()
    assert not page.exception
    assert lead(page).startswith("Which expressions do many pictures show?")
    assert page.code[0].value == "python -m fer_core classify FOLDER --out table.csv"


def test_pictures_and_a_zip_become_one_table(page, face):
    upload(page, ("one.png", face), ("more.zip", zipped(two=face, three=blank(), bad=b"text")))
    assert lead(page) == "Which expressions do these pictures show? Press Read."
    press(page, "Read")
    assert not page.exception and not page.error
    assert lead(page).startswith("Custom CNN finds 2 faces in 3 pictures; most often, 100.0 %, ")
    assert lead(page).endswith("1 of these shows no face. 1 more could not be read.")
    faces, rest = (table.value for table in page.dataframe)
    assert faces["picture"].tolist() == ["one.png", "two.png"]
    assert faces["face"].tolist() == [1, 1]
    assert faces.loc[0, list(EMOTIONS)].sum() == pytest.approx(100, abs=0.1)
    assert rest["picture"].tolist() == ["bad.png", "three.png"]
    assert "not a picture" in rest["why"].iloc[0]
    assert rest["why"].iloc[1] == "No face was found in it."
    assert {button.label for button in page.get("download_button")} == {"CSV", "Parquet"}


def test_zip_without_a_picture_says_so(page):
    upload(page, ("none.zip", zipped()))
    press(page, "Read")
    assert "no picture in it" in page.error[0].value


def test_no_face_anywhere(page):
    upload(page, ("a.png", blank()), ("b.png", blank()))
    press(page, "Read")
    assert lead(page) == "No face was found in 2 pictures."
    assert not page.get("plotly_chart")


def test_other_files_drop_what_was_read(page, face):
    upload(page, ("a.png", face))
    press(page, "Read")
    upload(page, ("b.png", face))
    assert lead(page) == "Which expressions do these pictures show? Press Read."
    assert not page.dataframe


def test_runs_that_overlap_read_each_picture_once(saved_models):
    def entries():
        for number in range(20):
            time.sleep(0.01)
            yield f"{number}.png", blank()

    run = BatchRun("custom_cnn", "haar_alt2", 0.0, 20, entries())
    reader = Pipeline.load("custom_cnn", "haar_alt2")

    def go_on():
        while not run.is_done:
            run.step(reader)

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(go_on) for _ in range(2)]:
            done.result()
    assert [row["picture"] for row in run.rows] == [f"{number}.png" for number in range(20)]
    run.step(reader)
    assert (run.read, len(run.rows)) == (20, 20)


def test_batch_that_takes_longer_than_it_may_ends_with_what_was_read(page, face, monkeypatch):
    monkeypatch.setattr(settings(), "job_seconds", 0)  # so the first picture is the last
    upload(page, ("a.zip", zipped(one=face, two=face, three=blank())))
    press(page, "Read")
    assert "2 more were left out: a batch may take 0 s here" in lead(page)
    assert len(page.dataframe[0].value) == 1


def test_reading_that_was_interrupted_goes_on(page, face):
    upload(page, *[(f"{n}.png", face) for n in range(3)])
    entries = iter([(f"{n}.png", face) for n in range(1, 3)])
    run = BatchRun("custom_cnn", "haar_alt2", 0.0, 3, entries, [], 1, is_paused=True)
    page.session_state["batch_run"] = run
    page.run()
    assert lead(page) == "1 of 3 pictures are read."
    press(page, "Go on")
    assert run.is_done
    assert [row["picture"] for row in run.rows] == ["1.png", "2.png"]


def test_picture_at_which_the_run_was_ended_is_read_by_the_next(saved_models, astronaut):
    class Ended(BaseException):
        pass

    class Reader:
        def analyze(self, rgb):
            raise Ended

    run = BatchRun("custom_cnn", "haar_alt2", 0.0, 1, iter([("one.png", encode_png(astronaut))]))
    with pytest.raises(Ended):
        run.step(Reader())
    assert (run.read, run.rows) == (0, [])
    run.step(Pipeline.load("custom_cnn", "haar_alt2"))
    assert [row["picture"] for row in run.rows] == ["one.png"]
    assert run.is_done


def test_row_has_its_face_and_opens_its_picture(page, face, monkeypatch):
    opened = []
    monkeypatch.setattr(section, "open_picture", lambda *given: opened.append(given))
    upload(page, ("one.png", blank()), ("more.zip", zipped(three=blank(), two=face)))
    press(page, "Read")
    run = page.session_state["batch_run"]
    assert [bool(thumbnail) for thumbnail in run.thumbnails] == [False, False, True]
    (table, _) = page.dataframe
    assert table.value["look"].tolist() == [run.thumbnails[2]]
    page.session_state["clicked_row"] = ("batch_faces", 0)
    page.run()
    assert not page.exception
    ((name, data, *_, number),) = opened
    assert (name, number) == ("two.png", 1)
    assert data() == face
    page.run()
    assert len(opened) == 1


def test_pictures_are_found_again_by_their_number(face):
    files = [("a.png", face), ("b.zip", zipped(one=b"1", two=b"2")), ("._a.png", b""), ("c", b"3")]
    total, entries, _ = entries_of(files)
    assert total == 4
    assert [picture_at(files, n) for n in range(4)] == [data for _, data in entries]
    with pytest.raises(ImageError):
        picture_at(files, 4)


def test_opened_picture_shows_its_face(without_yunet, face):
    def page(data: bytes) -> None:
        from studio.classify.opened import open_picture

        open_picture("one.png", lambda: data, "custom_cnn", "haar_alt2", 0.0, 1)

    app = AppTest.from_function(page, args=(face,), default_timeout=60).run()
    assert not app.exception and not app.error
    assert any(text.value.startswith("### Face 1: ") for text in app.markdown)
    app = AppTest.from_function(page, args=(b"no picture",), default_timeout=60).run()
    assert not app.exception and "picture" in app.error[0].value
