import pytest

from fer_core.common.contents import described


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"", "empty"),
        (b"%PDF-1.7", "a PDF"),
        (b"<!DOCTYPE html><html>", "a web page (HTML)"),
        (b"\xef\xbb\xbf\n<html lang=de>", "a web page (HTML)"),
        (b'<?xml version="1.0"?>\n<svg xmlns="x">', "an SVG drawing"),
        (b"Dear diary,\n", "text"),
        ("emotion,pixels".encode("utf-16"), "text"),
        (b"\0\0\0\x18ftypmp42", "a video"),
        (b"\0\0\0\x18ftypheic", "a HEIC or AVIF picture"),
        (b"\0\0\0\x18ftypheis", "a HEIC or AVIF picture"),
        (b"RIFF\x10\0\0\0AVI LIST", "a video"),
        (b"\x1aE\xdf\xa3", "a video"),
        (b"PK\x03\x04", "a zip file"),
        (b"\xff\xd8\xff\xe0", "a JPEG picture"),
        (bytes(range(200, 256)) * 9, "of a kind that is not known here"),
    ],
)
def test_first_bytes_tell_what_it_is(data, name):
    assert described(data) == name
