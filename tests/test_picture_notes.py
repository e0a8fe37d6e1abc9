import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from fer_core.images import decode
from fer_core.picture_notes import without_notes


def picture() -> Image.Image:
    x, y = np.meshgrid(np.linspace(0, 255, 40), np.linspace(0, 255, 30))
    return Image.fromarray(np.stack([x, y, (x + y) / 2], -1).astype(np.uint8))


def saved(form: str, **options) -> bytes:
    file = io.BytesIO()
    picture().save(file, form, **options)
    return file.getvalue()


def with_segment(jpeg: bytes, marker: int, body: bytes) -> bytes:
    return jpeg[:2] + struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body + jpeg[2:]


def with_chunk(png: bytes, kind: bytes, body: bytes, wrong: int = 0) -> bytes:
    chunk = struct.pack(">I", len(body)) + kind + body
    return png[:33] + chunk + struct.pack(">I", zlib.crc32(kind + body) ^ wrong) + png[33:]


@pytest.mark.parametrize(
    ("marker", "body"),
    [
        (0xE2, b"MPF\0II*\0\x08\0\0\0"),
        (0xE2, b"MPF\0" + bytes(40)),
        (0xED, b"Photoshop 3.0\08BIM\x04\x04\0\0\xff\xff\xff\xff"),
        (0xE1, b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta broken"),
        (0xE4, b"\xff" * 9),
        (0xFE, b"\xe9\xff comment"),
    ],
)
def test_odd_segments_of_a_jpeg_are_not_looked_at(marker, body):
    plain = saved("JPEG")
    odd = with_segment(plain, marker, body)
    assert without_notes(odd) == plain
    np.testing.assert_array_equal(decode(odd), decode(plain))


@pytest.mark.parametrize(
    ("kind", "body", "wrong"),
    [
        (b"tEXt", b"Comment\0hello", 1),
        (b"zTXt", b"Comment\0\0" + zlib.compress(bytes(3 * 2**20)), 0),
        (b"iTXt", b"no end", 0),
        (b"eXIf", b"MM\0*", 1),
        (b"iCCP", b"x\0\0" + b"\xff" * 9, 1),
        (b"pHYs", b"short", 0),
        (b"gAMA", b"", 0),
    ],
)
def test_odd_chunks_of_a_png_are_not_looked_at(kind, body, wrong):
    plain = saved("PNG")
    odd = with_chunk(plain, kind, body, wrong)
    assert without_notes(odd) == plain
    np.testing.assert_array_equal(decode(odd), np.asarray(picture()))


def test_what_is_heeded_is_kept():
    for form in ("JPEG", "PNG"):
        exif = Image.Exif()
        exif[0x0112] = 6
        data = saved(form, exif=exif, icc_profile=b"profile")
        assert without_notes(data) == data
        assert decode(data).shape == (40, 30, 3)
    noted = PngInfo()
    noted.add_text("Comment", "hello")
    assert without_notes(saved("PNG", pnginfo=noted)) == saved("PNG")


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "GIF"])
def test_file_that_is_cut_short_or_of_another_format_comes_back_as_it_is(form):
    data = saved(form)
    for length in range(0, len(data), 7):
        assert without_notes(data[:length]) == data[:length]
