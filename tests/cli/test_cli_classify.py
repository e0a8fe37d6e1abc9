import io
import json
import os
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from full_disk import a_disk_of

from fer_core.cli import main
from fer_core.emotions import EMOTIONS
from fer_core.images import decode, encode_png
from fer_core.samples import SAMPLES
from fer_core.savedmodels import open_model
from fer_core.settings import ROOT


@pytest.fixture
def run(saved_models, monkeypatch, capsys):
    """Runs `python -m fer_core classify ...`; returns exit status, standard output and error."""

    def command(*arguments: object) -> tuple[int, str, str]:
        argv = ["fer_core", "classify", *map(str, arguments)]
        monkeypatch.setattr(sys, "argv", argv)
        with pytest.raises(SystemExit) as end:
            main()
        return (end.value.code, *capsys.readouterr())

    return command


PHOTO = SAMPLES[0].path


def test_prints_every_probability(run):
    status, out, _ = run(PHOTO, "--detector", "haar_alt2")
    assert status == 0
    first, face = out.splitlines()
    assert first == f"{PHOTO}: 1 face"
    assert face.startswith("  1. ")
    shares = [float(part.split()[-1].rstrip("%")) for part in face.split("): ")[1].split(", ")]
    assert len(shares) == 7
    assert sum(shares) == pytest.approx(100, abs=0.4)
    assert shares == sorted(shares, reverse=True)


def test_csv_of_several_pictures(run, tmp_path, astronaut):
    blank = tmp_path / "blank.png"
    blank.write_bytes(encode_png(np.zeros((99, 99, 3), np.uint8)))
    pair = tmp_path / "pair.png"
    pair.write_bytes(encode_png(np.hstack([astronaut, astronaut])))
    status, out, _ = run(pair, blank, PHOTO, "--csv")
    table = pd.read_csv(io.StringIO(out))
    assert status == 0
    assert table["picture"].tolist() == [str(pair), str(pair), str(PHOTO)]
    assert table["face"].tolist() == [1, 2, 1]
    np.testing.assert_allclose(table[list(EMOTIONS)].sum(axis=1), 1, atol=1e-3)


def test_json_of_a_model_with_three_classes(run):
    _, out, _ = run(PHOTO, "--model", "dcnn_elu", "--json")
    (record,) = json.loads(out)
    assert list(record["probabilities"]) == ["happy", "sad", "neutral"]


def test_show_writes_the_marked_picture(run, tmp_path, astronaut):
    shown = tmp_path / "out.png"
    assert run(PHOTO, "--show", shown)[0] == 0
    marked = decode(shown.read_bytes())
    assert marked.shape == astronaut.shape
    changed = (marked != astronaut).any(axis=2)
    assert 0.001 < changed.mean() < 0.05


@pytest.mark.parametrize("before", [None, b"what was there"])
def test_show_on_a_full_disk_leaves_no_half_of_a_picture(run, tmp_path, before):
    shown = tmp_path / "out.png"
    if before is not None:
        shown.write_bytes(before)
    with a_disk_of(10_000):
        status, _, err = run(PHOTO, "--show", shown)
    assert status == 1
    assert f"Error: {shown} cannot be written: File too large." in err
    left = {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
    assert left == ({} if before is None else {"out.png": before})


def test_no_face_says_how_to_go_on(run, tmp_path):
    blank = tmp_path / "blank.png"
    blank.write_bytes(encode_png(np.full((60, 60, 3), 200, np.uint8)))
    status, out, _ = run(blank)
    assert (
        status,
        out.strip().endswith("no face found (--whole takes the picture as one face)"),
    ) == (0, True)
    assert "1 face" in run(blank, "--whole")[1]


def test_threshold_answers_not_sure(run):
    assert "1. not sure" in run(PHOTO, "--threshold", "1")[1]


def test_bad_pictures_are_named_and_the_others_read(run, tmp_path):
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"text")
    missing = tmp_path / "missing.jpg"
    status, out, err = run(broken, missing, PHOTO)
    assert status == 1
    assert f"{PHOTO}: 1 face" in out
    lines = err.strip().splitlines()
    assert [line for line in lines if line.startswith("Error")] == [
        f"Error: {broken}: The file is text, not a picture that can be read. "
        "Use JPEG, PNG, WebP, HEIC, AVIF, GIF, BMP or TIFF.",
        f"Error: {missing} cannot be read: No such file or directory.",
    ]


