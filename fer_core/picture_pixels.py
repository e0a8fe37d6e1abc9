"""The pixels of any picture that Pillow opens -> 8-bit sRGB.

Three things are asked of the file: which of its values is white, which colours its values stand
for, and what lies behind the transparent ones (white).
"""

import io
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from PIL import Image, ImageCms

from fer_core.picture_notes import OF_PIXELS, without_notes

_DEPTHS = (8, 10, 12, 14, 16)
"""Bits that sensors and scanners give. A file of 16 often holds fewer, and most do not say so."""

_MOST_BITS = 16
"""Of a PNG; one that says it has more is wrong."""

_SCALED = ("PPM", "JPEG2000")
"""Formats that say how many bits they hold: Pillow has scaled them to 16."""

_DIM = 1 << 6
"""A high byte below which a value has 14 bits or fewer."""

_SMIN_SAMPLE, _SMAX_SAMPLE, _BITS_PER_SAMPLE, _SAMPLE_FORMAT = 340, 341, 258, 339
"""TIFF's tags."""

_STRIP = 2**20
"""Pixels that are looked at at once."""

_SPACES = {"RGB": "RGB", "L": "GRAY", "CMYK": "CMYK", "LAB": "Lab"}
"""What a profile must be of to be a picture's of that mode."""

_SAME = 2
"""Levels by which a profile may differ from sRGB and count as it: roundings do."""


@dataclass(frozen=True)
class Rendering:
    """How a picture becomes sRGB, found once for all of its strips.

    Attributes:
        span: Which values are black and white; None where they are 0 and 255.
        profile: Its ICC profile, if it has one.
        wraps: Whether negative values are Pillow's reading of large ones, of 32 bits without sign.
    """

    span: tuple[float, float] | None = None
    profile: bytes | None = None
    wraps: bool = False


def rendering(picture: Image.Image, data: bytes) -> Rendering:
    """Returns how a picture is to become sRGB.

    Args:
        picture: Loaded.
        data: Its file.
    """
    profile = picture.info.get("icc_profile")
    wraps = _is_unsigned(picture)
    return Rendering(
        _span(picture, _declared(picture, data), wraps),
        profile if isinstance(profile, bytes) else None,
        wraps,
    )


def to_rgb(picture: Image.Image, how: Rendering | None = None) -> Image.Image:
    """Converts any Pillow mode to sRGB; `convert` alone would clip 16-bit values to white.

    Transparency is laid on white. A colour profile that is damaged, or of another kind of colours
    than the picture's, is left aside.

    Args:
        picture: The picture, or a strip of one.
        how: What was found of the whole picture where it is only a strip.
    """
    how = how or Rendering(_span(picture, None), picture.info.get("icc_profile"))
    if how.span is not None:
        picture = Image.fromarray(_to_bytes(_values(picture, how.wraps), how.span))
    if picture.has_transparency_data:
        picture = picture.convert("LA" if picture.mode.startswith("L") else "RGBA")
        ground = Image.new("RGB", picture.size, "white")
        colours = picture.convert(picture.mode[:-1])
        return Image.composite(_in_srgb(colours, how.profile), ground, picture.getchannel("A"))
    if picture.mode not in _SPACES:
        picture = picture.convert("RGB")
    return _in_srgb(picture, how.profile)


def _in_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """Returns a picture of one of the modes in `_SPACES` as sRGB."""
    transform = _transform(profile, picture.mode) if profile or picture.mode == "LAB" else None
    if transform is not None:
        return ImageCms.applyTransform(picture, transform) or picture
    return picture if picture.mode == "RGB" else picture.convert("RGB")


@lru_cache(maxsize=2)
def _transform(profile: bytes | None, mode: str) -> ImageCms.ImageCmsTransform | None:
    """Returns what turns a profile's colours into sRGB; None if they are that, or not known."""
    try:
        if mode == "LAB":
            source = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
        else:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile or b""))
            if source.profile.xcolor_space.strip() != _SPACES[mode]:
                return None
        transform = ImageCms.buildTransform(
            source, ImageCms.createProfile("sRGB"), mode, "RGB", ImageCms.Intent.PERCEPTUAL
        )
        return None if mode in ("RGB", "L") and _changes_nothing(transform, mode) else transform
    except (ImageCms.PyCMSError, OSError, TypeError, ValueError):  # a damaged profile
        return None


def _changes_nothing(transform: ImageCms.ImageCmsTransform, mode: str) -> bool:
    probe = np.arange(0, 256, 5).astype(np.uint8)[None]
    if mode == "RGB":
        probe = np.stack(np.meshgrid(*3 * [probe[0, ::6]]), -1).reshape(81, 9, 3)
    before = Image.fromarray(probe)
    after = ImageCms.applyTransform(before, transform)
    change = np.asarray(after, int) - np.asarray(before.convert("RGB"), int)
    return bool(np.abs(change).max() <= _SAME)


def is_deep(picture: Image.Image) -> bool:
    """Returns whether a file holds colours of 16 bits, of which Pillow keeps the upper 8.

    Args:
        picture: Opened and not yet loaded.
    """
    tiles = getattr(picture, "tile", None)
    raw = str(tiles[0].args) if tiles else ""
    return picture.format in ("PNG", "TIFF") and ";16" in raw and not picture.mode.startswith("I")


