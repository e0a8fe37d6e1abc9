"""A picture's file: what its first bytes announce, and its pixels, strip by strip.

Nothing here trusts the file. What it will cost is known before any pixel is decoded: JPEG's passes
are counted, a large JPEG is decoded at an eighth to a half of its size, and what would still take
too much is refused. Pixels become 8-bit RGB a strip at a time, so that no second copy of the whole
picture is made on the way.
"""

import io
import logging
import re
import struct
import warnings
from collections.abc import Generator, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np
import pillow_heif
from PIL import Image

from fer_core.common.contents import described
from fer_core.errors import ImageError
from fer_core.picture_notes import without_notes
from fer_core.picture_pixels import brightened, is_deep, rendering, to_rgb
from fer_core.settings import settings

pillow_heif.register_heif_opener()
# Of many pixels, which `_scale` judges, and of odd tags, which are left aside. A filter for good:
# one for the length of a block would race with other threads.
warnings.filterwarnings("ignore", module=r"PIL\.")
logging.getLogger("PIL").addHandler(logging.NullHandler())

RGB = 3
"""Bytes of a decoded pixel."""

_FORMATS = (
    *("JPEG", "PNG", "WEBP", "BMP", "DIB", "GIF", "TIFF", "HEIF", "AVIF", "JPEG2000", "PPM"),
    *("PSD", "QOI", "SGI", "ICO", "PCX", "TGA"),  # the last two are known by little
)
"""What Pillow reads without the help of another program."""

_BYTES = {"WEBP": 16, "HEIF": 8, "AVIF": 12, "TIFF": 8, "GIF": 5, "JPEG2000": 12, "PPM": 8}
"""What a decoder and Pillow take for a pixel, bytes, measured; of the other formats it is 4."""

_PROCESS = 40 * 2**20
"""What the process that decodes takes besides, bytes."""

_STRIP = 2**20
"""Pixels that are turned to 8-bit RGB at once."""

_SCALES = (1, 2, 4, 8)
"""By how much libjpeg can reduce a JPEG while it decodes it."""

MOST_PASSED = 1_000_000_000
"""Pixels that all passes of a JPEG may visit: 20 passes over 50 million take 2 s."""

_PASS = 50_000
"""What the beginning of a pass costs, in pixels visited."""

_PLAIN_PASSED = 200_000_000
_PLAIN_PIXELS = 16_000_000
"""What may be decoded without a process of its own: a telephone's photo may, in 0.3 s."""

_MOST_PARTS = 10_000
"""Chunks of a PNG, or segments of a JPEG, that are looked at before it counts as odd."""

_ORIENTATION = 0x0112
"""EXIF's tag of how a picture is to be turned."""

_ORIENTATION_ENTRY = re.compile(
    rb"\x01\x12\x00\x03\x00\x00\x00\x01\x00([\x01-\x08])"
    rb"|\x12\x01\x03\x00\x01\x00\x00\x00([\x01-\x08])\x00"
)
"""Its entry, of either byte order, in EXIF whose frame is damaged."""

_SCAN, _END = b"\xff\xda", b"\xff\xd9"
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
            and _passed(self.pixels, self.passes) <= _PLAIN_PASSED
        )

    @property
    def cost(self) -> int:
        """The most bytes that decoding may take, the result included."""
        coefficients = 6 if self.passes > 1 else 0
        size = self.pixels * (_BYTES.get(self.kind, 4) + coefficients + RGB)
        return size if self.is_plain else size + _PROCESS


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
        if marker == _SCAN[1]:
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
        scans += found[0] == _SCAN
        at = found.end() + int.from_bytes(data[found.end() : found.end() + 2])
    return data.count(_SCAN)  # odd: at most as many


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


def _passed(pixels: int, passes: int) -> int:
    return passes * (pixels + _PASS)


@dataclass(frozen=True)
class Layout:
    """How the strips of a picture lie.

    Attributes:
        width: Of the strips, pixels.
        height: Of all strips together, pixels.
        orientation: How they are to be turned, as EXIF numbers it.
        full: Width and height of the picture not reduced more than is necessary, turned, pixels.
    """

    width: int
    height: int
    orientation: int
    full: tuple[int, int]

    def canvas(self) -> tuple[np.ndarray, np.ndarray]:
        """Returns an empty upright picture, and a view of it that is filled from top to bottom."""
        is_turned = self.orientation >= 5
        size = (self.width, self.height) if is_turned else (self.height, self.width)
        upright = np.empty((*size, RGB), np.uint8)
        views = {
            2: upright[:, ::-1],
            3: upright[::-1, ::-1],
            4: upright[::-1],
            5: upright.transpose(1, 0, 2),
            6: np.rot90(upright),
            7: upright[::-1, ::-1].transpose(1, 0, 2),
            8: np.rot90(upright, -1),
        }
        return upright, views.get(self.orientation, upright)


