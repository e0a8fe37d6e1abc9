from dataclasses import replace
from pathlib import Path

import pytest
from dataset_page import Open, parquet, texts, upload
from forms import csv_lines, write_tree, zipped
from streamlit.testing.v1 import AppTest

from fer_core.dataset import FaceDataset
from fer_core.dataset.parquet_form import write_parquet
from fer_core.settings import ROOT, settings
from studio.dataset.source import CHOSEN
from studio.markdown import plain
from studio.shared_datasets import load_path


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


def test_a_picture_added_to_a_folder_is_there_when_it_is_read_again(
    made_up: FaceDataset, tmp_path: Path
) -> None:
    root = write_tree(made_up, tmp_path / "tree", {"Training": "train", "PrivateTest": "test"})
    before = load_path(root)
    assert load_path(root).key == before.key
    first = next(root.glob("train/happy/*.png"))
    (first.parent / "another.png").write_bytes(first.read_bytes())
    assert len(load_path(root).dataset) == len(before.dataset) + 1
