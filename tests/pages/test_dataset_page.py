import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from forms import csv_lines, write_tree, zipped
from streamlit.testing.v1 import AppTest

from fer_core.dataset import FaceDataset, duplicates
from fer_core.dataset.parquet_form import write_parquet
from fer_core.emotions import EMOTIONS
from fer_core.settings import ROOT, settings
from fer_core.ui.dataset.doubtful import _confirmed
from fer_core.ui.dataset.face import _agrees
from fer_core.ui.dataset.source import CHOSEN, UPLOADED, Loaded
from fer_core.ui.dataset.view import View
from fer_core.ui.words import plain

SECTIONS = ("Distribution", "Samples", "Appearance", "Map", "Label quality")

Open = Callable[..., AppTest]


@pytest.fixture
def made_up() -> FaceDataset:
    """Sixty-three faces of noise: nine of each emotion; rows 0 and 50 are the same picture."""
    labels = np.tile(np.arange(7, dtype=np.uint8), 9)
    images = np.random.default_rng(5).integers(0, 256, (63, 48, 48), np.uint8)
    images[50] = images[0]
    return FaceDataset(images, labels, np.repeat(np.array([0, 1, 2], np.uint8), 21), source="mine")


@pytest.fixture
def open_page(saved_models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Open:
    """Opens the page on two saved models and, if one is given, a dataset in the settings."""
    monkeypatch.setenv("FER_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("FER_DATA", raising=False)

    def start(dataset: FaceDataset | None = None, section: str = "Distribution") -> AppTest:
        if dataset is not None:
            write_parquet(dataset, tmp_path / "mine.parquet")
            monkeypatch.setenv("FER_DATA", str(tmp_path / "mine.parquet"))
        settings.cache_clear()
        app = AppTest.from_file(str(ROOT / "Home.py"), default_timeout=60)
        page = app.switch_page("pages/1_Dataset.py")
        page.query_params["section"] = section
        return page.run()

    return start


def texts(page: AppTest) -> str:
    """All Markdown and captions of the page."""
    return "\n".join(element.value for element in [*page.markdown, *page.caption])


def charts(page: AppTest) -> list[dict]:
    return [json.loads(chart.proto.spec) for chart in page.get("plotly_chart")]


@pytest.mark.parametrize("section", SECTIONS)
def test_every_section_stands_without_a_dataset(open_page: Open, section: str) -> None:
    page = open_page(section=section)
    assert not page.exception
    assert not page.error
    assert "35,887 faces, 7 emotions: **happy** is 16.4 times" in texts(page)
    assert "the faces are not here" in texts(page)


@pytest.mark.parametrize("section", SECTIONS)
def test_every_section_stands_with_a_dataset(
    open_page: Open, made_up: FaceDataset, section: str
) -> None:
    page = open_page(made_up, section)
    assert not page.exception
    assert not page.error
    assert "63 faces, 7 emotions: each is equally frequent" in texts(page)


def test_first_visit_shows_the_real_shares(open_page: Open) -> None:
    (chart,) = charts(open_page())
    assert [bar["name"] for bar in chart["data"]] == ["Training", "PublicTest", "PrivateTest"]
    assert chart["data"][0]["y"] == list(EMOTIONS)
    assert [bar["text"][3] for bar in chart["data"]] == ["25.1 %", "24.9 %", "24.5 %"]


def test_label_set_narrows_the_page(open_page: Open) -> None:
    page = open_page()
    page.button_group(key="labels").set_value("r3").run()
    assert not page.exception
    assert "21,264 faces, 3 emotions" in texts(page)
    assert charts(page)[0]["data"][0]["y"] == ["happy", "sad", "neutral"]


def test_shares_and_faces(open_page: Open) -> None:
    page = open_page()
    page.button_group(key="figures").set_value("Faces").run()
    assert charts(page)[0]["data"][-1]["text"][3] == "8,989"


def test_report_r3_is_one_click(open_page: Open, made_up: FaceDataset) -> None:
    page = open_page(made_up)
    next(button for button in page.button if "R3" in button.label).click().run()
    assert not page.exception
    kinds = [chart["data"][0]["type"] for chart in charts(page)]
    assert kinds.count("image") == 1
    assert kinds.count("bar") == 2


def grid(page: AppTest) -> list[dict]:
    """The faces of the page's first grid, as the browser gets them."""
    for element in page.get("bidi_component"):
        return json.loads(element.proto.json)["faces"]
    raise AssertionError("there is no grid of faces")


def test_samples_are_filtered_and_paged(open_page: Open, made_up: FaceDataset) -> None:
    page = open_page(made_up, "Samples")
    assert [face["row"] for face in grid(page)] == list(range(48))
    page.button_group(key="samples_emotion").set_value("fear").run()
    assert [face["row"] for face in grid(page)] == list(range(2, 63, 7))
    assert {face["label"] for face in grid(page)} == {"fear"}
    page.button_group(key="samples_split").set_value("PublicTest").run()
    assert [face["row"] for face in grid(page)] == [23, 30, 37]
    page.number_input(key="samples_seed").set_value(4).run()
    assert {face["row"] for face in grid(page)} == {23, 30, 37}


def test_upload_is_shown_and_written_nowhere(
    open_page: Open, made_up: FaceDataset, tmp_path: Path
) -> None:
    page = open_page()
    page.button_group(key="dataset_way").set_value("Upload").run()
    root = write_tree(made_up, tmp_path / "tree", {"Training": "train", "PrivateTest": "test"})
    files = {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*.png")}
    page.file_uploader(key="dataset_file").set_value(
        [("faces.zip", zipped(files), "application/zip")]
    ).run()
    assert not page.exception
    assert "42 faces, 7 emotions" in texts(page)
    assert "There is no validation folder" in texts(page)
    assert not (tmp_path / "cache").exists()


def upload(page: AppTest, name: str, data: bytes) -> AppTest:
    page.button_group(key="dataset_way").set_value("Upload").run()
    return page.file_uploader(key="dataset_file").set_value([(name, data, "")]).run()


def parquet(dataset: FaceDataset, tmp_path: Path) -> bytes:
    write_parquet(dataset, tmp_path / "upload.parquet")
    return (tmp_path / "upload.parquet").read_bytes()


def test_searching_an_upload_for_copies_leaves_nothing_on_disk(
    open_page: Open, made_up: FaceDataset, tmp_path: Path
) -> None:
    page = upload(open_page(section="Label quality"), "a.parquet", parquet(made_up, tmp_path))
    assert not page.exception
    assert "2 of 63 faces (3.2 %) are there more than once" in texts(page)
    assert not (tmp_path / "cache").exists()


def test_one_can_go_back_from_an_upload(
    open_page: Open, made_up: FaceDataset, tmp_path: Path
) -> None:
    page = open_page()
    assert not [button for button in page.button if button.key == "dataset_back"]
    upload(page, "a.parquet", parquet(made_up, tmp_path))
    assert "63 faces, 7 emotions" in texts(page)
    assert page.button(key="dataset_back").label == "Back to FER2013's statistics"
    page.button(key="dataset_back").click().run()
    assert "35,887 faces, 7 emotions" in texts(page)
    page.run()
    assert "35,887 faces, 7 emotions" in texts(page)


def test_faces_that_all_look_alike_are_an_error_of_the_section(
    open_page: Open, made_up: FaceDataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(duplicates, "MOST_PAIRS", 0)
    images = np.repeat(made_up.images[:1], 63, axis=0)
    images[:, 0, 0] = np.arange(63)
    alike = replace(made_up, images=images)
    page = upload(open_page(section="Label quality"), "c.parquet", parquet(alike, tmp_path))
    assert not page.exception
    assert "too many to search for copies" in page.error[0].value


def test_marks_belong_to_their_dataset(
    open_page: Open, made_up: FaceDataset, tmp_path: Path
) -> None:
    page = upload(open_page(section="Label quality"), "a.parquet", parquet(made_up, tmp_path))
    page.session_state[f"copies_{page.session_state[UPLOADED].key}_marks"].add(50)
    page.run()
    assert [face["marked"] for face in grid(page)] == [True]
    other = FaceDataset(255 - made_up.images, made_up.labels, made_up.usage)
    upload(page, "b.parquet", parquet(other, tmp_path))
    assert [(face["row"], face["marked"]) for face in grid(page)] == [(50, False)]


def test_name_of_an_upload_is_shown_as_it_is(open_page: Open) -> None:
    page = upload(open_page(), "![x](http://x).zip", b"no zip")
    assert not page.exception
    assert plain("![x](http://x).zip is damaged") in page.error[0].value


def test_path_of_a_csv_with_broken_rows(
    open_page: Open, made_up: FaceDataset, tmp_path: Path
) -> None:
    lines = csv_lines(made_up)
    for line in range(1, 64, 10):
        lines[line] = "9" + lines[line][1:]
    (tmp_path / "fer2013.csv").write_text("\n".join(lines))
    page = open_page()
    page.button_group(key="dataset_way").set_value("Path").run()
    page.text_input[0].set_value(str(tmp_path / "fer2013.csv"))
    next(button for button in page.button if button.label == "Read it").click().run()
    assert not page.exception
    assert page.warning[0].value == "7 rows or files were left out."
    assert "56 faces" in texts(page)
    assert "Line 2: emotion '9' is not 0..6." in page.dataframe[0].value["Left out"].to_list()


def test_wrong_path_and_wrong_upload_are_errors(open_page: Open) -> None:
    page = open_page()
    page.button_group(key="dataset_way").set_value("Path").run()
    page.text_input[0].set_value("/nowhere/fer2013.csv")
    next(button for button in page.button if button.label == "Read it").click().run()
    assert not page.exception
    assert plain("no dataset at /nowhere") in page.error[0].value
    page.button_group(key="dataset_way").set_value("Upload").run()
    bomb = zipped({f"train/sad/{n}.png": bytes(70 * 2**20) for n in range(10)})
    page.file_uploader(key="dataset_file").set_value([("b.zip", bomb, "application/zip")]).run()
    assert not page.exception
    assert "would unpack to 700 MB" in page.error[0].value
    assert "35,887 faces" in texts(page)


def test_hosted_takes_no_path(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FER_HOSTED", "1")
    page = open_page()
    assert not page.exception
    assert not page.text_input
    assert not [button for button in page.button if "Fetch" in button.label]
    assert len(page.file_uploader) == 1


def test_hosted_ignores_a_path_left_in_the_session(
    open_page: Open, made_up: FaceDataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_parquet(made_up, tmp_path / "other.parquet")
    monkeypatch.setenv("FER_HOSTED", "1")
    page = open_page()
    page.session_state[CHOSEN] = str(tmp_path / "other.parquet")
    page.run()
    assert "35,887 faces" in texts(page)


def test_missing_dataset_in_the_settings_is_an_error_and_the_statistics_stand(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FER_DATA", "/nowhere/fer2013.parquet")
    settings.cache_clear()
    app = AppTest.from_file(str(ROOT / "Home.py"), default_timeout=60)
    page = app.switch_page("pages/1_Dataset.py").run()
    assert not page.exception
    assert plain("no dataset at /nowhere") in page.error[0].value
    assert "35,887 faces" in texts(page)


def test_fetch_without_network_says_what_to_do(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    from fer_core.dataset.download import SOURCES

    nowhere = replace(SOURCES["huggingface"], url="http://127.0.0.1:9/fer2013.tar.gz")
    monkeypatch.setitem(SOURCES, "huggingface", nowhere)
    page = open_page()
    next(button for button in page.button if button.label == "Fetch FER2013").click().run()
    assert not page.exception
    assert plain("cannot be reached. By hand: download FER2013") in page.error[0].value


def test_copies_name_the_pair_and_its_labels(open_page: Open, made_up: FaceDataset) -> None:
    page = open_page(made_up, "Label quality")
    assert "2 of 63 faces (3.2 %) are there more than once" in texts(page)
    assert "0 faces of PublicTest (0.0 %) and 1 face of PrivateTest (4.8 %)" in texts(page)
    (face,) = grid(page)
    assert (face["row"], face["label"], face["note"]) == (50, "disgust", "50, exactly as 0, angry")
    assert "1 of the 1 copies are exact" in texts(page)
    assert "100.0 % of the copies carry another label" in texts(page)


def test_copies_are_those_of_the_chosen_emotions(open_page: Open, made_up: FaceDataset) -> None:
    page = open_page(made_up, "Label quality")
    page.button_group(key="labels").set_value("r3").run()
    assert not page.exception
    assert "0 of 27 faces (0.0 %) are there more than once" in texts(page)
    assert "0 faces of PublicTest (0.0 %) and 0 faces of PrivateTest (0.0 %)" in texts(page)


def test_doubted_labels_are_compared_with_those_that_were_judged(made_up: FaceDataset) -> None:
    """Whatever split they are of: a model of R3 judges faces of Training too."""
    answers = np.where(np.arange(63) < 5, "surprise", np.array(EMOTIONS)[made_up.labels])
    votes = pd.DataFrame({name: 10 * (answers == name) for name in EMOTIONS})
    dataset = replace(made_up, votes=votes, usage=np.zeros(63, np.uint8))
    view = View(Loaded(dataset, "doubted"), EMOTIONS)
    words = _confirmed(view, pd.DataFrame({"row": [0, 1, 20]}), np.arange(20))
    assert "contradicts 66.7 % of the doubted labels, against 25.0 % of all that" in words


def test_doubtful_labels_of_other_faces_are_refused(open_page: Open, made_up: FaceDataset) -> None:
    page = open_page(made_up, "Label quality")
    page.button_group(key="doubt").set_value("Doubtful labels").run()
    assert not page.exception
    assert "which this dataset is not" in page.info[0].value


def test_doubtful_labels_without_a_dataset_are_a_table(open_page: Open) -> None:
    page = open_page(section="Label quality")
    page.button_group(key="doubt").set_value("Doubtful labels").run()
    assert not page.exception
    table = page.dataframe[0].value
    assert {"row", "label", "suggested", "p_label"} <= set(table.columns)
    assert (table["label"] != table["suggested"]).all()
    learnt = re.search(r"(\d+) faces of validation and test are left out", texts(page))
    judged = re.search(r"of the (\d+) faces that", texts(page))
    assert learnt and judged
    assert int(judged[1]) + int(learnt[1]) == 600
    assert int(learnt[1]) > 50


def test_labels_of_training_are_doubted_by_those_who_did_not_learn_them(open_page: Open) -> None:
    page = open_page(section="Label quality")
    page.button_group(key="doubt").set_value("Doubtful labels").run()
    page.button_group(key="doubted_part").set_value("Training").run()
    assert not page.exception
    assert "of the 28,709 faces of Training" in texts(page)
    assert page.dataframe[0].value["row"].max() < 28_709


def test_doubts_about_training_are_not_laid_upon_other_faces(
    open_page: Open, made_up: FaceDataset
) -> None:
    page = open_page(made_up, "Label quality")
    page.button_group(key="doubt").set_value("Doubtful labels").run()
    page.button_group(key="doubted_part").set_value("Training").run()
    assert not page.exception
    assert "which this dataset is not" in page.info[0].value


@pytest.mark.parametrize("way", ["No faces", "FER+ votes"])
def test_other_doubts_stand_with_and_without_faces(
    open_page: Open, made_up: FaceDataset, way: str
) -> None:
    for dataset in (None, made_up):
        page = open_page(dataset, "Label quality")
        page.button_group(key="doubt").set_value(way).run()
        assert not page.exception
        assert not page.error


def test_augmentation_shows_what_the_other_process_answers(
    open_page: Open, made_up: FaceDataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def answer(face: np.ndarray, recipe: str, count: int, seed: int) -> np.ndarray:
        asked.append((recipe, seed))
        return np.repeat(face[None], count, axis=0)

    monkeypatch.setattr("fer_core.ui.dataset.augmentation.augmented", answer)
    page = open_page(made_up, "Augmentation")
    page.selectbox(key="augment_model").set_value("custom_cnn").run()
    page.number_input(key="augment_row").set_value(9).run()
    assert not page.exception
    assert ("custom_cnn", 0) in asked
    assert len(grid(page)) == 16
    assert "turned by up to 10°" in texts(page)


def test_frozen_models_see_the_face_as_it_is_and_four_views(
    open_page: Open, made_up: FaceDataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "fer_core.ui.dataset.augmentation.augmented",
        lambda face, recipe, count, seed: np.repeat(face[None], count, axis=0),
    )
    page = open_page(made_up, "Augmentation")
    page.selectbox(key="augment_model").set_value("vgg16").run()
    assert not page.exception
    assert len(grid(page)) == 5
    assert "it sees 5 views of each face, the same in every epoch: the face as it is, and 4" in (
        texts(page)
    )


def test_a_label_that_a_model_does_not_know_is_no_error_of_its() -> None:
    classes = ("happy", "sad")
    assert _agrees("happy", "happy", classes) == "yes"
    assert _agrees("happy", "sad", classes) == "no"
    assert _agrees("happy", "fear", classes) == "does not know fear"


def test_page_imports_no_tensorflow() -> None:
    import subprocess
    import sys

    code = (
        "import runpy, sys\n"
        "from streamlit.testing.v1 import AppTest\n"
        "app = AppTest.from_file('Home.py', default_timeout=60)\n"
        "page = app.switch_page('pages/1_Dataset.py').run()\n"
        "assert not page.exception, page.exception\n"
        "print('tensorflow' in sys.modules, 'keras' in sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert done.stdout.split() == ["False", "False"], done.stderr
