"""The edge: the bytes of any picture a user has -> an upright RGB array, and back."""

import io
import warnings

import cv2
import numpy as np
import pillow_heif
from PIL import Image, ImageOps

from fer_core.errors import ImageError
from fer_core.settings import settings

pillow_heif.register_heif_opener()

EXTENSIONS = ("jpg", "jpeg", "png", "webp", "bmp", "gif", "tif", "tiff", "heic", "heif")
"""File name endings of the pictures that can be read, lower case."""

FACE_SIZE = 48
"""Side of the gray square that every model reads, as in FER2013, pixels."""

_FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "GIF", "TIFF", "HEIF")


def decode(data: bytes) -> np.ndarray:
    """Decodes a picture file into upright RGB.

    The number of pixels is read from the header and checked before any pixel is decoded. Of an
    animation the first frame is taken, transparency is laid on white, and values of more than
    8 bits are scaled down to 8.

    Args:
        data: The whole file: JPEG, PNG, WebP, BMP, GIF, TIFF or HEIC.

    Returns:
        uint8 array of shape (height, width, 3), RGB, turned as EXIF says.

    Raises:
        ImageError: If the file is empty, over `max_upload_mb` or `max_pixels` of the settings,
            damaged, or no picture.
    """
    if not data:
        raise ImageError("The file is empty. Choose a picture that opens in a picture viewer.")
    limit = settings().max_upload_mb
    if len(data) > limit * 2**20:
        raise ImageError(
            f"The file has {len(data) / 2**20:.1f} MB; the limit is {limit} MB. "
            "Save the picture smaller or as JPEG."
        )
    picture = _open(data)
    try:
        picture.load()
        ImageOps.exif_transpose(picture, in_place=True)
        return np.asarray(to_rgb(picture))
    except Exception as error:  # damaged files raise nearly anything from Pillow's codecs
        raise ImageError(
            "The picture is damaged or cut short and cannot be decoded. Save or download it again."
        ) from error


def _open(data: bytes) -> Image.Image:
    """Reads the header only, and refuses what would decode to too many pixels."""
    limit = settings().max_pixels
    too_many = (
        f"The picture has {{}} pixels; the limit is {limit / 1e6:.0f} million. Save it smaller."
    )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(data), formats=_FORMATS)
    except Image.DecompressionBombError as error:
        raise ImageError(too_many.format("far too many")) from error
    except Exception as error:  # as above: hostile headers
        raise ImageError(
            "The file is not a picture that can be read. "
            "Use JPEG, PNG, WebP, BMP, GIF, TIFF or HEIC."
        ) from error
    width, height = picture.size
    if width * height > limit:
        raise ImageError(too_many.format(f"{width:,} × {height:,}"))
    return picture


def to_rgb(picture: Image.Image) -> Image.Image:
    """Converts any Pillow mode to RGB; `convert` alone would clip 16-bit values to white."""
    if picture.mode.startswith(("I", "F")):
        picture = _to_8_bits(picture)
    if picture.has_transparency_data:
        picture = picture.convert("RGBA")
        ground = Image.new("RGBA", picture.size, "white")
        return Image.alpha_composite(ground, picture).convert("RGB")
    return picture if picture.mode == "RGB" else picture.convert("RGB")


def _to_8_bits(picture: Image.Image) -> Image.Image:
    """Scales integers from 0..65535, wider ones and floats from their own range, to 0..255."""
    values = np.nan_to_num(np.asarray(picture, np.float64))
    low, high = values.min(), values.max()
    if picture.mode != "F":
        low, high = min(low, 0.0), max(high, 65535.0)
    scaled = (values - low) / max(high - low, 1e-12) * 255
    return Image.fromarray(np.clip(scaled, 0, 255).round().astype(np.uint8))


def encode_png(picture: np.ndarray) -> bytes:
    """Returns the PNG file of a uint8 picture, RGB of shape (h, w, 3) or gray of shape (h, w)."""
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "PNG")
    return file.getvalue()


def to_gray(rgb: np.ndarray) -> np.ndarray:
    """Returns the luma (ITU-R BT.601) of a uint8 RGB picture, shape (h, w)."""
    return cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)


def shrunk(rgb: np.ndarray, longest_side: int) -> tuple[np.ndarray, float]:
    """Returns the picture no longer than `longest_side` px, and the factor applied (0 < s <= 1)."""
    height, width = rgb.shape[:2]
    scale = min(1.0, longest_side / max(height, width))
    if scale == 1.0:
        return rgb, 1.0
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), scale
