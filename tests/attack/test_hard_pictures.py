"""Pictures made to take gigabytes or minutes: decoded within the limits, or refused in words."""

import io
import os
import struct
import threading
import time

import numpy as np
import pytest
from PIL import Image

from benchmarks.server import tree_mb
from fer_core.errors import ImageError
from fer_core.images import decode, decoded
from fer_core.settings import settings

SIDE = 7000
MB = 2**20


def saved(image: Image.Image, form: str, **options) -> bytes:
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def jpeg_of_passes(count: int, side: int) -> bytes:
    """A progressive JPEG of one gray whose last pass is there time and again."""
    data = saved(Image.new("L", (side, side)), "JPEG", progressive=True)
    last = data.rindex(b"\xff\xda")
    return data[:last] + data[last:-2] * count + data[-2:]


def lossless_webp_header(side: int) -> bytes:
    """The beginning of a WebP, which says how large it is and no more."""
    bits = (side - 1) | (side - 1) << 14
    body = b"VP8L" + struct.pack("<IBI", 14, 0x2F, bits) + bytes(9)
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


class Peak:
    """The most memory taken during a `with` block, above what was taken before, MB."""

    def __enter__(self):
        self._before = tree_mb(os.getpid())
        self.above = 0.0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()
        return self

    def _watch(self):
        while not self._ended.wait(0.01):
            self.above = max(self.above, tree_mb(os.getpid()) - self._before)

    def __exit__(self, *_):
        self._ended.set()
        self._thread.join()


@pytest.mark.parametrize("side", [1, SIDE])
def test_jpeg_of_very_many_passes_is_refused_before_it_is_decoded(side):
    passes = 100_000 if side == 1 else 1000
    data = jpeg_of_passes(passes, 1) if side == 1 else many_passes_of_49_million()
    with pytest.raises(ImageError, match=rf"stored in {passes + 5:,} passes over {side:,} × "):
        decode(data)


def many_passes_of_49_million() -> bytes:
    """Made of a small one: only its header says how large it is."""
    data = jpeg_of_passes(1000, 16)
    size = struct.pack(">HH", 16, 16)
    at = data.index(b"\xff\xc2") + 5
    assert data[at : at + 4] == size
    return data[:at] + struct.pack(">HH", SIDE, SIDE) + data[at + 4 :]


def test_ordinary_progressive_jpeg_is_decoded():
    assert decode(jpeg_of_passes(3, 100)).shape == (100, 100, 3)


def test_webp_that_only_says_it_is_large_is_refused_by_its_first_bytes():
    with Peak() as peak, pytest.raises(ImageError, match="7,071 × 7,071 pixels; the limit is"):
        decode(lossless_webp_header(7071))
    assert peak.above < 30


def test_jpeg_of_five_million_comments_is_given_up(monkeypatch):
    """Pillow reads a file's parts one by one, and takes seconds for so many."""
    monkeypatch.setattr(settings(), "picture_seconds", 1)
    jpeg = saved(Image.new("L", (16, 16)), "JPEG")
    with pytest.raises(ImageError, match="more than 1 s of processor time"):
        decode(jpeg[:2] + b"\xff\xfe\x00\x02" * 4_900_000 + jpeg[2:])


def hard() -> dict[str, bytes]:
    slope = np.zeros((SIDE, SIDE, 3), np.uint8)
    slope[..., 0] = np.arange(SIDE) // 30
    colour = Image.fromarray(slope)
    return {
        "PNG": saved(colour, "PNG", compress_level=1),
        "PNG of 16 bits": saved(Image.fromarray(np.zeros((SIDE, SIDE), np.uint16)), "PNG"),
        "PNG with transparency": saved(colour.convert("RGBA"), "PNG", compress_level=1),
        "JPEG": saved(colour, "JPEG"),
        "progressive JPEG": saved(colour, "JPEG", progressive=True, subsampling=0),
    }


def test_16_bit_picture_of_49_million_pixels_is_decoded_in_400_mb():
    data = saved(Image.fromarray(np.zeros((SIDE, SIDE), np.uint16)), "PNG")
    with Peak() as peak, decoded(data) as rgb:
        assert rgb.shape == (SIDE, SIDE, 3)
    assert 100 < peak.above < settings().picture_mb


@pytest.mark.long
def test_every_hard_picture_is_decoded_in_400_mb():
    for name, data in hard().items():
        with Peak() as peak, decoded(data) as rgb:
            assert rgb.shape[2] == 3
        del rgb
        assert 100 < peak.above < settings().picture_mb, name


@pytest.mark.long
def test_eight_at_once_take_no_more_than_one():
    pictures = list(hard().values())

    def read(number):
        with decoded(pictures[number % len(pictures)]):
            time.sleep(0.2)

    threads = [threading.Thread(target=read, args=(number,)) for number in range(8)]
    with Peak() as peak:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert 100 < peak.above < settings().pictures_mb + 40
