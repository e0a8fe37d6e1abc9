import io
import tarfile
import tracemalloc
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from forms import csv_lines, footer_claims, write_tree, zipped
from PIL import Image

from fer_core.dataset import (
    FaceDataset,
    archive,
    csv_form,
    load,
    load_upload,
    parquet_form,
    tree_form,
)
from fer_core.dataset.parquet_form import write_parquet
from fer_core.dataset.parquet_pages import unpacked_size
from fer_core.dataset.quality import majority_vote
from fer_core.errors import DatasetError
from fer_core.settings import settings

CsvFile = Callable[..., Path]


def assert_same(loaded: FaceDataset, expected: FaceDataset) -> None:
    np.testing.assert_array_equal(loaded.images, expected.images)
    np.testing.assert_array_equal(loaded.labels, expected.labels)
    np.testing.assert_array_equal(loaded.usage, expected.usage)
    assert loaded.problems == ()


def test_csv(faces: FaceDataset, csv_file: CsvFile) -> None:
    loaded = load(csv_file())
    assert_same(loaded, faces)
    assert loaded.origin is None
    assert not loaded.images.flags.writeable


def test_icml_csv_has_spaces_in_its_headers(faces: FaceDataset, csv_file: CsvFile) -> None:
    lines = ["emotion, Usage, pixels"]
    for line in csv_lines(faces)[1:]:
        emotion, pixels, usage = line.split(",")
        lines.append(f"{emotion},{usage},{pixels}")
    assert_same(load(csv_file(lines)), faces)


def test_second_load_reads_the_cache_until_the_file_changes(
    faces: FaceDataset, csv_file: CsvFile, cache: Path
) -> None:
    path = csv_file()
    load(path)
    (kept,) = (cache / "datasets").glob("*.parquet")
    other = FaceDataset(255 - faces.images, faces.labels, faces.usage)
    write_parquet(other, kept)
    assert_same(load(path), other)
    assert len(load(csv_file(csv_lines(faces)[:20]))) == 19
    assert len(list((cache / "datasets").glob("*.parquet"))) == 1


def test_damaged_cache_is_made_again(faces: FaceDataset, csv_file: CsvFile, cache: Path) -> None:
    path = csv_file()
    load(path)
    (kept,) = (cache / "datasets").glob("*.parquet")
    kept.write_bytes(b"PAR1 but no more")
    assert_same(load(path), faces)


def test_broken_csv_rows_are_named_by_line(faces: FaceDataset, csv_file: CsvFile) -> None:
    lines = csv_lines(faces)
    lines[2] = lines[2].replace(" ", "  x ", 1)
    lines[4] = "9" + lines[4][1:]
    lines[6] = lines[6].rsplit(",", 1)[0] + ",Public"
    lines[8] = "3,1 2 3,Training"
    lines[10] = "3,Training"
    lines[12] = lines[12].replace(",", ",999 ", 1).rsplit(" ", 1)[0] + ",Training"
    loaded = load(csv_file(lines))
    assert len(loaded) == 36
    assert loaded.problems == (
        "Line 3: its pixels are not all numbers.",
        "Line 5: emotion '9' is not 0..6.",
        "Line 7: usage 'Public' is none of Training, PublicTest, PrivateTest.",
        "Line 9: 3 pixels instead of 2304.",
        "Line 11: 2 instead of 3 fields.",
        "Line 13: a pixel is not in 0..255.",
    )
    assert loaded.origin is not None
    assert loaded.origin[:4].tolist() == [0, 2, 4, 6]
    assert load(csv_file(lines)).problems == loaded.problems  # from the cache


def test_stray_quotation_mark_costs_one_row(faces: FaceDataset, csv_file: CsvFile) -> None:
    lines = csv_lines(faces)
    lines[3] = lines[3].replace(" ", ' "', 1)
    assert len(load(csv_file(lines))) == 41


def test_pixel_that_would_wrap_round_costs_its_row(faces: FaceDataset, csv_file: CsvFile) -> None:
    lines = csv_lines(faces)
    emotion, pixels, usage = lines[3].split(",")
    lines[3] = f"{emotion},{' '.join(['4294967297', *pixels.split()[1:]])},{usage}"
    loaded = load(csv_file(lines))
    assert loaded.problems == ("Line 4: a pixel is not in 0..255.",)


