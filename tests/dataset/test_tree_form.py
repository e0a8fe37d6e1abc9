from functools import partial
from pathlib import Path

import cv2
import numpy as np
import pytest
from forms import write_tree
from PIL import Image

from fer_core.dataset import (
    FaceDataset,
    face_decoder,
    load,
)
from fer_core.errors import DatasetError
from fer_core.faces.only_face import face_finder
from fer_core.images import encode_png


def test_folder_tree(faces: FaceDataset, tmp_path: Path) -> None:
    names = {"Training": "train", "PublicTest": "validation", "PrivateTest": "test"}
    loaded = load(write_tree(faces, tmp_path / "tree", names))
    assert len(loaded) == 42
    assert loaded.notes == ()
    assert loaded.origin is not None
    for face, label, usage, origin in zip(
        loaded.images, loaded.labels, loaded.usage, loaded.origin, strict=True
    ):
        row = int(Path(origin).stem)
        np.testing.assert_array_equal(face, faces.images[row])
        assert (label, usage) == (faces.labels[row], faces.usage[row])


def test_folder_tree_without_validation_says_so(faces: FaceDataset, tmp_path: Path) -> None:
    loaded = load(
        write_tree(faces, tmp_path / "tree", {"Training": "train", "PrivateTest": "test"})
    )
    assert [len(loaded.rows(usage)) for usage in ("Training", "PublicTest", "PrivateTest")] == [
        14,
        0,
        14,
    ]
    assert "no validation folder" in loaded.notes[0]
    assert load(tmp_path / "tree").notes == loaded.notes


def test_kaggle_file_names_tell_the_split(tmp_path: Path) -> None:
    folder = tmp_path / "tree" / "test" / "surprised"
    folder.mkdir(parents=True)
    Image.new("L", (48, 48), 7).save(folder / "PublicTest_1.png")
    Image.new("L", (48, 48), 9).save(folder / "PrivateTest_2.png")
    loaded = load(tmp_path / "tree")
    assert loaded.images[loaded.rows("PublicTest")[0]].max() == 7
    assert loaded.labels.tolist() == [5, 5]


def test_pictures_of_any_size_become_48_by_48_gray(tmp_path: Path) -> None:
    folder = tmp_path / "tree" / "Train" / "Happiness"
    folder.mkdir(parents=True)
    picture = Image.new("RGB", (200, 120), (255, 255, 255))
    picture.paste((0, 0, 0), (0, 0, 100, 120))
    picture.save(folder / "large.jpg", quality=95)
    Image.new("RGB", (5, 9), (255, 0, 0)).save(folder / "small.png")
    loaded = load(tmp_path / "tree")
    large, small = loaded.images
    assert large[:, :20].max() < 10
    assert large[:, 28:].min() > 245
    assert set(np.unique(small)) == {76}  # 0.299 of 255
    assert loaded.labels.tolist() == [3, 3]


def test_unknown_class_folder_and_damaged_picture_are_counted(
    faces: FaceDataset, tmp_path: Path
) -> None:
    root = write_tree(faces, tmp_path / "tree", {"Training": "train"})
    (root / "train" / "contempt").mkdir()
    for name in ("a.png", "b.png"):
        Image.new("L", (48, 48)).save(root / "train" / "contempt" / name)
    (root / "train" / "sad" / "zz.png").write_bytes(b"no picture")
    loaded = load(root)
    assert len(loaded) == 14
    assert len(loaded.problems) == 2
    assert loaded.problems[0].startswith("train/sad/zz.png: ")
    assert loaded.problems[1].startswith("Folder train/contempt: 2 pictures left out")


def test_csv_beside_pictures_that_is_no_dataset_is_passed_over(
    faces: FaceDataset, tmp_path: Path
) -> None:
    root = write_tree(faces, tmp_path / "tree", {"Training": "train"})
    (root / "labels.csv").write_text("file,who\n000.png,me\n")
    assert len(load(root)) == 14
    (tmp_path / "other").mkdir()
    (root / "labels.csv").rename(tmp_path / "other" / "labels.csv")
    Image.new("L", (9, 9)).save(tmp_path / "other" / "logo.png")
    with pytest.raises(DatasetError, match=r"labels\.csv has no column emotion"):
        load(tmp_path / "other")


def test_picture_of_too_many_pixels_is_left_out(
    faces: FaceDataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = write_tree(faces, tmp_path / "tree", {"Training": "train"})
    Image.new("L", (5000, 4000)).save(root / "train" / "sad" / "wall.png")
    loaded = load(root)
    assert len(loaded) == 14
    assert loaded.problems[0].startswith("train/sad/wall.png: The picture has 20 million pixels")
    monkeypatch.setattr(face_decoder, "MAX_ALL_PIXELS", 13 * 48 * 48)
    with pytest.raises(DatasetError, match="pixels together"):
        load(root)


def test_folder_without_faces_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(DatasetError, match="no face"):
        load(tmp_path / "empty")


def test_middle_square_of_a_wide_picture_is_the_face(tmp_path):
    wide = np.zeros((60, 180, 3), np.uint8)
    wide[:, 60:120] = 200
    folder = tmp_path / "test" / "happy"
    folder.mkdir(parents=True)
    (folder / "wide.png").write_bytes(encode_png(wide))
    assert (load(tmp_path).images == 200).all()


def test_face_is_found_in_a_photograph_and_small_pictures_are_faces_already(tmp_path, astronaut):
    folder = tmp_path / "test" / "happy"
    folder.mkdir(parents=True)
    (folder / "a.png").write_bytes(encode_png(astronaut))
    face = np.random.default_rng(0).integers(0, 256, (48, 48), np.uint8)
    (folder / "b.png").write_bytes(encode_png(face))
    (folder / "c.png").write_bytes(encode_png(np.full((90, 90, 3), 99, np.uint8)))
    dataset = load(tmp_path, partial(face_finder, "haar_alt2"))
    assert len(dataset) == 2
    cut = cv2.resize(cv2.cvtColor(astronaut[60:170, 170:280], cv2.COLOR_RGB2GRAY), (48, 48))
    assert np.corrcoef(dataset.images[0].ravel(), cut.ravel())[0, 1] > 0.7
    np.testing.assert_array_equal(dataset.images[1], face)
    assert "c.png: No face was found" in dataset.problems[0]