def brightened(picture: Image.Image, data: bytes) -> Image.Image:
    """Returns a picture of which `is_deep` is true with all of its bits, where it needs them.

    Colours of 12 bits in 16 would be nearly black in their upper 8. OpenCV reads all 16.

    Args:
        picture: Loaded.
        data: Its file.
    """
    colours = picture.convert(picture.mode[:-1]) if picture.mode in ("RGBA", "LA") else picture
    if max(np.ravel(colours.getextrema())) >= _DIM:
        return picture
    pixels = without_notes(data, OF_PIXELS)  # of odd chunks libpng would write to stderr
    deep = cv2.imdecode(np.frombuffer(pixels, np.uint8), cv2.IMREAD_UNCHANGED)
    if deep is None or deep.dtype != np.uint16 or deep.ndim != 3:
        return picture
    if deep.shape[1::-1] != picture.size:
        return picture
    _, high = _ladder(0.0, float(deep[..., :3].max()), _declared(picture, data))
    # Who writes colours of 12 bits as they are may write what covers them so, too.
    opaque = high if deep[..., 3:].max(initial=0) <= high else 65535.0
    bright = np.empty(deep.shape, np.uint8)
    rows = max(1, _STRIP // deep.shape[1])
    for top in range(0, len(deep), rows):
        part: np.ndarray = deep[top : top + rows]
        bright[top : top + rows, :, :3] = _to_bytes(part[..., 2::-1], (0.0, high))
        bright[top : top + rows, :, 3:] = _to_bytes(part[..., 3:], (0.0, opaque))
    result = Image.fromarray(bright)
    result.info = picture.info
    return result


def _declared(picture: Image.Image, data: bytes) -> tuple[float, float] | None:
    """Returns the range that a file says its values have."""
    if picture.format in _SCALED:
        return 0.0, 65535.0
    if picture.format == "PNG":
        bits = _significant_bits(data)
        return (0.0, 2.0**bits - 1) if bits else None
    tags = getattr(picture, "tag_v2", None)
    if tags is None:
        return None
    try:
        if _SMAX_SAMPLE in tags:
            return _first(tags.get(_SMIN_SAMPLE, 0)), _first(tags[_SMAX_SAMPLE])
        bits = int(_first(tags.get(_BITS_PER_SAMPLE, 0)))
    except (TypeError, ValueError):
        return None
    return (0.0, 2.0**bits - 1) if 8 < bits < 16 else None


def _first(value: object) -> float:
    return float(value[0] if isinstance(value, tuple) else value)  # type: ignore[arg-type]


def _significant_bits(png: bytes) -> int:
    """Returns what the chunk sBIT of a PNG says, 0 if it has none."""
    at = png.find(b"sBIT", 0, max(0, png.find(b"IDAT")))
    if at <= 0:
        return 0
    bits = max(png[at + 4 : at + 4 + int.from_bytes(png[at - 4 : at])][:3], default=0)
    return bits if bits <= _MOST_BITS else 0


def _span(
    picture: Image.Image, declared: tuple[float, float] | None, wraps: bool = False
) -> tuple[float, float] | None:
    """Returns which values of a picture are black and white; None where they are 0 and 255."""
    if not picture.mode.startswith(("I", "F")):
        return None
    width, height = picture.size
    rows = max(1, _STRIP // width)
    low, high = np.inf, -np.inf
    for top in range(0, height, rows):
        values = _values(picture.crop((0, top, width, min(height, top + rows))), wraps)
        low, high = min(low, float(values.min())), max(high, float(values.max()))
    if picture.mode == "F":
        return _span_of_fractions(low, high, declared)
    return _ladder(low, high, declared)


def _ladder(low: float, high: float, declared: tuple[float, float] | None) -> tuple[float, float]:
    """Returns the range of whole numbers: as declared, else of as few bits as hold them all."""
    if declared is not None and declared[0] <= low and high <= declared[1]:
        return declared
    whites = [2.0**bits - 1 for bits in _DEPTHS if high < 2**bits]
    return min(0.0, low), min(whites, default=high)


def _span_of_fractions(
    low: float, high: float, declared: tuple[float, float] | None
) -> tuple[float, float]:
    """Returns the range of floats: as declared, 0 to 1 if it holds them all, else their own."""
    if declared is not None and declared[0] < declared[1]:
        return declared
    return (0.0, 1.0) if low >= 0 and high <= 1 else (low, high)


def _values(picture: Image.Image, wraps: bool = False) -> np.ndarray:
    if picture.mode.startswith("I;16"):
        return np.asarray(picture, np.float32)
    values = np.nan_to_num(np.asarray(picture, np.float64))
    return np.where(values < 0, values + 2.0**32, values) if wraps else values


def _is_unsigned(picture: Image.Image) -> bool:
    tags = getattr(picture, "tag_v2", None)
    if picture.mode != "I" or tags is None:
        return False
    return _first(tags.get(_BITS_PER_SAMPLE, 0)) == 32 and _first(tags.get(_SAMPLE_FORMAT, 1)) == 1


def _to_bytes(values: np.ndarray, span: tuple[float, float]) -> np.ndarray:
    """Returns values as uint8, of which the span's are 0 and 255."""
    low, high = span
    scaled = (values - np.float32(low)) * np.float32(255 / max(high - low, 1e-12))
    result: np.ndarray = np.clip(scaled, 0, 255).round().astype(np.uint8)
    return result
