"""Each way of writing FER2013 that people were seen to use gives the same faces."""

import gzip
import io
import json
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from forms import assert_same, csv_lines, write_tree, zipped
from PIL import Image

from fer_core.dataset import USAGES, FaceDataset, load, load_upload
from fer_core.emotions import EMOTIONS
from fer_core.errors import DatasetError

WORDS = {"Training": "train", "PublicTest": "val", "PrivateTest": "test"}


def rows(faces: FaceDataset) -> list[tuple[int, str, str]]:
    """Label, pixels and split of each face, as fer2013.csv writes them."""
    lines = [line.split(",") for line in csv_lines(faces)[1:]]
    return [(int(emotion), pixels, usage) for emotion, pixels, usage in lines]


def csv_forms(faces: FaceDataset) -> dict[str, bytes]:
    known = rows(faces)
    plain = "\n".join(csv_lines(faces))
    each = [f"pixel{n}" for n in range(2304)]
    table = pd.DataFrame(known, columns=["emotion", "pixels", "Usage"])
    wide = pd.DataFrame(faces.images.reshape(42, -1), columns=each)
    wide.insert(0, "label", faces.labels)
    wide["usage"] = [usage for *_, usage in known]
    forms = {
        "words": "emotion,pixels,Usage\n" + "\n".join(f"{e},{p},{WORDS[u]}" for e, p, u in known),
        "floats": "emotion,pixels,Usage\n" + "\n".join(f"{e}.0,{p},{u}" for e, p, u in known),
        "float pixels": "emotion,pixels,Usage\n"
        + "\n".join(f"{e},{p.replace(' ', '.0 ')}.0,{u}" for e, p, u in known),
        "quoted commas": "emotion,pixels,Usage\n"
        + "\n".join(f'"{e}","{p.replace(" ", ",")}","{u}"' for e, p, u in known),
        "names": "emotion,pixels,Usage\n"
        + "\n".join(f"{EMOTIONS[e].title()},[{p}],{u}" for e, p, u in known),
        "semicolons": plain.replace(",", ";"),
        "tabs": plain.replace(",", "\t"),
        "windows": plain.replace("\n", "\r\n") + "\r\n\r\n",
        "pandas with an index": table.to_csv(),
        "pandas, all quoted": table.to_csv(index=False, quoting=1),
        "a column a pixel": wide.to_csv(index=False),
    }
    forms["decimal commas"] = "emotion;pixels;Usage\n" + "\n".join(
        f"{e},0;{p};{u}" for e, p, u in known
    )
    data = {name: text.encode() for name, text in forms.items()}
    data["UTF-16"] = plain.encode("utf-16")
    data["UTF-16 without a mark"] = plain.encode("utf-16-le")
    data["UTF-16, big first"] = plain.encode("utf-16-be")
    data["UTF-8 with a mark"] = plain.encode("utf-8-sig")
    data["gzip"] = gzip.compress(plain.encode())
    return data


def parquet_forms(faces: FaceDataset) -> dict[str, bytes]:
    usage = [USAGES[number] for number in faces.usage]
    flat = faces.images.reshape(42, -1)
    plain = {"emotion": faces.labels, "usage": usage, "pixels": [face.tobytes() for face in flat]}
    encoded = [{"bytes": png(face), "path": f"{n}.png"} for n, face in enumerate(faces.images)]
    names = {"info": {"features": {"label": {"names": sorted(EMOTIONS), "_type": "ClassLabel"}}}}
    by_name = [sorted(EMOTIONS).index(EMOTIONS[label]) for label in faces.labels]
    huggingface = pa.table({"image": encoded, "label": by_name, "split": usage})
    tables = {
        "floats": pa.table(plain | {"emotion": faces.labels.astype(float)}),
        "words": pa.table(plain | {"usage": [WORDS[u] for u in usage]}),
        "names": pa.table(plain | {"emotion": [EMOTIONS[label] for label in faces.labels]}),
        "lists": pa.table(plain | {"pixels": flat.tolist()}),
        "lists of rows": pa.table(plain | {"pixels": faces.images.tolist()}),
        "text": pa.table(plain | {"pixels": [" ".join(map(str, face)) for face in flat]}),
        "pictures": pa.table(plain | {"pixels": [png(face) for face in faces.images]}),
        "Hugging Face": huggingface.replace_schema_metadata({"huggingface": json.dumps(names)}),
        "a column a pixel": pa.table(
            {"emotion": faces.labels, "usage": usage}
            | {f"p{n}": flat[:, n] for n in range(flat.shape[1])}
        ),
    }
    forms = {}
    for name, table in tables.items():
        file = io.BytesIO()
        pq.write_table(table, file)
        forms[name] = file.getvalue()
    return forms


