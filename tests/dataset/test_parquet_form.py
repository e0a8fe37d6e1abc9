import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from forms import assert_same, footer_claims

from fer_core.audit.doubts import majority_vote
from fer_core.dataset import (
    FaceDataset,
    load,
    load_upload,
    parquet_form,
)
from fer_core.dataset.parquet_form import write_parquet
from fer_core.dataset.parquet_pages import unpacked_size
from fer_core.errors import DatasetError


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
    frame.loc[3, "usage"] = "both"
    frame.at[5, "pixels"] = b"short"
    frame.at[6, "pixels"] = None
    frame.to_parquet(tmp_path / "a.parquet")
    loaded = load(tmp_path / "a.parquet")
    assert loaded.problems == (
        "Row 1: emotion 7.0 is not 0..6.",
        "Row 3: usage 'both' is none of Training, PublicTest, PrivateTest.",
        "Row 5: 5 pixels instead of 2304.",
        "Row 6: 0 pixels instead of 2304.",
    )
    np.testing.assert_array_equal(loaded.images[3], faces.images[7])
    assert loaded.origin is not None
    assert loaded.origin[:4].tolist() == [0, 2, 4, 7]


def test_parquet_of_another_schema_is_an_error(tmp_path: Path) -> None:
    pd.DataFrame({"face": [b"x"], "who": [1]}).to_parquet(tmp_path / "a.parquet")
    with pytest.raises(DatasetError, match=r"no column emotion and no pixels.*here they are face"):
        load(tmp_path / "a.parquet")
    pd.DataFrame({"emotion": [1], "usage": ["Training"], "pixels": ["1 2"]}).to_parquet(
        tmp_path / "b.parquet"
    )
    with pytest.raises(DatasetError, match=r"no face that can be used\. Row 0: 2 pixels"):
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
    columns["emotion"] = pa.array([True] * 42)
    with pytest.raises(DatasetError, match=r"Row 0: emotion 'True' is not 0\.\.6"):
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


def test_uploaded_parquet(faces: FaceDataset, tmp_path: Path) -> None:
    write_parquet(faces, tmp_path / "a.parquet")
    assert_same(load_upload("a.parquet", (tmp_path / "a.parquet").read_bytes()), faces)


def test_parquet_of_too_many_rows_is_refused(tmp_path: Path) -> None:
    pd.DataFrame(
        {"emotion": 0, "usage": "Training", "pixels": b""}, index=range(300_000)
    ).to_parquet(tmp_path / "a.parquet")
    with pytest.raises(DatasetError, match=r"300,000 rows, which would take 659 MB; the limit is"):
        load_upload("a.parquet", (tmp_path / "a.parquet").read_bytes())