def strips(data: bytes, at_least: int | None) -> Generator[Any]:
    """Yields a picture's layout and then its pixels, uint8 RGB of shape (rows, width, 3).

    Args:
        data: The whole file.
        at_least: The picture may be reduced by a whole number, as long as its longer side keeps
            this many pixels; None not to reduce it unless its size makes it necessary.

    Raises:
        ImageError: If it is damaged, no picture, or takes too much memory or time to decode.
    """
    data = without_notes(data)
    picture = _open(data)
    announced = picture.size
    needed = _scale(picture, data, None)
    scale = _scale(picture, data, at_least)
    try:
        if scale > 1:
            picture.draft(None, (announced[0] // scale, announced[1] // scale))
        has_more_bits = is_deep(picture)
        picture.load()
        width, height = picture.size if scale == 1 else (-(-side // needed) for side in announced)
        orientation = _orientation(picture)
        full = (height, width) if orientation in range(5, 9) else (width, height)
        if has_more_bits:
            picture = brightened(picture, data)
        yield from _laid_out(picture, data, full, orientation, at_least)
    except MemoryError:
        raise
    except Exception as error:  # damaged files raise nearly anything from Pillow's codecs
        raise ImageError(
            "The picture is damaged or cut short and cannot be decoded. Save or download it again."
        ) from error


def _orientation(picture: Image.Image) -> int:
    """Returns how a picture is to be turned; 1, as it is, where that cannot be known."""
    tags: Any = {}
    with suppress(Exception):  # whatever is odd in EXIF says nothing of the pixels
        tags = picture.getexif()
    number = tags.get(_ORIENTATION, 1)
    exif = picture.info.get("exif")
    if not tags and isinstance(exif, bytes) and (found := _ORIENTATION_ENTRY.search(exif)):
        number = max(found[1] or found[2])
    return number if number in range(1, 9) else 1


def _open(data: bytes) -> Image.Image:
    """Reads the header only."""
    try:
        return Image.open(io.BytesIO(data), formats=_FORMATS)
    except MemoryError:
        raise
    except Image.DecompressionBombError as error:
        raise ImageError(
            "The picture has far too many pixels; the limit is "
            f"{settings().max_pixels / 1e6:.0f} million. Save it smaller."
        ) from error
    except Exception as error:  # as above: hostile headers
        raise ImageError(_unread(described(data))) from error


def _unread(what: str) -> str:
    """Returns the sentence for a file that no decoder takes for its own."""
    if "picture" in what:
        return (
            f"The file begins as {what} and cannot be read: it is damaged, or of a kind that is "
            "not known here. Download it again, or save it as JPEG or PNG."
        )
    return (
        f"The file is {what}, not a picture that can be read. "
        "Use JPEG, PNG, WebP, HEIC, AVIF, GIF, BMP or TIFF."
    )


def refuse_too_large(kind: str, width: int, height: int) -> None:
    """Raises ImageError if a picture of that format has more pixels than are decoded."""
    limit = settings().max_jpeg_pixels if kind == "JPEG" else _most_pixels(kind)
    if width * height > limit:
        raise ImageError(
            f"The picture has {width:,} × {height:,} pixels; the limit is {limit / 1e6:.0f} "
            f"million{f' for {kind}' if kind in _BYTES else ''}. Save it smaller."
        )


def _most_pixels(kind: str) -> int:
    return min(settings().max_pixels, _most_bytes() // (_BYTES.get(kind, 4) + RGB))


def process_mb(header: Header | None) -> int:
    """Returns the memory that a process of its own may take to decode a picture, MB.

    What it announces is known to fit; of what announces nothing, the result may be the largest.
    """
    result = 0
    if header is None or header.kind != "JPEG":  # which may be reduced, and is computed exactly
        result = RGB * (settings().max_pixels if header is None else header.pixels)
    return (_most_bytes() - result) // 2**20


def _most_bytes() -> int:
    return settings().picture_mb * 2**20 - _PROCESS


def _scale(picture: Image.Image, data: bytes, at_least: int | None) -> int:
    """Returns by how much a picture is to be reduced while it is decoded.

    Raises:
        ImageError: If it would take too much even so.
    """
    kind, (width, height) = _kind(picture), picture.size
    refuse_too_large(kind, width, height)
    if kind != "JPEG":
        return 1
    header, pixels = header_of(data), width * height
    passes = header.passes if header else data.count(_SCAN)
    if _passed(pixels, passes) > MOST_PASSED:
        raise ImageError(
            f"The JPEG is stored in {passes:,} passes over {width:,} × {height:,} pixels, which "
            "would take too long to decode. Save it again as an ordinary JPEG."
        )
    held = pixels * _coefficients(picture) if passes > 1 else 0
    wanted = max(1, max(picture.size) // at_least) if at_least else 1
    enough = max(scale for scale in _SCALES if scale <= wanted)
    for scale in _SCALES[_SCALES.index(enough) :]:
        decoded = pixels // scale**2
        if decoded <= settings().max_pixels and held + 7 * decoded <= _most_bytes():
            return scale
    raise ImageError(
        f"The progressive JPEG has {width:,} × {height:,} pixels, which would take too much memory "
        "to decode. Save it smaller, or not as a progressive one."
    )


def _kind(picture: Image.Image) -> str:
    """Returns its format; a JPEG that others follow in its file is a JPEG."""
    return "JPEG" if picture.format == "MPO" else str(picture.format)


def _coefficients(picture: Any) -> float:
    """Returns the bytes for each pixel that libjpeg keeps between the passes of a JPEG."""
    factors = [(across, down) for _, across, down, _ in picture.layer]
    most = max(across for across, _ in factors) * max(down for _, down in factors)
    ratio: float = 2 * sum(across * down for across, down in factors) / max(most, 1)
    return ratio


def _laid_out(
    picture: Image.Image,
    data: bytes,
    full: tuple[int, int],
    orientation: int,
    at_least: int | None,
) -> Iterator[Any]:
    width, height = picture.size
    factor = max(1, max(width, height) // at_least) if at_least else 1
    yield Layout(-(-width // factor), -(-height // factor), orientation, full)
    how = rendering(picture, data)
    rows = max(1, _STRIP // (width * factor)) * factor
    for top in range(0, height, rows):
        strip = to_rgb(picture.crop((0, top, width, min(height, top + rows))), how)
        yield np.asarray(strip.reduce(factor) if factor > 1 else strip)
