"""What a JPEG or PNG notes beside its pixels, of which only a little is heeded.

The rest is cut out before a decoder sees it: texts of megabytes, indices of further pictures and
wrong check sums have made decoders refuse pictures of which every pixel is fine.
"""

import struct
import zlib
from collections.abc import Sequence

_MOST_PARTS = 10_000
"""Of a file with more parts nothing is cut out."""

_SCAN, _COMMENT = 0xDA, 0xFE
_HEEDED_SEGMENTS = (b"JFIF\0", b"Exif\0\0", b"ICC_PROFILE\0", b"Adobe")
_HEEDED_CHUNKS = (b"tRNS", b"sBIT", b"iCCP", b"eXIf")
OF_PIXELS = (b"tRNS",)
"""The chunks without which a PNG has other pixels."""


def without_notes(data: bytes, heeded: Sequence[bytes] = _HEEDED_CHUNKS) -> bytes:
    """Returns a picture's file without what neither pixels, colours nor the way up depend on.

    Args:
        data: The whole file; one that is no JPEG or PNG, or is odd, comes back as it is.
        heeded: The chunks of a PNG that are kept beside those that every decoder needs.
    """
    try:
        if data.startswith(b"\xff\xd8\xff"):
            return _jpeg(data)
        if data.startswith(b"\x89PNG\r\n\x1a\n"):
            return _png(data, heeded)
    except (struct.error, IndexError):  # cut short
        pass
    return data


def _jpeg(data: bytes) -> bytes:
    kept, at = [data[:2]], 2
    for _ in range(_MOST_PARTS):
        marker = data[at + 1]
        if data[at] != 0xFF or marker == 0xFF:
            break
        if marker == _SCAN:
            return b"".join([*kept, data[at:]]) if sum(map(len, kept)) < at else data
        end = at + 2 + struct.unpack_from(">H", data, at + 2)[0]
        is_note = 0xE0 <= marker <= 0xEF or marker == _COMMENT
        if not is_note or data.startswith(_HEEDED_SEGMENTS, at + 4):
            kept.append(data[at:end])
        at = end
    return data


def _png(data: bytes, heeded: Sequence[bytes]) -> bytes:
    kept, at = [data[:8]], 8
    for _ in range(_MOST_PARTS):
        kind = data[at + 4 : at + 8]
        end = at + 12 + struct.unpack_from(">I", data, at)[0]
        if kind[:1].isupper() or (kind in heeded and _is_whole(data, at, end)):
            kept.append(data[at:end])
        if kind == b"IEND":
            return b"".join(kept) if sum(map(len, kept)) < len(data) else data
        at = end
    return data


def _is_whole(data: bytes, at: int, end: int) -> bool:
    """Returns whether a chunk's check sum is right."""
    return zlib.crc32(data[at + 4 : end - 4]) == int.from_bytes(data[end - 4 : end])
