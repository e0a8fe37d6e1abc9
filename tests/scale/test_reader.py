import os

import numpy as np

from fer_core.images import encode_png
from fer_core.inference.batch_table import columns
from fer_core.scale.manifest import Entry
from fer_core.scale.places import uri_of
from fer_core.scale.reader import PictureReader


def entry(path) -> Entry:
    return Entry(uri_of(path))


def test_pipe_named_as_a_picture_is_a_row(tmp_path):
    pipe = tmp_path / "a.png"
    os.mkfifo(pipe)
    (row,) = PictureReader("custom_cnn", "haar_alt2")(entry(pipe))
    assert row["error"] == f"{pipe} is a pipe; name a file."


def test_name_that_is_no_text_can_be_written_to_a_table(tmp_path):
    path = tmp_path / os.fsdecode(b"caf\xe9.png")
    path.write_bytes(encode_png(np.zeros((60, 60, 3), np.uint8)))
    reader = PictureReader("custom_cnn", "haar_alt2")
    (row,) = reader(entry(path))
    assert row == {"picture": rf"{tmp_path}/caf\xe9.png", "model": "custom_cnn", "face": 0}
    path.unlink()
    (row,) = reader(entry(path))
    assert row["error"] == rf"{tmp_path}/caf\xe9.png cannot be read: No such file or directory."


def test_reader_makes_rows_of_faces_nothing_and_errors(tmp_path, astronaut):
    reader = PictureReader("custom_cnn", "haar_alt2")
    pair, blank = tmp_path / "pair.png", tmp_path / "blank.png"
    pair.write_bytes(encode_png(np.hstack([astronaut[:300, 80:360]] * 2)))
    blank.write_bytes(encode_png(np.zeros((60, 60, 3), np.uint8)))
    assert [row["face"] for row in reader(entry(pair))] == [1, 2]
    known = {*columns(reader._pipeline.classifier.classes), "landmarks"}
    assert set(reader(entry(pair))[0]) <= known
    assert reader(entry(blank)) == [{"picture": str(blank), "model": "custom_cnn", "face": 0}]
    none = tmp_path / "none.png"
    found = [rows[0] for rows in reader.many([entry(none), entry(tmp_path), entry(blank)])]
    assert found[0]["error"] == f"{none} cannot be read: No such file or directory."
    assert found[1]["error"] == f"{tmp_path} is a folder; name a file."
    assert found[2]["picture"] == str(blank)
    whole = PictureReader("custom_cnn", "haar_alt2", whole=True)
    assert [row["face"] for row in whole(entry(blank))] == [1]


def test_picture_that_changed_since_the_manifest_or_is_too_large_is_a_row(tmp_path):
    path = tmp_path / "a.png"
    path.write_bytes(encode_png(np.zeros((60, 60, 3), np.uint8)))
    reader = PictureReader("custom_cnn", "haar_alt2")
    (row,) = reader(Entry(str(path), etag="another"))
    assert row["error"] == f"{path} has changed since the manifest was written."
    (row,) = reader(Entry(str(path), size=2**40))
    assert row["error"] == f"{path} has more than 100 MB."