def test_line_of_any_length_costs_one_row_and_little_memory(faces: FaceDataset) -> None:
    lines = csv_lines(faces)
    lines[3] = "3," + "7 " * 10_000_000 + ",Training"
    data = zipped({"fer2013.csv": "\n".join(lines).encode()})
    tracemalloc.start()
    loaded = load_upload("a.zip", data)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(loaded) == 41
    assert loaded.problems == ("Line 4: 2 instead of 3 fields.",)
    assert peak < 5 * 2**20


def test_csv_of_nothing_but_broken_lines_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_form, "MOST_BROKEN", 5)
    text = "emotion,pixels,Usage\n" + "x\n" * 6
    with pytest.raises(DatasetError, match=r"over 5 lines that are no faces"):
        load_upload("a.csv", text.encode())


def test_csv_without_a_good_row_is_an_error(csv_file: CsvFile) -> None:
    with pytest.raises(DatasetError, match=r"no face that can be used.*Line 2: 3 pixels"):
        load(csv_file(["emotion,pixels,Usage", "0,1 2 3,Training"]))


@pytest.mark.parametrize("text", ["", "emotion,pixels\n0,1 2 3\n", "\0\1\2 binary"])
def test_csv_of_another_kind_names_what_is_missing(tmp_path: Path, text: str) -> None:
    path = tmp_path / "other.csv"
    path.write_text(text)
    with pytest.raises(DatasetError, match="no column"):
        load(path)


def test_parquet_with_votes(faces: FaceDataset, tmp_path: Path) -> None:
    votes = pd.DataFrame({"happiness": np.arange(42, dtype=np.uint8) % 10, "nf": np.uint8(0)})
    write_parquet(
        FaceDataset(faces.images, faces.labels, faces.usage, votes), tmp_path / "a.parquet"
    )
    loaded = load(tmp_path / "a.parquet")
    assert_same(loaded, faces)
    assert loaded.votes is not None
    pd.testing.assert_frame_equal(loaded.votes, votes)


def test_broken_parquet_rows_are_named(faces: FaceDataset, tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "emotion": faces.labels.astype(float),
            "usage": "Training",
            "pixels": [face.tobytes() for face in faces.images],
        }
    )
    frame.loc[1, "emotion"] = 7
    frame.loc[3, "usage"] = "train"
    frame.at[5, "pixels"] = b"short"
    frame.at[6, "pixels"] = None
    frame.to_parquet(tmp_path / "a.parquet")
    loaded = load(tmp_path / "a.parquet")
    assert loaded.problems == (
        "Row 1: emotion 7.0 is not 0..6.",
        "Row 3: usage 'train' is none of Training, PublicTest, PrivateTest.",
        "Row 5: 5 pixels instead of 2304.",
        "Row 6: 0 pixels instead of 2304.",
    )
    np.testing.assert_array_equal(loaded.images[3], faces.images[7])
    assert loaded.origin is not None
    assert loaded.origin[:4].tolist() == [0, 2, 4, 7]


def test_parquet_of_another_schema_is_an_error(tmp_path: Path) -> None:
    pd.DataFrame({"image": [b"x"], "label": [1]}).to_parquet(tmp_path / "a.parquet")
    with pytest.raises(DatasetError, match=r"no column emotion and no usage and no pixels.*image"):
        load(tmp_path / "a.parquet")
    pd.DataFrame({"emotion": [1], "usage": ["Training"], "pixels": ["1 2"]}).to_parquet(
        tmp_path / "b.parquet"
    )
    with pytest.raises(DatasetError, match="not bytes"):
        load(tmp_path / "b.parquet")
    (tmp_path / "c.parquet").write_bytes(b"not parquet at all")
    with pytest.raises(DatasetError, match="cannot be read"):
        load(tmp_path / "c.parquet")


def columns_of(faces: FaceDataset) -> dict[str, pa.Array]:
    """The columns of a parquet of the faces, all of them Training."""
    return {
        "emotion": pa.array(faces.labels),
        "usage": pa.array(["Training"] * len(faces)),
        "pixels": pa.array([face.tobytes() for face in faces.images]),
    }


def parquet_of(columns: dict[str, pa.Array], **options: object) -> bytes:
    file = io.BytesIO()
    pq.write_table(pa.table(columns), file, **options)
    return file.getvalue()


