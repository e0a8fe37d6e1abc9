"""The edge: any picture file that a user has -> an upright RGB array, and back."""

import io
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import BinaryIO

import cv2
import numpy as np
from PIL import Image

from fer_core.common import isolated
from fer_core.common.files import printable, read_bytes
from fer_core.common.isolated import Limits
from fer_core.common.room import Room
from fer_core.errors import ImageError
from fer_core.picture_files import Layout, process_mb, refuse_too_large, strips
from fer_core.picture_headers import Header, header_of
from fer_core.settings import settings

FACE_SIZE = 48
"""Side of the gray square that every model reads, as in FER2013, pixels."""

_room = Room()


def decode(picture: bytes | bytearray | memoryview | str | PathLike[str] | BinaryIO) -> np.ndarray:
    """Decodes a picture file into upright sRGB.

    What it will cost is read from the header and checked before any pixel is decoded. Of an
    animation the first frame is taken, transparency is laid on white, colours become those of
    sRGB, and values of more than 8 bits are scaled to 8: from the range that the file tells, else
    from that of as few bits (8, 10, 12, 14 or 16) as hold its largest value. A JPEG over
    `max_pixels` of the settings, or a progressive one of nearly so many, is decoded at a half, a
    quarter or an eighth of its size.

    Small JPEGs and PNGs are decoded here, everything else in a process of its own with limits.

    Args:
        picture: The whole file (JPEG, PNG, WebP, HEIC, AVIF, GIF, BMP, TIFF ...), or its path, or
            a binary file that is open.

    Returns:
        uint8 array of shape (height, width, 3), RGB, turned as EXIF says.

    Raises:
        ImageError: If the file is empty, over `max_upload_mb`, damaged, no picture, or would take
            too many pixels, too much memory or too much time.
        FileError: If there is no such file.
        TypeError: If it is none of these.
    """
    data, name = _read(picture)
    try:
        with decoded(data) as rgb:
            return rgb
    except ImageError as error:
        raise ImageError(f"{name}: {error}" if name else str(error)) from error


def _read(
    picture: bytes | bytearray | memoryview | str | PathLike[str] | BinaryIO,
) -> tuple[bytes, str]:
    """Returns a picture's file, and its name if it has one."""
    if isinstance(picture, bytes | bytearray | memoryview):
        return bytes(picture), ""
    if isinstance(picture, str | PathLike):
        path = Path(picture).expanduser()
        return read_bytes(path), printable(path)
    if not hasattr(picture, "read"):
        raise TypeError(
            f"A picture must be a path, an open file or its bytes, not {type(picture).__name__}."
        )
    if picture.seekable():
        picture.seek(0)
    data = picture.read()
    if not isinstance(data, bytes):
        raise TypeError('A picture must be open as binary: open(path, "rb").')
    name = getattr(picture, "name", "")
    return data, printable(Path(name)) if isinstance(name, str) and name else ""


@contextmanager
def decoded(data: bytes) -> Iterator[np.ndarray]:
    """Lends what `decode` returns for the length of a `with` block.

    As long as it is lent its memory is taken from `pictures_mb` of the settings, which all
    pictures that are decoded at once have together; who comes when it is used up waits. Do not
    lend a second one meanwhile.
    """
    with _lent(data, None) as (rgb, _):
        yield rgb


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """Takes room for so many bytes, of that of all pictures, for the length of a `with` block."""
    with _room.take(size, settings().pictures_mb * 2**20):
        yield


@dataclass(frozen=True)
class Reduced:
    """A picture made smaller.

    Attributes:
        rgb: uint8 array of shape (height, width, 3).
        scale: By what it was reduced, 0 < scale <= 1.
        size: Width and height of what `decode` returns, pixels.
    """

    rgb: np.ndarray
    scale: float
    size: tuple[int, int]


def decode_reduced(data: bytes, longest_side: int) -> Reduced:
    """Decodes a picture no longer than `longest_side` px, without ever holding it whole.

    Raises:
        ImageError: As `decode` does.
    """
    with _lent(data, longest_side) as (rgb, full):
        small = shrunk(rgb, longest_side)[0]
        return Reduced(small, max(small.shape) / max(full), full)


@contextmanager
def _lent(data: bytes, at_least: int | None) -> Iterator[tuple[np.ndarray, tuple[int, int]]]:
    """Lends a picture and the size of the one in the file."""
    if not data:
        raise ImageError("The file is empty. Choose a picture that opens in a picture viewer.")
    limit = settings().max_upload_mb
    if len(data) > limit * 2**20:
        raise ImageError(
            f"The file has {len(data) / 2**20:.1f} MB; the limit is {limit} MB. "
            "Save the picture smaller or as JPEG."
        )
    header = header_of(data)
    if header is not None:
        refuse_too_large(header.kind, header.width, header.height)
    capacity = settings().pictures_mb * 2**20
    with _room.take(header.cost if header else capacity, capacity) as keep:
        rgb, full = _filled(data, at_least, header)
        keep(rgb.nbytes)
        yield rgb, full


def _filled(
    data: bytes, at_least: int | None, header: Header | None
) -> tuple[np.ndarray, tuple[int, int]]:
    if header is not None and header.is_plain:
        told = strips(data, at_least)
    else:
        limits = Limits(process_mb(header), settings().picture_seconds)
        told = isolated.stream(
            strips, data, at_least, limits=limits, error=ImageError, subject="The picture"
        )
    with closing(told):
        layout: Layout = next(told)
        upright, rows = layout.canvas()
        top = 0
        for strip in told:
            rows[top : top + len(strip)] = strip
            top += len(strip)
    return upright, layout.full


def encode_png(picture: np.ndarray) -> bytes:
    """Returns the PNG file of a uint8 picture, RGB of shape (h, w, 3) or gray of shape (h, w)."""
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "PNG")
    return file.getvalue()


def to_gray(rgb: np.ndarray) -> np.ndarray:
    """Returns the luma (ITU-R BT.601) of a uint8 RGB picture, shape (h, w)."""
    return cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)


def shrunk(rgb: np.ndarray, longest_side: int) -> tuple[np.ndarray, float]:
    """Returns the picture no longer than `longest_side` px, and the factor applied (0 < s <= 1).

    It is halved first, as long as that leaves it four times too large: OpenCV halves pictures ten
    times as fast as it shrinks them by another factor, which then blurs the less the larger it is.
    """
    height, width = rgb.shape[:2]
    scale = min(1.0, longest_side / max(height, width))
    if scale == 1.0:
        return rgb, 1.0
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    while min(rgb.shape[1] // size[0], rgb.shape[0] // size[1]) >= 4:
        half = (rgb.shape[1] // 2, rgb.shape[0] // 2)
        rgb = cv2.resize(rgb, half, interpolation=cv2.INTER_AREA)
    return cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), scale
