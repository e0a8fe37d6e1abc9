"""A picture's file decoded, strip by strip.

Nothing here trusts the file. What it will cost is known before any pixel is decoded
(`picture_headers`): JPEG's passes are counted, a large JPEG is decoded at an eighth to a half of
its size, and what would still take too much is refused. Pixels become 8-bit RGB a strip at a time,
so that no second copy of the whole picture is made on the way.
"""

import io
import logging
import re
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
from fer_core.picture_headers import BYTES, PROCESS, RGB, SCAN, Header, header_of, passed
from fer_core.picture_notes import without_notes
from fer_core.picture_pixels import brightened, is_deep, rendering, to_rgb
from fer_core.settings import settings

pillow_heif.register_heif_opener()
# Of many pixels, which `_scale` judges, and of odd tags, which are left aside. A filter for good:
# one for the length of a block would race with other threads.
warnings.filterwarnings("ignore", module=r"PIL\.")
logging.getLogger("PIL").addHandler(logging.NullHandler())

_FORMATS = (
    *("JPEG", "PNG", "WEBP", "BMP", "DIB", "GIF", "TIFF", "HEIF", "AVIF", "JPEG2000", "PPM"),
    *("PSD", "QOI", "SGI", "ICO", "PCX", "TGA"),  # the last two are known by little
)
"""What Pillow reads without the help of another program."""

_STRIP = 2**20
"""Pixels that are turned to 8-bit RGB at once."""

_SCALES = (1, 2, 4, 8)
"""By how much libjpeg can reduce a JPEG while it decodes it."""

MOST_PASSED = 1_000_000_000
"""Pixels that all passes of a JPEG may visit: 20 passes over 50 million take 2 s."""

_ORIENTATION = 0x0112
"""EXIF's tag of how a picture is to be turned."""

_ORIENTATION_ENTRY = re.compile(
    rb"\x01\x12\x00\x03\x00\x00\x00\x01\x00([\x01-\x08])"
    rb"|\x12\x01\x03\x00\x01\x00\x00\x00([\x01-\x08])\x00"
)
"""Its entry, of either byte order, in EXIF whose frame is damaged."""


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
            f"million{f' for {kind}' if kind in BYTES else ''}. Save it smaller."
        )


def _most_pixels(kind: str) -> int:
    return min(settings().max_pixels, _most_bytes() // (BYTES.get(kind, 4) + RGB))


def process_mb(header: Header | None) -> int:
    """Returns the memory that a process of its own may take to decode a picture, MB.

    What it announces is known to fit; of what announces nothing, the result may be the largest.
    """
    result = 0
    if header is None or header.kind != "JPEG":  # which may be reduced, and is computed exactly
        result = RGB * (settings().max_pixels if header is None else header.pixels)
    return (_most_bytes() - result) // 2**20


def _most_bytes() -> int:
    return settings().picture_mb * 2**20 - PROCESS


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
    passes = header.passes if header else data.count(SCAN)
    if passed(pixels, passes) > MOST_PASSED:
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
