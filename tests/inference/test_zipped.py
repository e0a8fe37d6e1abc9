import io
import zipfile

import pytest

from fer_core.errors import BatchError, ImageError
from fer_core.inference.zipped import picture_names, pictures_in
from fer_core.picture_names import Skipped
from fer_core.settings import settings


def packed(**files: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name.replace("__", "/").replace("_", "."), data)
    return file.getvalue()


def test_pictures_are_named_in_order_without_what_is_none():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in ("b.JPG", "a/x.png", "notes.txt", "__MACOSX/a/x.png", "a/._x.png", ".x.png"):
            archive.writestr(name, b"x")
        archive.mkdir("empty.png")
        archive.writestr("photo", b"\xff\xd8\xff\xe0")
    skipped = Skipped()
    assert picture_names(file.getvalue(), skipped) == ["a/x.png", "b.JPG", "photo"]
    assert skipped.sentence == "1 file is no picture and was left out: notes.txt."


def test_content_comes_back():
    data = packed(a_png=b"first", b_png=b"second")
    assert list(pictures_in(data, picture_names(data))) == [
        ("a.png", b"first"),
        ("b.png", b"second"),
    ]


@pytest.mark.parametrize("data", [b"", b"no zip", packed(notes_txt=b"x")])
def test_what_is_no_zip_of_pictures(data):
    with pytest.raises(BatchError, match="zip file"):
        picture_names(data)


def test_list_of_files_is_read_in_a_process_with_limits(monkeypatch):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for number in range(4000):
            archive.writestr(f"{number:0>2000}.png", b"")
    monkeypatch.setattr(settings(), "dataset_reader_mb", 5)
    with pytest.raises(BatchError, match="zip file cannot be read: it takes more memory than 5 MB"):
        picture_names(file.getvalue())


def test_picture_that_unpacks_to_more_than_the_limit(monkeypatch):
    monkeypatch.setattr(settings(), "max_upload_mb", 1)
    data = packed(bomb_png=bytes(3 * 2**20), fine_png=b"x")
    assert len(data) < 10_000
    (_, bomb), (_, fine) = pictures_in(data, picture_names(data))
    assert isinstance(bomb, ImageError) and "more than 1 MB" in str(bomb)
    assert fine == b"x"


def test_damaged_picture_is_an_error_and_the_others_come():
    data = bytearray(packed(a_png=b"a" * 400 + b"b" * 900, b_png=b"fine"))
    data[40:44] = b"\xff\xff\xff\xff"
    (_, damaged), (_, fine) = pictures_in(bytes(data), ["a.png", "b.png"])
    assert isinstance(damaged, ImageError)
    assert fine == b"fine"
