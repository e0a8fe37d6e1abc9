import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image, ImageCms

from fer_core import picture_pixels
from fer_core.images import decode
from fer_core.picture_headers import header_of

RAMP = np.linspace(0, 4095, 4096).astype(np.uint16).reshape(64, 64)


def saved(image: Image.Image, form: str, **options) -> bytes:
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def png(values: np.ndarray, *chunks: bytes) -> bytes:
    """A PNG of 16 bits, gray or in colour, which Pillow cannot write."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    kind = {2: 0, 3: 2, 4: 6}[values.ndim if values.ndim == 2 else values.shape[2]]
    head = struct.pack(">IIBBBBB", values.shape[1], values.shape[0], 16, kind, 0, 0, 0)
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in values)
    parts = [b"\x89PNG\r\n\x1a\n", chunk(b"IHDR", head)]
    parts += [chunk(part[:4], part[4:]) for part in chunks]
    return b"".join([*parts, chunk(b"IDAT", zlib.compress(rows)), chunk(b"IEND", b"")])


def expected(values: np.ndarray, white: float) -> np.ndarray:
    return np.round(values / white * 255)


@pytest.mark.parametrize("bits", [8, 10, 12, 14, 16])
def test_gray_of_fewer_bits_in_16_spans_black_to_white(bits):
    values = (RAMP.astype(int) * (2**bits - 1) // 4095).astype(np.uint16)
    for data in (png(values), saved(Image.fromarray(values), "TIFF")):
        np.testing.assert_allclose(decode(data)[..., 1], expected(values, 2**bits - 1), atol=1)


@pytest.mark.parametrize("bits", [10, 12, 14, 16])
def test_colours_of_fewer_bits_in_16_keep_all_of_them(bits):
    gray = RAMP.astype(int) * (2**bits - 1) // 4095
    values = np.stack([gray, gray // 2, gray[::-1]], -1).astype(np.uint16)
    np.testing.assert_allclose(decode(png(values)), expected(values, 2**bits - 1), atol=1)
    alpha = np.concatenate([values, np.full((64, 64, 1), 65535, np.uint16)], -1)
    np.testing.assert_allclose(decode(png(alpha)), expected(values, 2**bits - 1), atol=1)


def test_dark_picture_that_says_how_many_bits_it_has_stays_dark():
    dark = RAMP // 8
    np.testing.assert_allclose(decode(png(dark, b"sBIT\x0c"))[..., 0], expected(dark, 4095), atol=1)
    assert decode(png(dark, b"sBIT\x10")).max() == 2
    tags = {341: 4095}
    said = decode(saved(Image.fromarray(dark), "TIFF", tiffinfo=tags))
    np.testing.assert_allclose(said[..., 0], expected(dark, 4095), atol=1)


def test_declared_range_that_the_values_exceed_is_left_aside():
    full = RAMP * 16
    assert decode(png(full, b"sBIT\x0c"))[-1, -1, 0] == 255
    np.testing.assert_allclose(
        decode(png(full, b"sBIT\x0c"))[..., 0], expected(full, 65535), atol=1
    )


@pytest.mark.parametrize("odd", [b"sBIT", b"sBIT\xff", b"sBIT\0\0\0", b"sBIT\x11\x11\x11"])
def test_impossible_number_of_bits_is_left_aside_in_silence(odd, capfd):
    colours = np.stack(3 * [RAMP], -1)
    for values in (RAMP, colours):
        np.testing.assert_allclose(decode(png(values, odd))[..., 0], expected(RAMP, 4095), atol=1)
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("opaque", [4095, 65535])
def test_what_covers_colours_of_12_bits_may_have_12_too(opaque):
    cover = np.full((64, 64, 1), opaque, np.uint16)
    cover[0, 0] = 0
    values = np.concatenate([*3 * [RAMP[..., None]], cover], -1)
    read = decode(png(values))
    np.testing.assert_allclose(read[1:, :, 0], expected(RAMP, 4095)[1:], atol=1)
    assert read[0, 0].tolist() == [255, 255, 255]


def test_file_of_8_bits_is_never_stretched():
    dark = (RAMP // 128).astype(np.uint8)
    np.testing.assert_array_equal(decode(saved(Image.fromarray(dark), "PNG"))[..., 0], dark)


def test_dark_pgm_says_how_many_bits_it_has():
    data = b"P5 64 64 65535\n" + (RAMP // 8).astype(">u2").tobytes()
    assert decode(data).max() == 2


def test_floats_of_0_to_1_are_black_to_white():
    part = np.linspace(0.25, 0.5, 4096, dtype=np.float32).reshape(64, 64)
    np.testing.assert_allclose(
        decode(saved(Image.fromarray(part), "TIFF"))[..., 0], expected(part, 1), atol=1
    )


# XYZ of red, green and blue, adapted to D50, a column each.
PRIMARIES = {
    "sRGB": np.array(
        [[0.43607, 0.38515, 0.14307], [0.22249, 0.71687, 0.06061], [0.01392, 0.09708, 0.71410]]
    ),
    "P3": np.array(
        [[0.51512, 0.29198, 0.15711], [0.24120, 0.69225, 0.06657], [-0.00105, 0.04189, 0.78410]]
    ),
    "Adobe": np.array(
        [[0.60974, 0.20528, 0.14919], [0.31111, 0.62567, 0.06322], [0.01947, 0.06087, 0.74457]]
    ),
}


def profile(primaries: str = "P3", gamma: float = 2.2) -> bytes:
    """An ICC profile of three primaries and a power, as cameras embed it."""
    columns = PRIMARIES[primaries].T

    def xyz(values) -> bytes:
        return b"XYZ \0\0\0\0" + b"".join(struct.pack(">i", round(v * 65536)) for v in values)

    curve = b"curv\0\0\0\0" + struct.pack(">IH", 1, round(gamma * 256)) + b"\0\0"
    text = b"desc\0\0\0\0" + struct.pack(">I", 5) + b"test\0" + bytes(78)
    tags = [(b"desc", text), (b"wtpt", xyz((0.9642, 1, 0.8249))), (b"cprt", b"text\0\0\0\0none\0")]
    tags += [
        (name, xyz(column))
        for name, column in zip((b"rXYZ", b"gXYZ", b"bXYZ"), columns, strict=True)
    ]
    tags += [(name, curve) for name in (b"rTRC", b"gTRC", b"bTRC")]
    at, table, body = 132 + 12 * len(tags), struct.pack(">I", len(tags)), b""
    for name, value in tags:
        value += bytes(-len(value) % 4)
        table += name + struct.pack(">II", at + len(body), len(value))
        body += value
    size = 128 + len(table) + len(body)
    head = struct.pack(">I4sI4s4s4s", size, b"none", 0x02100000, b"mntr", b"RGB ", b"XYZ ")
    head += bytes(12) + b"acsp" + bytes(28) + struct.pack(">iii", 63190, 65536, 54061)
    return head.ljust(128, b"\0") + table + body


ORANGE = (184, 53, 31)


def written_in(primaries: str) -> tuple[int, ...]:
    """The orange as a camera of other primaries writes it."""
    part = np.array(ORANGE) / 255
    light = np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)
    other = np.linalg.inv(PRIMARIES[primaries]) @ PRIMARIES["sRGB"] @ light
    return tuple(np.round(255 * other ** (1 / 2.2)).astype(int).tolist())


@pytest.mark.parametrize("primaries", ["Adobe", "P3"])
@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_colours_of_a_profile_become_those_of_srgb(primaries, form):
    options = {"quality": 95} if form in ("JPEG", "WEBP") else {}
    seen = written_in(primaries)
    assert max(abs(a - b) for a, b in zip(seen, ORANGE, strict=True)) > 12
    data = saved(Image.new("RGB", (32, 32), seen), form, icc_profile=profile(primaries), **options)
    np.testing.assert_allclose(decode(data)[16, 16], ORANGE, atol=3)


@pytest.mark.parametrize("bad", [b"", b"no profile", profile()[:200], bytes(3000)])
def test_damaged_profile_is_left_aside(bad):
    data = saved(Image.new("RGB", (9, 9), ORANGE), "PNG", icc_profile=bad)
    np.testing.assert_array_equal(decode(data)[4, 4], ORANGE)


@pytest.mark.parametrize("mode", ["L", "CMYK", "LA", "RGBA"])
def test_profile_of_other_colours_than_the_picture_has_is_left_aside(mode):
    picture = Image.new("RGB", (9, 9), (90, 90, 90)).convert(mode)
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    form = "TIFF" if mode == "CMYK" else "PNG"
    np.testing.assert_allclose(decode(saved(picture, form, icc_profile=srgb))[4, 4], 90, atol=1)


def test_profile_of_srgb_changes_nothing():
    values = np.random.default_rng(0).integers(0, 256, (40, 40, 3), np.uint8)
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    data = saved(Image.fromarray(values), "PNG", icc_profile=srgb)
    np.testing.assert_array_equal(decode(data), values)


def test_transparent_picture_keeps_its_profile():
    picture = Image.new("RGBA", (8, 8), (*written_in("P3"), 255))
    picture.paste((0, 0, 0, 0), (0, 0, 4, 8))
    decoded = decode(saved(picture, "PNG", icc_profile=profile("P3")))
    np.testing.assert_array_equal(decoded[4, 1], (255, 255, 255))
    np.testing.assert_allclose(decoded[4, 6], ORANGE, atol=3)


def test_profiles_and_deep_colours_are_read_in_a_process_of_their_own():
    plain = Image.new("RGB", (8, 8))
    for form in ("JPEG", "PNG"):
        assert header_of(saved(plain, form)).is_plain
        assert not header_of(saved(plain, form, icc_profile=profile())).is_plain
    assert not header_of(png(RAMP)).is_plain


def test_range_of_a_strip_is_that_of_the_whole(monkeypatch):
    data = saved(
        Image.fromarray(np.linspace(-1, 3, 4096, dtype=np.float32).reshape(64, 64)), "TIFF"
    )
    whole = decode(data)
    monkeypatch.setattr(picture_pixels, "_STRIP", 1000)
    np.testing.assert_array_equal(decode(data), whole)


def test_tiff_of_32_bits_without_sign():
    """A TIFF that Pillow cannot write: one strip of little-endian numbers."""
    values = np.linspace(0, 2**32 - 1, 64).astype("<u4").reshape(8, 8)
    entries = [(256, 8), (257, 8), (258, 32), (259, 1), (262, 1), (273, 8), (277, 1), (278, 8)]
    entries += [(279, 256), (339, 1)]
    directory = struct.pack("<H", len(entries))
    directory += b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in entries)
    data = b"II*\0" + struct.pack("<I", 8 + 256) + values.tobytes() + directory + bytes(4)
    np.testing.assert_allclose(decode(data)[..., 0], expected(values, 2**32 - 1), atol=1)