@pytest.fixture
def folder(tmp_path, astronaut):
    """Three pictures in two folders: a face, a bad file, no face; and a text."""
    below = tmp_path / "pictures" / "below"
    below.mkdir(parents=True)
    (below / "face.png").write_bytes(encode_png(np.ascontiguousarray(astronaut[:260, 80:360])))
    (below.parent / "bad.jpg").write_bytes(b"text")
    (below.parent / "blank.png").write_bytes(encode_png(np.zeros((60, 60, 3), np.uint8)))
    (below.parent / "notes.txt").write_text("no picture")
    return below.parent


def test_folder_stands_for_all_pictures_in_it_and_below(run, folder):
    status, out, err = run(folder)
    assert status == 1
    assert f"{folder / 'below' / 'face.png'}: 1 face" in out
    assert f"{folder / 'blank.png'}: no face" in out
    assert f"1 file is no picture and was left out: {folder / 'notes.txt'}." in err


@pytest.mark.parametrize("workers", ["0", "2"])
def test_table_of_a_folder(saved_models, folder, tmp_path, workers):
    out = tmp_path / "table.csv"
    # In a process of its own: a test runner's main module cannot be started again by its workers.
    command = [sys.executable, "-m", "fer_core", "classify", folder, "--out", out]
    done = subprocess.run(
        [*command, "--workers", workers], cwd=ROOT, capture_output=True, text=True, check=True
    )
    said = done.stdout
    assert "Pictures read: 3; faces: 1; errors: 1" in said
    rows = pd.read_csv(out).set_index("picture")
    assert rows.index.tolist() == [str(folder / name) for name in FOLDER]
    assert rows["face"].tolist() == [0, 0, 1]
    assert "not a picture" in rows.iloc[0]["error"]
    assert rows.iloc[1:]["error"].isna().all()
    assert rows.iloc[2][list(EMOTIONS)].sum() == pytest.approx(1, abs=1e-3)
    assert set(rows["model"]) == {"custom_cnn"}


FOLDER = ("bad.jpg", "blank.png", "below/face.png")


def test_table_goes_on_where_it_ended(run, folder, tmp_path, astronaut):
    out = tmp_path / "table.csv"
    run(folder, "--out", out, "--workers", 0)
    (folder / "new.png").write_bytes(encode_png(astronaut))
    said = run(folder, "--out", out, "--workers", 0)[1]
    assert "Pictures read: 3 (1 were there before)" in said  # the last two are read again
    rows = pd.read_csv(out)
    assert sorted(rows["picture"]) == sorted(str(folder / name) for name in (*FOLDER, "new.png"))


def test_parquet(run, folder, tmp_path):
    out = tmp_path / "table.parquet"
    assert run(folder, "--out", out, "--workers", 0)[0] == 0
    rows = pd.read_parquet(out)
    assert rows["face"].tolist() == [0, 0, 1]
    assert rows["happy"].dtype == np.float32
    assert rows["left"].isna().tolist() == [True, True, False]


def test_table_of_another_model_is_not_continued(run, folder, tmp_path):
    out = tmp_path / "table.csv"
    run(folder, "--out", out, "--workers", 0)
    status, _, err = run(folder, "--out", out, "--model", "dcnn_elu")
    assert (status, "not a table of this model's classes" in err) == (1, True)


@pytest.mark.parametrize(
    "option", [("--detector", "haar_default"), ("--threshold", "0.5"), ("--whole",)]
)
def test_table_of_other_settings_is_not_continued(run, folder, tmp_path, option):
    out = tmp_path / "table.csv"
    run(folder, "--out", out, "--workers", 0, "--detector", "haar_alt2")
    threshold = f"{open_model('custom_cnn').threshold:g}"
    assert set(pd.read_csv(out)["settings"]) == {f"haar_alt2, threshold {threshold}"}
    before = out.read_bytes()
    again = ("--detector", "haar_alt2", *option)
    status, _, err = run(folder, "--out", out, "--workers", 0, *again)
    assert (status, f"custom_cnn (haar_alt2, threshold {threshold})" in err) == (1, True)
    assert out.read_bytes() == before


def test_folder_without_a_picture_says_so(run, tmp_path):
    empty = tmp_path / "empty"
    empty.mkdir()
    (empty / "notes.txt").write_text("no picture")
    for options in ((), ("--json",), ("--out", tmp_path / "t.csv", "--workers", 0)):
        status, out, err = run(empty, *options)
        assert (status, f"There is no picture in {empty}." in err) == (1, True)
        assert out.strip() == ""


