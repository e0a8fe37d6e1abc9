import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from dataset_page import Open, grid, parquet, texts, upload

from fer_core.audit import duplicates
from fer_core.dataset import FaceDataset
from fer_core.emotions import EMOTIONS
from studio.dataset.doubtful import _confirmed
from studio.dataset.source import UPLOADED
from studio.dataset.view import View
from studio.one_face import _agrees
from studio.shared_datasets import Loaded


def test_searching_an_upload_for_copies_leaves_nothing_on_disk(
    open_page: Open, made_up: FaceDataset, tmp_path: Path
) -> None:
    page = upload(open_page(section="Label quality"), "a.parquet", parquet(made_up, tmp_path))
    assert not page.exception
    assert "2 of 63 faces (3.2 %) are there more than once" in texts(page)
    assert not (tmp_path / "cache").exists()


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
    assert {"Row", "Label", "Suggested", "Confidence in the label"} <= set(table.columns)
    assert (table["Label"] != table["Suggested"]).all()
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
    assert page.dataframe[0].value["Row"].max() < 28_709


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


def test_a_label_that_a_model_does_not_know_is_no_error_of_its() -> None:
    classes = ("happy", "sad")
    assert _agrees("happy", "happy", classes) == "yes"
    assert _agrees("happy", "sad", classes) == "no"
    assert _agrees("happy", "fear", classes) == "does not know fear"