def one_for_all(value: bytes | str, n: int) -> pa.Array:
    """A column of n cells which the file holds but once."""
    return pa.DictionaryArray.from_arrays(pa.array([0] * n, pa.int32()), pa.array([value]))


def test_uploaded_parquet_may_share_values_and_spell_types_otherwise(faces: FaceDataset) -> None:
    columns = columns_of(faces)
    columns["pixels"] = pa.array([faces.images[0].tobytes(), None] * 21, pa.large_binary())
    columns["usage"] = columns["usage"].dictionary_encode()
    loaded = load_upload("a.parquet", parquet_of(columns))
    assert len(loaded) == len(loaded.problems) == 21
    assert loaded.problems[0] == "Row 1: 0 pixels instead of 2304."
    assert (loaded.images == faces.images[0]).all()


def test_parquet_of_one_huge_cell_is_refused_before_it_is_unpacked(faces: FaceDataset) -> None:
    columns = columns_of(faces)
    columns["pixels"] = pa.array([*columns["pixels"].to_pylist()[1:], bytes(50 * 2**20)])
    data = parquet_of(columns, compression="zstd")
    assert len(data) < 2**18
    with pytest.raises(DatasetError, match=r"would unpack 42 rows to 50 MB: its cells are larger"):
        load_upload("a.parquet", data)


@pytest.fixture(scope="module")
def many() -> bytes:
    """A parquet of 1,234 faces, a number that stands in its footer once for each count of them."""
    rng = np.random.default_rng(4)
    columns = {
        "emotion": pa.array(rng.integers(0, 7, 1234), pa.uint8()),
        "usage": pa.array(["Training"] * 1234),
        "pixels": pa.array([rng.bytes(2304) for _ in range(1234)], pa.binary()),
        "ferplus_fear": pa.array(rng.integers(0, 9, 1234), pa.uint8()),
    }
    return parquet_of(columns, use_dictionary=["usage"], compression="zstd")


@pytest.mark.parametrize("uploaded", [True, False])
@pytest.mark.parametrize("claimed", [0, 1, 1233, 1235, 10**7, 10**12, 2**62, -5])
def test_parquet_whose_footer_counts_other_rows_is_an_error(
    many: bytes, claimed: int, uploaded: bool, tmp_path: Path
) -> None:
    lies = footer_claims(many, 1234, claimed)
    assert len(lies) >= 6  # of the file, of its row group, and of each of its four columns
    errors = []
    for place, lie in enumerate(lies):
        path = tmp_path / f"{place}.parquet"
        path.write_bytes(lie)
        try:
            loaded = load_upload(path.name, lie) if uploaded else load(path)
        except DatasetError as error:
            errors.append(str(error))
        else:
            assert len(loaded) == 1234  # Arrow does not go by this one
    assert errors
    assert all("\n" not in error and error.endswith(".") for error in errors)
    if not uploaded:
        assert "holds another number of rows than its footer says" in errors[0]


def test_parquet_whose_footer_makes_a_huge_cell_small_is_refused_before_it_is_unpacked(
    faces: FaceDataset,
) -> None:
    columns = columns_of(faces)
    columns["pixels"] = pa.array([*columns["pixels"].to_pylist()[1:], bytes(50 * 2**20)])
    data = parquet_of(columns, compression="zstd")
    size = pq.read_metadata(io.BytesIO(data)).row_group(0).column(2).total_uncompressed_size
    (lie,) = footer_claims(data, size, 100_000)
    with pytest.raises(DatasetError, match=r"would unpack 42 rows to 50 MB: its cells are larger"):
        load_upload("a.parquet", lie)


@pytest.mark.parametrize("place", ["data_page_offset", "total_compressed_size"])
@pytest.mark.parametrize("claimed", [-1, 3, 2**40])
def test_parquet_whose_footer_misplaces_its_pages_is_an_error(
    many: bytes, place: str, claimed: int
) -> None:
    column = pq.read_metadata(io.BytesIO(many)).row_group(0).column(2)
    for lie in footer_claims(many, getattr(column, place), claimed):
        with pytest.raises(DatasetError, match=r"^[^\n]+$"):
            load_upload("a.parquet", lie)