def test_table_needs_an_ending_that_is_known(run, folder, tmp_path):
    status, _, err = run(folder, "--out", tmp_path / "table.xlsx")
    assert (status, "must end in .csv or .parquet" in err) == (1, True)
    assert run(folder, "--out", tmp_path / "t.csv", "--json")[0] == 2


def test_unknown_model_suggests_the_nearest(run):
    status, _, err = run(PHOTO, "--model", "custm_cnn")
    assert status == 1
    assert "Did you mean 'custom_cnn'?" in err


def test_corrupted_model_names_the_file(run, saved_models):
    (saved_models / "custom_cnn" / "model.tflite").write_bytes(b"oops")
    status, _, err = run(PHOTO, "--model", "custom_cnn")
    assert status == 1
    assert "custom_cnn/model.tflite is not the file that was saved" in err


def test_no_saved_model_says_how_to_train_one(run, saved_models):
    for model in saved_models.glob("*/model.tflite"):
        model.unlink()
    status, _, err = run(PHOTO)
    assert status == 1
    assert "python -m fer_core train custom_cnn" in err


def test_show_takes_one_picture_and_a_folder_that_exists(run, tmp_path):
    assert run(PHOTO, PHOTO, "--show", tmp_path / "out.png")[0] == 2
    status, _, err = run(PHOTO, "--show", tmp_path / "nowhere" / "out.png")
    assert status == 2
    assert "no folder" in err


def test_show_never_overwrites_the_picture(run, tmp_path, astronaut):
    photo, link = tmp_path / "photo.png", tmp_path / "link.png"
    photo.write_bytes(encode_png(astronaut))
    link.symlink_to(photo)
    before = photo.read_bytes()
    for shown in (photo, link, tmp_path / ".." / tmp_path.name / "photo.png"):
        status, _, err = run(photo, "--show", shown)
        assert (status, "is the picture that is read" in err) == (2, True)
    assert photo.read_bytes() == before


def test_names_that_are_no_text_are_escaped_by_every_writer(run, tmp_path):
    folder = tmp_path / "pictures"
    folder.mkdir()
    path = folder / os.fsdecode(b"caf\xe9.png")
    path.write_bytes(PHOTO.read_bytes())
    for option in ("--csv", "--json", None):
        status, out, _ = run(*filter(None, (folder, option)))
        assert status == 0
        assert r"caf\xe9.png" in (json.loads(out)[0]["picture"] if option == "--json" else out)
    path.write_bytes(b"no picture")
    assert rf"Error: {folder}/caf\xe9.png: The file is text" in run(folder)[2]


def test_names_that_differ_where_they_are_no_text_are_both_read(run, tmp_path):
    folder, table = tmp_path / "pictures", tmp_path / "table.csv"
    folder.mkdir()
    names = [os.fsdecode(b"caf\xe8.png"), "x.png", "y.png", "z.png"]
    for name in names:
        (folder / name).write_bytes(PHOTO.read_bytes())
    assert run(folder, "--out", table)[0] == 0
    (folder / os.fsdecode(b"caf\xe9.png")).write_bytes(PHOTO.read_bytes())
    assert run(folder, "--out", table)[0] == 0
    pictures = {path.rpartition("/")[2] for path in pd.read_csv(table)["picture"]}
    assert pictures == {r"caf\xe8.png", r"caf\xe9.png", "x.png", "y.png", "z.png"}


def test_other_files_of_a_folder_are_named(run, tmp_path):
    folder = tmp_path / "pictures"
    folder.mkdir()
    for name in ("a.txt", "b.pdf", "._a.jpg"):
        (folder / name).write_bytes(b"%PDF")
    status, _, error = run(folder)
    assert status == 1
    left_out = f"2 files are no pictures and were left out: {folder}/a.txt, {folder}/b.pdf."
    assert error == f"Error: There is no picture in {folder}. {left_out}\n"
    (folder / "photo").write_bytes(PHOTO.read_bytes())
    status, out, error = run(folder, "--detector", "haar_alt2")
    assert (status, error) == (0, left_out + "\n")
    assert out.startswith(f"{folder}/photo: 1 face")


def test_terminal_of_latin_1_gets_every_letter(tmp_path):
    (tmp_path / "smile_\u2192.txt").write_bytes(b"")
    ended = subprocess.run(
        [sys.executable, "-m", "fer_core", "classify", tmp_path],
        env=os.environ | {"PYTHONIOENCODING": "latin-1"},
        cwd=ROOT,
        capture_output=True,
    )
    assert ended.returncode == 1
    said = ended.stderr.decode("latin-1").rstrip()
    assert said.endswith(f"left out: {tmp_path}/smile_\\u2192.txt.")