def png(face: np.ndarray) -> bytes:
    file = io.BytesIO()
    Image.fromarray(face).save(file, "PNG")
    return file.getvalue()


CSV = (
    *("words", "floats", "float pixels", "quoted commas", "names", "semicolons", "tabs"),
    *("windows", "pandas with an index", "pandas, all quoted", "a column a pixel"),
    *(
        "decimal commas",
        "UTF-16",
        "UTF-16 without a mark",
        "UTF-16, big first",
        "UTF-8 with a mark",
        "gzip",
    ),
)
PARQUET = (
    *("floats", "words", "names", "lists", "lists of rows", "text", "pictures"),
    *("Hugging Face", "a column a pixel"),
)


@pytest.mark.parametrize("form", CSV)
def test_csv_however_it_is_written(faces, form):
    name = "fer.csv.gz" if form == "gzip" else "fer.csv"
    assert_same(load_upload(name, csv_forms(faces)[form]), faces)


@pytest.mark.parametrize("form", PARQUET)
def test_parquet_however_it_is_written(faces, form):
    assert_same(load_upload("fer.parquet", parquet_forms(faces)[form]), faces)


def test_every_form_is_tried(faces):
    assert (tuple(csv_forms(faces)), tuple(parquet_forms(faces))) == (CSV, PARQUET)


def test_form_is_known_by_content_before_the_name(faces, tmp_path):
    (tmp_path / "a.csv").write_bytes(parquet_forms(faces)["words"])
    assert_same(load(tmp_path / "a.csv"), faces)
    (tmp_path / "b.txt").write_text("\n".join(csv_lines(faces)))
    assert_same(load(tmp_path / "b.txt"), faces)
    (tmp_path / "c.csv").write_bytes(zipped({"fer.csv": csv_forms(faces)["words"]}))
    assert_same(load(tmp_path / "c.csv"), faces)


def test_packed_csv_that_unpacks_to_too_much_is_refused(monkeypatch):
    data = gzip.compress(b"emotion,pixels,Usage\n" + b"0,1 2 3,Training\n" * 70_000)
    from fer_core.settings import settings

    monkeypatch.setattr(settings(), "memory_mb", 4)
    with pytest.raises(DatasetError, match=r"a\.csv\.gz would unpack to more than 1 MB"):
        load_upload("a.csv.gz", data)


def test_pdf_as_dataset_is_named(tmp_path):
    (tmp_path / "a.csv.pdf").write_bytes(b"%PDF-1.7")
    with pytest.raises(DatasetError) as error:
        load(tmp_path / "a.csv.pdf")
    assert str(error.value) == (
        "a.csv.pdf is a PDF, in no form that can be read: csv, parquet, zip, tar.gz, or a folder "
        "of train/<class>/*.png."
    )


def split_tables(faces: FaceDataset) -> dict[str, bytes]:
    """train.csv and test.csv, without a column of splits."""
    lines = csv_lines(faces)[1:]
    files = {}
    for usage, name in (("Training", "train.csv"), ("PrivateTest", "test.csv")):
        mine = [line.rpartition(",")[0] for line in lines if line.endswith(usage)]
        files[name] = "\n".join(["emotion,pixels", *mine]).encode()
    return files


