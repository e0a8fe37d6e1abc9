import json

import numpy as np
import pytest
from dataset_page import Open, grid, texts
from streamlit.testing.v1 import AppTest

from fer_core.dataset import FaceDataset
from fer_core.emotions import EMOTIONS
from fer_core.training.recipes import OURS
from studio.dataset.augmentation import in_words

SECTIONS = ("Distribution", "Samples", "Appearance", "Map", "Label quality")


def charts(page: AppTest) -> list[dict]:
    return [json.loads(chart.proto.spec) for chart in page.get("plotly_chart")]


@pytest.mark.parametrize("section", SECTIONS)
def test_every_section_stands_without_a_dataset(open_page: Open, section: str) -> None:
    page = open_page(section=section)
    assert not page.exception
    assert not page.error
    assert "35,887 faces, 7 emotions: **happy** is 16.4 times" in texts(page)
    assert "the faces themselves are not on this machine" in texts(page)


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


def test_drawings_stand_where_there_are_no_faces(open_page: Open) -> None:
    page = open_page(section="Samples")
    assert not page.exception
    assert len(grid(page)) == 49
    assert any("Drawings by this project" in caption.value for caption in page.caption)
    page.button_group(key="samples_emotion").set_value("fear").run()
    assert [(face["label"], face["note"]) for face in grid(page)] == [("fear", "drawing")] * 7


def test_samples_are_filtered_and_paged(open_page: Open, made_up: FaceDataset) -> None:
    page = open_page(made_up, "Samples")
    assert [face["row"] for face in grid(page)] == list(range(48))
    page.button_group(key="samples_emotion").set_value("fear").run()
    assert [face["row"] for face in grid(page)] == list(range(2, 63, 7))
    assert {face["label"] for face in grid(page)} == {"fear"}
    page.button_group(key="samples_split").set_value("PublicTest").run()
    assert [face["row"] for face in grid(page)] == [23, 30, 37]
    page.button(key="samples_shuffle").click().run()
    assert {face["row"] for face in grid(page)} == {23, 30, 37}


def test_augmentation_shows_what_the_other_process_answers(
    open_page: Open, made_up: FaceDataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def answer(face: np.ndarray, recipe: str, count: int, seed: int) -> np.ndarray:
        asked.append((recipe, seed))
        return np.repeat(face[None], count, axis=0)

    monkeypatch.setattr("studio.dataset.augmentation.augmented", answer)
    page = open_page(made_up, "Augmentation")
    page.selectbox(key="augment_model").set_value("mini_xception").run()
    page.number_input(key="augment_row").set_value(9).run()
    assert not page.exception
    assert ("mini_xception", 0) in asked
    assert len(grid(page)) == 16
    assert "turned by up to 10°" in texts(page)


def test_what_cameras_do_in_training_is_told() -> None:
    told = in_words(OURS["custom_cnn"].augmentation)
    assert told.startswith("mirrored half of the time, turned by up to 12°")
    assert "and, each for 10 % of the faces, up to 30 % of each side covered" in told
    assert told.endswith(
        "made noisy by up to 28 gray levels, saved as JPEG of quality 12 or better"
    )
    assert "and, each" not in in_words(OURS["mini_xception"].augmentation)


def test_frozen_models_see_the_face_as_it_is_and_four_views(
    open_page: Open, made_up: FaceDataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "studio.dataset.augmentation.augmented",
        lambda face, recipe, count, seed: np.repeat(face[None], count, axis=0),
    )
    page = open_page(made_up, "Augmentation")
    page.selectbox(key="augment_model").set_value("vgg16").run()
    assert not page.exception
    assert len(grid(page)) == 5
    assert "it sees 5 views of each face, the same in every epoch: the face as it is, and 4" in (
        texts(page)
    )
