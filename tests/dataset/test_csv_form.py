import io
import tracemalloc
from pathlib import Path

import pytest
from forms import CsvFile, assert_same, csv_lines, zipped
from full_disk import a_disk_of

from fer_core.dataset import (
    USAGES,
    FaceDataset,
    csv_form,
    load,
    load_upload,
)
from fer_core.dataset.parquet_form import write_parquet
from fer_core.emotions import EMOTIONS
from fer_core.errors import DatasetError


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


def test_full_disk_costs_the_cache_and_leaves_no_half_of_it(
    faces: FaceDataset, csv_file: CsvFile, cache: Path
) -> None:
    path = csv_file()
    with a_disk_of(10_000):
        assert_same(load(path), faces)
    assert [file for file in cache.rglob("*") if file.is_file()] == []


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


@pytest.mark.parametrize("text", ["", "emotion,face\n0,1 2 3\n", "\0\1\2 binary"])
def test_csv_of_another_kind_names_what_is_missing(tmp_path: Path, text: str) -> None:
    path = tmp_path / "other.csv"
    path.write_text(text)
    with pytest.raises(DatasetError, match="no column"):
        load(path)


def test_csv_of_ones_own_needs_no_usage_and_may_name_emotions(csv_file: CsvFile) -> None:
    gray = " ".join(["7"] * 2304)
    loaded = load(csv_file(["emotion,pixels", f"Happiness,{gray}", f"6,{gray}", f"cat,{gray}"]))
    assert [EMOTIONS[label] for label in loaded.labels] == ["happy", "neutral"]
    assert (loaded.usage == USAGES.index("Training")).all()
    assert any("no column Usage" in note for note in loaded.notes)
    assert len(loaded.problems) == 1 and "'cat'" in loaded.problems[0]


def test_csv_read_from_a_stream_leaves_it_open(faces: FaceDataset) -> None:
    from fer_core.dataset.csv_form import read_csv

    stream = io.BytesIO("\n".join(csv_lines(faces)).encode())
    assert len(read_csv(stream, "x")) == 42
    assert not stream.closed