@pytest.mark.parametrize("packed", [False, True])
def test_tables_that_their_names_tell_apart_are_read_together(faces, tmp_path, packed):
    files = split_tables(faces) | {"README.md": b"hello"}
    if packed:
        loaded = load_upload("two.zip", zipped({f"fer/{n}": data for n, data in files.items()}))
    else:
        for name, data in files.items():
            (tmp_path / name).write_bytes(data)
        loaded = load(tmp_path)
    assert [len(loaded.rows(usage)) for usage in USAGES] == [14, 0, 14]
    np.testing.assert_array_equal(
        loaded.images[loaded.rows("PrivateTest")], faces.images[faces.rows("PrivateTest")]
    )
    assert any("README.md" in note and note.startswith("Not used: ") for note in loaded.notes)
    assert loaded.problems == ()


def test_test_csv_alone_is_no_training(faces, tmp_path):
    (tmp_path / "test.csv").write_bytes(split_tables(faces)["test.csv"])
    loaded = load(tmp_path / "test.csv")
    assert len(loaded.rows("PrivateTest")) == len(loaded) == 14
    assert loaded.notes == (
        "test.csv has no column Usage: by its name every face counts as PrivateTest.",
    )


def votes_of(faces: FaceDataset, usage: list[str] | None = None) -> bytes:
    """fer2013new.csv, in which every row has as many votes for happiness as its number mod 10."""
    usage = usage or [USAGES[number] for number in faces.usage]
    header = "Usage,Image name,neutral,happiness,surprise,sadness,anger,disgust,fear,contempt"
    lines = [f"{u},fer{n:07d}.png,0,{n % 10},0,0,0,0,0,0,0,1" for n, u in enumerate(usage)]
    return "\n".join([header + ",unknown,NF", *lines]).encode()


def test_ferplus_votes_are_joined_by_row(faces):
    lines = csv_lines(faces)
    lines[3] = "3,1 2 3,Training"
    files = {"fer2013.csv": "\n".join(lines).encode(), "fer2013new.csv": votes_of(faces)}
    loaded = load_upload("a.zip", zipped(files))
    assert loaded.votes is not None
    assert loaded.votes["happiness"].tolist() == [n % 10 for n in range(42) if n != 2]
    assert loaded.votes["nf"].tolist() == [1] * 41
    assert "FER+ votes are those of fer2013new.csv, row by row." in loaded.notes


@pytest.mark.parametrize(
    ("name", "write"),
    [
        ("fer2013new.csv.gz", gzip.compress),
        ("fer2013new.csv", lambda data: data.decode().encode("utf-16")),
        ("FER2013New.CSV", lambda data: data.replace(b",", b";").replace(b"\n", b"\r\n")),
    ],
)
def test_votes_are_read_however_they_are_written(faces, name, write):
    files = {"fer2013.csv": "\n".join(csv_lines(faces)).encode(), name: write(votes_of(faces))}
    loaded = load_upload("a.zip", zipped(files))
    assert loaded.votes is not None
    assert loaded.votes["happiness"].tolist() == [n % 10 for n in range(42)]


