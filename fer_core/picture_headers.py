"""What a picture's file announces in its first bytes, and what decoding it will cost.

Read without any decoder: nothing here trusts the file.
"""

import re
import struct
from dataclasses import dataclass

RGB = 3
"""Bytes of a decoded pixel."""

BYTES = {"WEBP": 16, "HEIF": 8, "AVIF": 12, "TIFF": 8, "GIF": 5, "JPEG2000": 12, "PPM": 8}
"""What a decoder and Pillow take for a pixel, bytes, measured; of the other formats it is 4."""

PROCESS = 40 * 2**20
"""What the process that decodes takes besides, bytes."""

_PASS = 50_000
"""What the beginning of a pass costs, in pixels visited."""

_PLAIN_PASSED = 200_000_000
_PLAIN_PIXELS = 16_000_000
"""What may be decoded without a process of its own: a telephone's photo may, in 0.3 s."""

_MOST_PARTS = 10_000
"""Chunks of a PNG, or segments of a JPEG, that are looked at before it counts as odd."""

SCAN, _END = b"\xff\xda", b"\xff\xd9"
_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
"""What is neither a value of 255 nor a mark to restart at."""

_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""JPEG's markers that say how large the picture is."""


@dataclass(frozen=True)
class Header:
    """What the first bytes of a file announce.

    Attributes:
        kind: JPEG, PNG or WEBP.
        width: Pixels.
        height: Pixels.
        passes: How often a JPEG's pixels are visited; 1 for the others.
        is_odd: Whether other libraries than those of its format have work with it: it has a colour
            profile, or colours of more than 8 bits.
    """

    kind: str
    width: int
    height: int
    passes: int = 1
    is_odd: bool = False

    @property
    def pixels(self) -> int:
        """Their number."""
        return self.width * self.height

    @property
    def is_plain(self) -> bool:
        """Whether it is decoded quickly, in little memory, by code that has seen everything."""
        return (
            self.kind != "WEBP"
            and not self.is_odd
            and self.pixels <= _PLAIN_PIXELS
            and passed(self.pixels, self.passes) <= _PLAIN_PASSED
        )

    @property
    def cost(self) -> int:
        """The most bytes that decoding may take, the result included."""
        coefficients = 6 if self.passes > 1 else 0
        size = self.pixels * (BYTES.get(self.kind, 4) + coefficients + RGB)
        return size if self.is_plain else size + PROCESS


def header_of(data: bytes) -> Header | None:
    """Returns what a JPEG, PNG or WebP announces, without any decoder; None if it is odd, or else.

    Args:
        data: The whole file.
    """
    for read in (_jpeg_header, _png_header, _webp_header):
        try:
            header = read(data)
        except (struct.error, IndexError):  # cut short
            return None
        if header is not None:
            return header
    return None


def _jpeg_header(data: bytes) -> Header | None:
    if not data.startswith(b"\xff\xd8\xff"):
        return None
    at, width, height, is_odd = 2, 0, 0, False
    for _ in range(_MOST_PARTS):
        if data[at] != 0xFF:
            return None
        marker = data[at + 1]
        if marker == 0xFF:  # padding
            at += 1
            continue
        if marker == SCAN[1]:
            return Header("JPEG", width, height, _scans(data, at), is_odd) if width else None
        if marker in _FRAMES:
            height, width = struct.unpack_from(">HH", data, at + 5)
        is_odd |= data.startswith(b"ICC_PROFILE", at + 4)
        at += 2 + struct.unpack_from(">H", data, at + 2)[0]
    return None


def _scans(data: bytes, at: int) -> int:
    """Returns in how many scans a JPEG is stored, not counting previews and what follows it.

    Args:
        data: The whole file.
        at: Where its first scan begins.
    """
    scans = 0
    for _ in range(_MOST_PARTS):
        found = _MARKER.search(data, at)
        if found is None or found[0] == _END:
            return scans
        scans += found[0] == SCAN
        at = found.end() + int.from_bytes(data[found.end() : found.end() + 2])
    return data.count(SCAN)  # odd: at most as many


def _png_header(data: bytes) -> Header | None:
    if not data.startswith(b"\x89PNG\r\n\x1a\n"):
        return None
    at = 8
    (width, height), is_odd = struct.unpack_from(">II", data, 16), data[24] > 8
    for _ in range(_MOST_PARTS):
        kind = data[at + 4 : at + 8]
        if kind == b"IEND":
            return Header("PNG", width, height, is_odd=is_odd)
        is_odd |= kind == b"iCCP"
        at += 12 + struct.unpack_from(">I", data, at)[0]
    return None


def _webp_header(data: bytes) -> Header | None:
    if data[:4] != b"RIFF" or data[8:12] != b"WEBP":
        return None
    form = data[12:16]
    if form == b"VP8X":
        width, height = (int.from_bytes(data[at : at + 3], "little") + 1 for at in (24, 27))
    elif form == b"VP8L":
        bits = struct.unpack_from("<I", data, 21)[0]
        width, height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    else:
        width, height = (number & 0x3FFF for number in struct.unpack_from("<HH", data, 26))
    return Header("WEBP", width, height)


def passed(pixels: int, passes: int) -> int:
    """Returns how many pixels all passes of a JPEG visit, what a pass begins with included."""
    return passes * (pixels + _PASS)
