import io
import tarfile
import tracemalloc
import zipfile
from pathlib import Path

import pytest
from forms import CsvFile, assert_same, write_tree, zipped

from fer_core.common import archives
from fer_core.dataset import (
    FaceDataset,
    load,
    load_upload,
)
from fer_core.errors import DatasetError
from fer_core.settings import settings


def test_tarball_and_zip_and_folder_of_a_csv(
    faces: FaceDataset, csv_file: CsvFile, tmp_path: Path
) -> None:
    source = csv_file()
    with tarfile.open(tmp_path / "fer2013.tar.gz", "w:gz") as archive:
        archive.add(source, "fer2013/fer2013.csv")
        archive.add(__file__, "fer2013/README")
    assert_same(load(tmp_path / "fer2013.tar.gz"), faces)
    files = {"a/train.csv": b"emotion,pixels\n", "a/icml_face_data.csv": source.read_bytes()}
    (tmp_path / "b.zip").write_bytes(zipped(files))
    assert_same(load(tmp_path / "b.zip"), faces)
    (tmp_path / "folder").mkdir()
    source.rename(tmp_path / "folder" / "fer2013.csv")
    assert_same(load(tmp_path / "folder"), faces)


def test_uploaded_zip_of_a_tree_leaves_nothing_on_disk(
    faces: FaceDataset, tmp_path: Path, cache: Path
) -> None:
    root = write_tree(faces, tmp_path / "tree", {"Training": "train", "PublicTest": "val"})
    files = {f"fer/{path.relative_to(root)}": path.read_bytes() for path in root.rglob("*.png")}
    files["__MACOSX/fer/train/sad/._0.png"] = b"resource fork"
    loaded = load_upload("mine.zip", zipped(files))
    assert (len(loaded), loaded.problems) == (28, ())
    assert len(loaded.rows("PublicTest")) == 14
    assert not cache.exists()


def test_zip_bomb_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings(), "memory_mb", 200)
    bomb = zipped({f"train/sad/{n}.png": bytes(7 * 2**20) for n in range(10)})
    assert len(bomb) < 2**20
    with pytest.raises(DatasetError, match=r"would unpack to 70 MB in 10 files"):
        load_upload("bomb.zip", bomb)


def test_zip_that_lies_about_its_sizes_unpacks_no_more_than_it_says() -> None:
    packed = bytearray(zipped({"train/sad/a.png": bytes(60 * 2**20)}))
    size = (60 * 2**20).to_bytes(4, "little")
    assert packed.count(size) == 2  # before the data, and in the list of files
    tracemalloc.start()
    with pytest.raises(DatasetError, match="damaged"):
        load_upload("a.zip", bytes(packed.replace(size, (1000).to_bytes(4, "little"))))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2 * 2**20


def test_zip_of_too_many_files_is_refused_before_they_are_listed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(settings(), "max_archive_files", 10)
    crowd = zipped({f"train/sad/{n}.png": b"" for n in range(21)})
    monkeypatch.setattr(archives.zipfile, "ZipFile", None)
    with pytest.raises(DatasetError, match=r"lists 21 files; the limit is 10"):
        load_upload("a.zip", crowd)


@pytest.mark.parametrize("packing", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_zip_packed_otherwise_than_deflated_is_refused(packing: int) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", packing) as archive:
        archive.writestr("train/sad/a.png", bytes(1000))
    with pytest.raises(DatasetError, match="ordinary zip"):
        load_upload("a.zip", file.getvalue())


def test_damaged_and_encrypted_zips_are_errors(faces: FaceDataset) -> None:
    whole = zipped({"train/sad/a.txt": b"x" * 1000})
    with pytest.raises(DatasetError, match="damaged"):
        load_upload("a.zip", whole[: len(whole) // 2])
    encrypted = bytearray(whole)
    encrypted[6] |= 1
    encrypted[whole.rindex(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(DatasetError, match="encrypted"):
        load_upload("a.zip", bytes(encrypted))


def test_zip_whose_packed_bytes_are_damaged_is_an_error() -> None:
    broken = bytearray(zipped({"train/sad/a.png": b"x" * 1000}))
    broken[30 + len("train/sad/a.png")] = 0b111  # a kind of block that deflate does not have
    with pytest.raises(DatasetError, match=r"damaged.*invalid block type"):
        load_upload("a.zip", bytes(broken))
