import io
import struct
import zlib

import cv2
import numpy as np
import pillow_heif
import pytest
from PIL import Image

from fer_core.errors import FileError, ImageError
from fer_core.images import decode, encode_png, shrunk, to_gray
from fer_core.settings import settings


def saved(picture: Image.Image, format: str, **options) -> bytes:
    file = io.BytesIO()
    picture.save(file, format, **options)
    return file.getvalue()


def halves(left="#c02010", right="#1020c0", size=(40, 20)) -> Image.Image:
    picture = Image.new("RGB", size, left)
    picture.paste(right, (size[0] // 2, 0, size[0], size[1]))
    return picture


def png_header(width: int, height: int) -> bytes:
    """A PNG that declares any size in a few bytes."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = chunk(b"IDAT", zlib.compress(b""))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + data + chunk(b"IEND", b"")


def test_empty_file():
    with pytest.raises(ImageError, match="empty"):
        decode(b"")


def test_text_renamed_jpg():
    with pytest.raises(ImageError) as error:
        decode(b"Dear diary, this is no picture.\n" * 50)
    assert str(error.value) == (
        "The file is text, not a picture that can be read. "
        "Use JPEG, PNG, WebP, HEIC, AVIF, GIF, BMP or TIFF."
    )


def test_picture_that_is_cut_short_in_its_header_says_what_it_was():
    with pytest.raises(ImageError) as error:
        decode(saved(halves(), "PNG")[:20])
    assert str(error.value) == (
        "The file begins as a PNG picture and cannot be read: it is damaged, or of a kind that is "
        "not known here. Download it again, or save it as JPEG or PNG."
    )


def test_path_open_file_and_bytes_are_read_alike(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(encode_png(np.asarray(halves())))
    expected = np.asarray(halves())
    with path.open("rb") as file:
        file.read(3)
        for picture in (path, str(path), file, io.BytesIO(path.read_bytes()), path.read_bytes()):
            np.testing.assert_array_equal(decode(picture), expected)
    np.testing.assert_array_equal(decode(bytearray(path.read_bytes())), expected)


def test_error_of_a_path_or_an_open_file_names_it(tmp_path):
    path = tmp_path / "a.jpg"
    path.write_bytes(b"%PDF-1.7")
    said = f"{path}: The file is a PDF, not a picture that can be read. "
    with pytest.raises(ImageError) as error, path.open("rb") as file:
        decode(file)
    assert str(error.value).startswith(said)
    with pytest.raises(ImageError) as error:
        decode(path)
    assert str(error.value).startswith(said)
    with pytest.raises(FileError, match=r"gone\.png cannot be read: No such file"):
        decode(tmp_path / "gone.png")


def test_what_is_no_file_is_a_type_error(tmp_path):
    with pytest.raises(TypeError, match="a path, an open file or its bytes, not ndarray"):
        decode(np.zeros((9, 9, 3), np.uint8))
    (tmp_path / "a.txt").write_text("text")
    with pytest.raises(TypeError, match="open as binary"), (tmp_path / "a.txt").open() as file:
        decode(file)


@pytest.mark.parametrize(
    ("exif", "is_turned"),
    [
        (b"\0\x08\0\x02\x01\x12\0\x03" * 4, False),
        (b"Exif\0\0\0\0\0\0\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0", True),
        (b"", False),
        (b"Exif\0\0MM\0*\xff\xff\xff\xff", False),
    ],
)
@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
def test_odd_exif_does_not_keep_a_picture_from_being_read(form, exif, is_turned, capfd):
    decoded = decode(saved(halves(), form, exif=exif))
    assert decoded.shape == ((40, 20, 3) if is_turned else (20, 40, 3))
    assert capfd.readouterr().err == ""


def test_impossible_resolution_does_not_hide_the_orientation(capfd):
    turned = struct.pack(">HHIHH", 0x0112, 3, 1, 6, 0)
    unit = struct.pack(">HHII", 0x0128, 5, 1, 38)  # where 0/0 stands
    exif = b"Exif\0\0MM\0*" + struct.pack(">IH", 8, 2) + turned + unit + bytes(12)
    assert decode(saved(halves(), "JPEG", exif=exif)).shape == (40, 20, 3)
    assert capfd.readouterr().err == ""


def test_photograph_of_108_megapixels_is_decoded_at_half_its_size():
    data = saved(Image.new("L", (12_000, 9_000), 99), "JPEG")
    decoded = decode(data)
    assert decoded.shape == (4_500, 6_000, 3)
    assert abs(int(decoded[9, 9, 0]) - 99) < 3


@pytest.mark.parametrize(
    ("form", "options"),
    [
        *((form, {}) for form in ("AVIF", "JPEG2000", "PPM", "QOI", "TGA", "PCX", "SGI", "DIB")),
        ("ICO", {"sizes": [(40, 40)]}),
    ],
)
def test_other_formats_that_pillow_reads(form, options):
    decoded = decode(saved(halves(size=(40, 40)), form, **options))
    np.testing.assert_allclose(decoded[10, 5], (192, 32, 16), atol=12)
    np.testing.assert_allclose(decoded[10, 35], (16, 32, 192), atol=12)


@pytest.mark.parametrize("kept", [0.02, 0.5, 0.95])
def test_truncated_jpeg(kept):
    noise = np.random.default_rng(0).integers(0, 256, (200, 200, 3), np.uint8)
    data = saved(Image.fromarray(noise), "JPEG")
    with pytest.raises(ImageError):
        decode(data[: int(len(data) * kept)])


@pytest.mark.parametrize("size", [(60_000, 60_000), (9_000, 9_000)])
def test_too_many_pixels_are_refused_before_decoding(size, monkeypatch):
    def load(self):
        raise AssertionError("decoded")

    monkeypatch.setattr("PIL.PngImagePlugin.PngImageFile.load", load)
    with pytest.raises(ImageError, match="limit is 50 million"):
        decode(png_header(*size))


def test_file_over_the_limit_names_the_limit():
    with pytest.raises(ImageError, match=r"120\.0 MB; the limit is 100 MB"):
        decode(bytes(120 * 2**20))


def test_limits_come_from_the_settings(monkeypatch):
    monkeypatch.setenv("FER_MAX_PIXELS", "100")
    settings.cache_clear()
    try:
        with pytest.raises(ImageError, match="40 × 20"):
            decode(encode_png(np.asarray(halves())))
    finally:
        monkeypatch.undo()
        settings.cache_clear()


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "BMP", "TIFF"])
def test_formats(format):
    picture = halves()
    decoded = decode(saved(picture, format))
    assert decoded.shape == (20, 40, 3)
    assert decoded.dtype == np.uint8
    np.testing.assert_allclose(decoded[10, 5], (192, 32, 16), atol=12)
    np.testing.assert_allclose(decoded[10, 35], (16, 32, 192), atol=12)


def test_heic():
    file = io.BytesIO()
    pillow_heif.from_pillow(halves(size=(128, 64))).save(file)
    decoded = decode(file.getvalue())
    assert decoded.shape == (64, 128, 3)
    np.testing.assert_allclose(decoded[32, 20], (192, 32, 16), atol=14)


def test_animation_gives_its_first_frame():
    frames = [Image.new("RGB", (12, 8), colour) for colour in ("#00ff00", "#ff0000")]
    data = saved(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=50)
    np.testing.assert_array_equal(decode(data), np.full((8, 12, 3), (0, 255, 0)))


def test_16_bit_gray_is_scaled_not_clipped():
    ramp = np.linspace(0, 65535, 256).astype(np.uint16).reshape(16, 16)
    decoded = decode(saved(Image.fromarray(ramp), "PNG"))
    np.testing.assert_allclose(decoded[..., 0].ravel(), np.arange(256), atol=1)


def test_floating_point_tiff_spans_black_to_white():
    ramp = np.linspace(-1, 3, 256, dtype=np.float32).reshape(16, 16)
    decoded = decode(saved(Image.fromarray(ramp), "TIFF"))
    assert (decoded.min(), decoded.max()) == (0, 255)


def test_cmyk():
    decoded = decode(saved(Image.new("CMYK", (10, 10), (0, 255, 255, 0)), "JPEG"))
    np.testing.assert_allclose(decoded[5, 5], (255, 0, 0), atol=6)


def test_palette():
    decoded = decode(saved(halves().quantize(4), "PNG"))
    np.testing.assert_allclose(decoded[10, 5], (192, 32, 16), atol=2)


def test_transparent_pixels_become_white():
    picture = Image.new("RGBA", (10, 10), (10, 20, 30, 0))
    picture.paste((10, 20, 30, 255), (5, 0, 10, 10))
    for data in (saved(picture, "PNG"), saved(picture.quantize(), "PNG")):
        decoded = decode(data)
        assert tuple(decoded[5, 2]) == (255, 255, 255)
        assert tuple(decoded[5, 7]) == (10, 20, 30)


@pytest.mark.parametrize(
    ("orientation", "top_left"), [(1, "red"), (3, "blue"), (6, "red"), (8, "blue")]
)
def test_exif_rotation(orientation, top_left):
    exif = Image.Exif()
    exif[0x0112] = orientation
    decoded = decode(saved(halves(), "JPEG", exif=exif, quality=95))
    assert decoded.shape == ((20, 40, 3) if orientation < 5 else (40, 20, 3))
    expected = {"red": (192, 32, 16), "blue": (16, 32, 192)}[top_left]
    np.testing.assert_allclose(decoded[4, 4], expected, atol=12)


def test_phone_photo_of_several_pictures_gives_the_first():
    second = Image.new("RGB", (20, 10), "white")
    decoded = decode(saved(halves(), "MPO", save_all=True, append_images=[second]))
    assert decoded.shape == (20, 40, 3)
    np.testing.assert_allclose(decoded[10, 5], (192, 32, 16), atol=12)


def test_one_pixel():
    assert decode(encode_png(np.full((1, 1, 3), 7, np.uint8))).shape == (1, 1, 3)


def test_png_round_trip():
    picture = np.random.default_rng(1).integers(0, 256, (9, 7, 3), np.uint8)
    np.testing.assert_array_equal(decode(encode_png(picture)), picture)


def test_gray_is_luma():
    rgb = np.array([[[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255]]], np.uint8)
    np.testing.assert_array_equal(to_gray(rgb), [[76, 150, 29, 255]])


@pytest.mark.parametrize(("height", "width"), [(640, 900), (641, 903), (3, 2000)])
def test_shrunk_is_the_mean_of_the_areas(astronaut, height, width):
    rgb = cv2.resize(astronaut, (width, height), interpolation=cv2.INTER_AREA)
    small, scale = shrunk(rgb, 100)
    assert scale == 100 / width
    assert small.shape == (max(1, round(height * scale)), 100, 3)
    expected = cv2.resize(rgb, (100, small.shape[0]), interpolation=cv2.INTER_AREA)
    assert np.abs(small.astype(int) - expected).mean() < 1.5


def test_small_picture_is_not_shrunk():
    rgb = np.zeros((48, 48, 3), np.uint8)
    assert shrunk(rgb, 48) == (rgb, 1.0)