def test_damaged_votes_are_left_out(faces):
    files = {"fer2013.csv": "\n".join(csv_lines(faces)).encode()}
    files["fer2013new.csv.gz"] = gzip.compress(votes_of(faces))[:-40]
    loaded = load_upload("a.zip", zipped(files))
    assert loaded.votes is None
    assert any("fer2013new.csv.gz" in note for note in loaded.notes)


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        (
            "a.zip",
            zipped({"b.zip": b"PK", "c.txt": b""}),
            "a.zip holds no table of faces (csv, parquet) and no pictures. It holds b.zip, c.txt: "
            "unpack what is packed in it, and name what has the faces.",
        ),
        (
            "a.csv",
            b"0,70 80 82,Training\n",
            "a.csv begins with 0, 70 80 82, Training instead of the names of its columns. Put a "
            "first line emotion,pixels,Usage before it.",
        ),
        (
            "a.csv",
            b"image,label\n1.p,happy\n",
            "a.csv holds no face that can be used. Line 2: its pixels are not all numbers: '1.p'.",
        ),
        (
            "a.csv",
            b"emotion,pixels\ncontempt," + b" ".join([b"7"] * 2304) + b"\n",
            "a.csv holds no face that can be used. Line 2: emotion 'contempt' is not 0..6 nor one "
            "of their names.",
        ),
    ],
)
def test_what_holds_no_face_is_told_by_what_it_holds(name, data, said):
    with pytest.raises(DatasetError) as error:
        load_upload(name, data)
    assert str(error.value) == said


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda data: data[: data.index(b"fer0000030")], "has 31 rows, not 42: no votes are taken"),
        (lambda data: data.replace(b"PublicTest", b"Training"), "14 rows name another split"),
        (lambda data: data.replace(b",1,0,", b",x,0,"), "cells that are no numbers"),
    ],
)
def test_votes_on_other_faces_are_left_out(faces, change, said):
    files = {"fer2013.csv": "\n".join(csv_lines(faces)).encode()}
    files["fer2013new.csv"] = change(votes_of(faces))
    loaded = load_upload("a.zip", zipped(files))
    assert loaded.votes is None
    assert any(said in note for note in loaded.notes)


@pytest.mark.parametrize(
    "folders",
    [
        {"Training": "train_set", "PublicTest": "val_set", "PrivateTest": "test_set"},
        {"Training": "Train", "PublicTest": "dev", "PrivateTest": "Testing images"},
    ],
)
def test_folders_of_splits_by_other_words(faces, tmp_path, folders):
    loaded = load(write_tree(faces, tmp_path / "tree", folders))
    assert [len(loaded.rows(usage)) for usage in USAGES] == [14, 14, 14]
    assert loaded.notes == ()


def tree(faces: FaceDataset, root: Path, name: str, splits: dict[str, str] | None = None) -> Path:
    """A tree whose class folders are named by a pattern of {label} and {name}."""
    for row, (face, label, usage) in enumerate(
        zip(faces.images, faces.labels, faces.usage, strict=True)
    ):
        split = (splits or dict(zip(USAGES, USAGES, strict=True)))[USAGES[usage]]
        folder = root / split / name.format(label=label, name=EMOTIONS[label])
        folder.mkdir(parents=True, exist_ok=True)
        Image.fromarray(face).save(folder / f"{row:03d}.png")
    return root


def labels_by_row(loaded: FaceDataset) -> list[int]:
    assert loaded.origin is not None
    order = np.argsort([int(Path(path).stem) for path in loaded.origin])
    return loaded.labels[order].tolist()


@pytest.mark.parametrize("name", ["{label}", "{label}_{name}", "{label} - {name}", "{name}/x"])
def test_class_folders_with_numbers(faces, tmp_path, name):
    loaded = load(tree(faces, tmp_path / "tree", name))
    assert labels_by_row(loaded) == faces.labels.tolist()


def test_numbered_folders_of_a_folder_called_fer2013(faces, tmp_path):
    loaded = load(tree(faces, tmp_path / "fer2013", "{label}", WORDS))
    assert labels_by_row(loaded) == faces.labels.tolist()


def test_numbers_that_nothing_explains_are_a_question(faces, tmp_path):
    root = tree(faces, tmp_path / "mine", "{label}", WORDS)
    with pytest.raises(DatasetError) as error:
        load(root)
    assert str(error.value) == (
        "mine has folders named 0, 1, 2, 3, 4, 5, 6, and nothing says which emotion each number "
        "is. Name the folders after the emotions, or put beside them a file classes.txt with a "
        "line for each number from 0. In FER2013's order the lines are angry, disgust, fear, "
        "happy, sad, surprise, neutral."
    )
    (root / "classes.txt").write_text("\n".join(reversed(EMOTIONS)))
    assert labels_by_row(load(root)) == (6 - faces.labels.astype(int)).tolist()
    (root / "classes.txt").write_text("\n".join(f"{n}, {e}" for n, e in enumerate(EMOTIONS)))
    loaded = load(root)
    assert labels_by_row(loaded) == faces.labels.tolist()
    assert loaded.notes == ()


