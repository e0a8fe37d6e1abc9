import os

import pytest

from fer_core.picture_names import EXTENSIONS, Skipped, is_clutter, is_picture, is_picture_file

HEADS = {
    "JPEG": b"\xff\xd8\xff\xe0\x00\x10JFIF",
    "PNG": b"\x89PNG\r\n\x1a\n",
    "GIF": b"GIF89a",
    "WebP": b"RIFF\x10\0\0\0WEBPVP8 ",
    "HEIC": b"\0\0\0\x18ftypheic",
    "AVIF": b"\0\0\0\x1cftypavif",
}


@pytest.mark.parametrize("name", ["a.jpg", "a.JPG", "a.jfif", "a.Jpe", "dir/a.AVIF", "b.tar.hif"])
def test_name_of_any_case_tells_a_picture(name):
    assert is_picture(name, b"")


@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS)
@pytest.mark.parametrize("name", ["IMG_0001", "photo.download", "a.jpg_large"])
def test_content_tells_where_the_name_does_not(name, head):
    assert not is_picture(name, b"")
    assert is_picture(name, head)


def test_video_text_and_raw_photograph_are_no_pictures():
    assert not is_picture("a.mp4", b"\0\0\0\x18ftypmp42")
    assert not is_picture("notes", b"Dear diary, ...")
    assert not is_picture("a.dng", b"II*\0\x08\0\0\0")
    assert is_picture("scan", b"II*\0\x08\0\0\0")


@pytest.mark.parametrize(
    "path", ["._IMG_1.jpg", "a/._b.png", "__MACOSX/a.jpg", ".DS_Store", "x/Thumbs.db", ".git/a.png"]
)
def test_what_systems_write_is_clutter(path):
    assert is_clutter(path)


def test_what_people_write_is_none():
    assert not any(map(is_clutter, ("a.jpg", "a/b._c.png", "thumbs/a.jpg", "_a.jpg")))


def test_pipe_and_folder_named_as_pictures_are_none(tmp_path):
    os.mkfifo(tmp_path / "a.jpg")
    (tmp_path / "b.jpg").mkdir()
    (tmp_path / "c").write_bytes(HEADS["JPEG"])
    os.mkfifo(tmp_path / "d")
    assert [name for name in ["a.jpg", "b.jpg", "c", "d"] if is_picture_file(tmp_path / name)] == [
        "c"
    ]


def test_what_was_skipped_is_counted_and_named():
    assert Skipped().sentence == ""
    assert Skipped(["a.txt"]).sentence == "1 file is no picture and was left out: a.txt."
    skipped = Skipped(["a.txt", "b.pdf"])
    skipped.add_all(Skipped(["c.mp4", "d", "e"]))
    assert skipped.sentence == (
        "5 files are no pictures and were left out: a.txt, b.pdf, c.mp4 and 2 more."
    )


def test_every_ending_is_lower_case_and_stands_once():
    assert len(set(EXTENSIONS)) == len(EXTENSIONS)
    assert all(ending == ending.lower().strip(".") for ending in EXTENSIONS)