@pytest.mark.parametrize("version", ["1.0", "2.0"])
@pytest.mark.parametrize("packing", ["none", "snappy", "zstd", "gzip"])
@pytest.mark.parametrize("shared", [True, False])
def test_pages_unpack_to_what_an_honest_footer_says(
    faces: FaceDataset, version: str, packing: str, shared: bool
) -> None:
    data = parquet_of(
        columns_of(faces),
        use_dictionary=shared,
        compression=packing,
        data_page_version=version,
        data_page_size=10_000,
        write_page_checksum=True,
    )
    group = pq.read_metadata(io.BytesIO(data)).row_group(0)
    for number in range(group.num_columns):
        column = group.column(number)
        headers = column.total_uncompressed_size - unpacked_size(io.BytesIO(data), column)
        assert 0 < headers < column.total_uncompressed_size / 2 + 400


@pytest.mark.parametrize("column", ["pixels", "usage"])
def test_large_value_shared_by_all_rows_is_refused_before_it_is_copied(
    faces: FaceDataset, column: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes = []
    refuse = parquet_form._refuse_large_cells

    def measure(batch: pa.RecordBatch, source: str) -> None:
        sizes.append(batch.nbytes)
        refuse(batch, source)

    monkeypatch.setattr(parquet_form, "_refuse_large_cells", measure)
    value: bytes | str = bytes(2**20) if column == "pixels" else "x" * 2**20
    columns = {**columns_of(faces), column: one_for_all(value, len(faces))}
    with pytest.raises(DatasetError, match=rf"1,048,576 bytes in one cell of {column}"):
        load_upload("a.parquet", parquet_of(columns, compression="zstd", store_schema=False))
    assert max(sizes) < 2 * 2**20  # not one for each of the 42 rows


def test_columns_that_are_no_votes_are_not_read(faces: FaceDataset) -> None:
    votes = {f"ferplus_{n}": pa.array(np.zeros(42)) for n in range(50)}
    votes |= {"ferplus_NF": pa.array([3] * 42), "ferplus_fear": pa.array(["many"] * 42)}
    loaded = load_upload("a.parquet", parquet_of(columns_of(faces) | votes))
    assert loaded.votes is not None
    assert list(loaded.votes.columns) == ["nf"]
    assert loaded.notes == ("Column ferplus_fear holds no numbers, so no votes: it is left out.",)


def test_missing_votes_are_no_votes(faces: FaceDataset) -> None:
    votes = {
        "ferplus_happiness": pa.array([None, 4] * 21),
        "ferplus_sadness": pa.array([float("nan"), 6.0] * 21),
    }
    loaded = load_upload("a.parquet", parquet_of(columns_of(faces) | votes))
    assert loaded.votes is not None
    vote = majority_vote(loaded.votes)
    assert vote["share"].tolist() == [0.0, 0.6] * 21
    assert vote["answer"].tolist()[1] == "sad"


def test_parquet_with_a_column_twice_or_of_another_kind_is_an_error(faces: FaceDataset) -> None:
    columns = columns_of(faces)
    file = io.BytesIO()
    names = [*columns, "usage"]
    pq.write_table(pa.table([*columns.values(), columns["usage"]], names=names), file)
    with pytest.raises(DatasetError, match="two columns usage"):
        load_upload("a.parquet", file.getvalue())
    columns["emotion"] = pa.array(["happy"] * 42)
    with pytest.raises(DatasetError, match=r"emotion of a\.parquet holds string, not numbers"):
        load_upload("a.parquet", parquet_of(columns))


def test_account_of_the_reading_is_believed_from_the_cache_alone(
    faces: FaceDataset, tmp_path: Path
) -> None:
    crafted = replace(
        faces,
        source="![x](http://x)",
        notes=("Click here.",),
        problems=("None.",),
        origin=np.arange(42, dtype=np.int32) + 7,
    )
    write_parquet(crafted, tmp_path / "a.parquet")
    own = load(tmp_path / "a.parquet")
    assert (own.source, own.notes, own.problems) == ("![x](http://x)", ("Click here.",), ("None.",))
    uploaded = load_upload("a.parquet", (tmp_path / "a.parquet").read_bytes())
    assert (uploaded.source, uploaded.notes, uploaded.problems) == ("a.parquet", (), ())
    assert uploaded.origin is None


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
    monkeypatch.setattr(tree_form, "MAX_ALL_PIXELS", 13 * 48 * 48)
    with pytest.raises(DatasetError, match="pixels together"):
        load(root)


def test_folder_without_faces_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(DatasetError, match="no face"):
        load(tmp_path / "empty")


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


def test_uploaded_parquet(faces: FaceDataset, tmp_path: Path) -> None:
    write_parquet(faces, tmp_path / "a.parquet")
    assert_same(load_upload("a.parquet", (tmp_path / "a.parquet").read_bytes()), faces)


def test_zip_bomb_is_refused_before_it_is_unpacked() -> None:
    bomb = zipped({f"train/sad/{n}.png": bytes(70 * 2**20) for n in range(10)})
    assert len(bomb) < 2**20
    with pytest.raises(DatasetError, match=r"would unpack to 700 MB in 10 files"):
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
    monkeypatch.setattr(archive, "MAX_MEMBERS", 10)
    crowd = zipped({f"train/sad/{n}.png": b"" for n in range(21)})
    monkeypatch.setattr(archive.zipfile, "ZipFile", None)
    with pytest.raises(DatasetError, match=r"lists 21 files; the limit is 10"):
        load_upload("a.zip", crowd)


@pytest.mark.parametrize("packing", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_zip_packed_otherwise_than_deflated_is_refused(packing: int) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", packing) as archive:
        archive.writestr("train/sad/a.png", bytes(1000))
    with pytest.raises(DatasetError, match="ordinary zip"):
        load_upload("a.zip", file.getvalue())


def test_parquet_of_too_many_rows_is_refused(tmp_path: Path) -> None:
    pd.DataFrame(
        {"emotion": 0, "usage": "Training", "pixels": b""}, index=range(300_000)
    ).to_parquet(tmp_path / "a.parquet")
    with pytest.raises(DatasetError, match=r"300,000 rows, which would take 659 MB; the limit is"):
        load_upload("a.parquet", (tmp_path / "a.parquet").read_bytes())


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


def test_upload_over_the_limit_or_of_another_form_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("FER_MAX_DATASET_MB", "1")
    settings.cache_clear()
    with pytest.raises(DatasetError, match=r"has 2 MB; the limit is 1 MB"):
        load_upload("a.parquet", bytes(2 * 2**20))
    with pytest.raises(DatasetError, match="none of parquet, zip, csv"):
        load_upload("a.txt", b"x")


def test_missing_path_and_unknown_form(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="no dataset at"):
        load(tmp_path / "nowhere.csv")
    with pytest.raises(DatasetError, match="cannot be read"):
        load("~no-such-user/fer2013.csv")
    with pytest.raises(DatasetError, match="cannot be read"):
        load(tmp_path / ("x" * 300))
    (tmp_path / "a.txt").write_text("x")
    with pytest.raises(DatasetError, match="no form that can be read"):
        load(tmp_path / "a.txt")


def test_locate_takes_the_setting_before_what_was_fetched(
    faces: FaceDataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("FER_DATA", raising=False)
    settings.cache_clear()
    assert settings().dataset is None
    write_parquet(faces, settings().fetched)
    assert settings().dataset == settings().fetched
    monkeypatch.setenv("FER_DATA", "mine.csv")
    settings.cache_clear()
    assert settings().dataset == Path("mine.csv")


def test_dataset_refuses_what_does_not_fit_together() -> None:
    images = np.zeros((2, 48, 48), np.uint8)
    two = np.zeros(2, np.uint8)
    with pytest.raises(DatasetError, match=r"`images` must be"):
        FaceDataset(images.astype(float), two, two)
    with pytest.raises(DatasetError, match=r"`labels`|`images`"):
        FaceDataset(images, np.zeros(3, np.uint8), two)
    with pytest.raises(DatasetError, match=r"Labels must be 0\.\.6"):
        FaceDataset(images, two + 7, two)
    with pytest.raises(DatasetError, match="`origin`"):
        FaceDataset(images, two, two, origin=np.arange(3))


def test_arrays_are_read_only_and_so_is_what_they_are_views_of() -> None:
    base = np.zeros((2, 2304), np.uint8)
    two = np.zeros(2, np.uint8)
    dataset = FaceDataset(base.reshape(2, 48, 48), two, two.copy(), origin=np.arange(3, 5))
    for array in (base, two, dataset.images, dataset.usage, dataset.origin):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1


def test_csv_read_from_a_stream_leaves_it_open(faces: FaceDataset) -> None:
    from fer_core.dataset.csv_form import read_csv

    stream = io.BytesIO("\n".join(csv_lines(faces)).encode())
    assert len(read_csv(stream, "x")) == 42
    assert not stream.closed