def test_numbers_with_the_counts_of_fer2013_are_its(tmp_path):
    from fer_core.dataset.member import Member
    from fer_core.dataset.tree_form import _are_fer2013s

    def members(counts: tuple[int, ...]) -> list[Member]:
        return [
            Member(f"train/{label}/{n}.png", 1, io.BytesIO)
            for label, count in enumerate(counts)
            for n in range(count)
        ]

    assert _are_fer2013s(members((496, 55, 512, 899, 608, 400, 620)), "mine")
    assert not _are_fer2013s(members((496, 55, 512, 899, 620, 608, 400)), "mine")  # by alphabet


def test_misspelt_folder_and_files_that_are_no_pictures_are_named(faces, tmp_path):
    root = write_tree(faces, tmp_path / "tree", {"Training": "train"})
    (root / "train" / "surprise").rename(root / "train" / "suprise")
    for name in ("a.txt", "b.pdf", "c.mp4", "d.json"):
        (root / name).write_bytes(b"%PDF")
    loaded = load(root)
    assert len(loaded) == 14
    assert any(note.startswith("Not used: ") and "and 1 more." in note for note in loaded.notes)


def test_folder_that_holds_another_once_more_is_read_once(faces, tmp_path):
    splits = {"Training": "train", "PublicTest": "val"}
    write_tree(faces, tmp_path / "all", splits)
    write_tree(faces, tmp_path / "all" / "images" / "images", splits)
    loaded = load(tmp_path / "all")
    assert len(loaded) == 28
    assert loaded.notes == (
        "Folder images/images holds 28 pictures of folder . once more: they are read once.",
    )
    changed = tmp_path / "all" / "images" / "images" / "train" / "angry" / "000.png"
    Image.fromarray(255 - faces.images[0]).save(changed)
    assert len(load(tmp_path / "all")) == 56


def test_zip_of_backslashes(faces, tmp_path):
    root = write_tree(faces, tmp_path / "tree", {"Training": "train", "PrivateTest": "test"})
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for path in root.rglob("*.png"):
            name = "fer\\" + str(path.relative_to(root)).replace("/", "\\")
            entry = zipfile.ZipInfo("x")
            entry.filename = name
            archive.writestr(entry, path.read_bytes())
    loaded = load_upload("a.zip", file.getvalue())
    assert [len(loaded.rows(usage)) for usage in USAGES] == [14, 0, 14]


def test_tarball_of_split_tables(faces, tmp_path):
    with tarfile.open(tmp_path / "a.tar.gz", "w:gz") as archive:
        for name, data in split_tables(faces).items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    assert len(load(tmp_path / "a.tar.gz")) == 28


def test_shards_of_hugging_face_are_read_together(faces, tmp_path):
    data = parquet_forms(faces)["Hugging Face"]
    table = pq.read_table(io.BytesIO(data)).drop_columns("split")
    for split, name in WORDS.items():
        part = table.take(faces.rows(split))
        pq.write_table(part, tmp_path / f"{name}-00000-of-00001.parquet")
    loaded = load(tmp_path)
    assert [len(loaded.rows(usage)) for usage in USAGES] == [14, 14, 14]
    assert loaded.problems == ()


@pytest.mark.parametrize("names", [None, [*"0123456"]])
def test_unnamed_numbers_beside_pictures_are_a_question(faces, names):
    table = pa.table({"image": [png(face) for face in faces.images], "label": faces.labels})
    about = json.dumps({"info": {"features": {"label": {"names": names}}}})
    table = table.replace_schema_metadata({"huggingface": about})
    file = io.BytesIO()
    pq.write_table(table, file)
    with pytest.raises(DatasetError) as error:
        load_upload("a.parquet", file.getvalue())
    assert str(error.value) == (
        "a.parquet numbers its classes in the column label and does not say which emotion each "
        "number is. Write their names there, or, if the numbers are FER2013's (angry, disgust, "
        "fear, happy, sad, surprise, neutral are 0 to 6), call the column emotion."
    )
