import io
import struct

import numpy as np
import pytest
from PIL import Image, ImageOps

from fer_core import picture_files
from fer_core.errors import ImageError
from fer_core.images import decode, decode_reduced
from fer_core.picture_headers import header_of
from fer_core.settings import settings

SIZE = (160, 120)


def picture(mode: str = "RGB", size: tuple[int, int] = SIZE) -> Image.Image:
    """Slopes, so that turns, strips and reductions show."""
    x, y = np.meshgrid(np.linspace(0, 255, size[0]), np.linspace(0, 255, size[1]))
    return Image.fromarray(np.stack([x, y, (x + y) / 2], -1).astype(np.uint8)).convert(mode)


def saved(image: Image.Image, form: str, **options) -> bytes:
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


@pytest.mark.parametrize(
    ("form", "options"),
    [
        ("JPEG", {}),
        ("PNG", {}),
        ("WEBP", {}),
        ("WEBP", {"lossless": True}),
        ("WEBP", {"exif": b"Exif\0\0MM\0*\0\0\0\x08\0\0"}),
    ],
)
def test_header_tells_the_size_without_a_decoder(form, options):
    header = header_of(saved(picture(), form, **options))
    assert (header.kind, header.width, header.height) == (form, *SIZE)
    assert header.passes == 1
    assert header.is_plain == (form != "WEBP")


def test_passes_of_a_jpeg_are_counted():
    assert header_of(saved(picture(), "JPEG", progressive=True)).passes == 10
    assert header_of(saved(picture("L"), "JPEG", progressive=True)).passes == 6


def test_previews_within_and_behind_a_jpeg_are_no_passes_of_it(limited):
    preview = saved(picture(size=(40, 30)), "JPEG")
    exif = b"Exif\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0" + preview
    data = saved(picture(size=(1600, 1200)), "JPEG", exif=exif) + preview
    assert data.count(b"\xff\xda") == 3
    assert header_of(data).passes == 1
    limited(picture_mb=40 + 17)  # too little for two passes
    assert decode(data).shape == (1200, 1600, 3)


def test_passes_behind_a_segment_that_seems_the_end_are_counted():
    data = saved(picture(), "JPEG", progressive=True)
    second = data.index(b"\xff\xda", data.index(b"\xff\xda") + 2)
    hidden = data[:second] + b"\xff\xfe\0\x04\xff\xd9" + data[second:]
    assert header_of(hidden).passes == header_of(data).passes == 10


@pytest.mark.parametrize("form", ["GIF", "BMP", "TIFF"])
def test_header_of_other_formats_is_left_to_their_decoders(form):
    assert header_of(saved(picture(), form)) is None


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_no_header_is_read_beyond_the_end(form):
    data = saved(picture(), form)
    for length in range(60):
        header_of(data[:length])


def test_file_of_very_many_parts_is_not_plain():
    comment = b"\xff\xfe\x00\x02"
    jpeg = saved(picture(), "JPEG")
    assert header_of(jpeg[:2] + comment * 20_000 + jpeg[2:]) is None
    png = saved(picture(), "PNG")
    empty = struct.pack(">I4sI", 0, b"abCd", 0)
    assert header_of(png[:33] + empty * 20_000 + png[33:]) is None


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_is_turned_as_pillow_turns_it(orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = saved(picture(), "PNG", exif=exif)
    expected = np.asarray(ImageOps.exif_transpose(Image.open(io.BytesIO(data))))
    np.testing.assert_array_equal(decode(data), expected)


@pytest.mark.parametrize("mode", ["RGB", "L", "P", "RGBA", "LA", "1", "I;16", "CMYK"])
def test_strips_make_the_whole(mode, monkeypatch):
    image = Image.fromarray(np.asarray(picture("I;16"))) if mode == "I;16" else picture(mode)
    data = saved(image, "TIFF" if mode == "CMYK" else "PNG")
    whole = list(picture_files.strips(data, None))
    monkeypatch.setattr(picture_files, "_STRIP", 1000)
    parts = list(picture_files.strips(data, None))
    assert (len(whole), len(parts)) == (2, 1 + 120 / 6)
    np.testing.assert_array_equal(np.concatenate(parts[1:]), whole[1])


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "BMP"])
def test_reduced_picture_is_the_picture_made_smaller(form):
    reduced = decode_reduced(saved(picture(size=(1600, 1200)), form), 200)
    assert reduced.rgb.shape == (150, 200, 3)
    assert reduced.size == (1600, 1200)
    assert reduced.scale == 0.125
    expected = np.asarray(picture(size=(1600, 1200)).resize((200, 150), Image.Resampling.BOX))
    assert np.abs(reduced.rgb.astype(int) - expected).max() < 12


def test_small_picture_is_not_reduced():
    reduced = decode_reduced(saved(picture(), "PNG"), 1024)
    assert (reduced.rgb.shape, reduced.scale, reduced.size) == ((120, 160, 3), 1.0, SIZE)


def test_reduced_picture_is_upright():
    exif = Image.Exif()
    exif[0x0112] = 6
    reduced = decode_reduced(saved(picture(size=(1600, 1200)), "JPEG", exif=exif), 200)
    assert (reduced.rgb.shape, reduced.size) == ((200, 150, 3), (1200, 1600))


def test_jpeg_over_the_limit_is_decoded_at_half_its_size(limited):
    limited(max_pixels=10_000)
    data = saved(picture(), "JPEG")
    assert decode(data).shape == (60, 80, 3)
    assert decode_reduced(data, 40).size == (80, 60)
    limited(max_pixels=300, max_jpeg_pixels=19_201)
    assert decode(data).shape == (15, 20, 3)
    limited(max_jpeg_pixels=19_199)
    with pytest.raises(ImageError, match="160 × 120 pixels"):
        decode(data)


@pytest.mark.parametrize("form", ["PNG", "WEBP", "GIF", "BMP", "TIFF", "HEIF"])
def test_other_formats_over_the_limit_are_refused_in_words(form, limited):
    limited(max_pixels=10_000)
    with pytest.raises(ImageError, match="160 × 120 pixels; the limit is 0"):
        decode(saved(picture(), form))


def test_public_server_decodes_24_million_pixels(limited):
    limited(hosted=1)
    assert settings().max_pixels == 24_000_000


def test_progressive_jpeg_whose_passes_take_too_much_memory_is_decoded_smaller(limited):
    grown = picture(size=(1600, 1200))
    data = saved(grown, "JPEG", progressive=True, subsampling=0)  # 6 bytes a pixel are kept
    limited(picture_mb=40 + 17)
    assert decode(data).shape == (600, 800, 3)
    limited(picture_mb=40 + 10)
    with pytest.raises(ImageError, match="progressive"):
        decode(data)
