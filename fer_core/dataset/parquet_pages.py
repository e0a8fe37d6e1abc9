"""What a parquet's pages unpack to by their own headers, whatever the file's footer says of them.

A reader makes room for a page by the page's header, so a footer that tells of less is no guard.
The header is a Thrift struct in the compact protocol (parquet-format, `parquet.thrift`).
"""

from typing import BinaryIO

import pyarrow.parquet as pq

from fer_core.errors import DatasetError

_STOP = 0
_FIXED = {1: 0, 2: 0, 3: 1, 7: 8}
"""Bytes of the kinds true, false (which have no value but their kind), byte and double."""
_WHOLE = (4, 5, 6)
"""Kinds of whole numbers, 16, 32 and 64 bits."""
_BINARY, _STRUCT = 8, 12

_UNPACKED, _PACKED = 2, 3
"""Fields of a `PageHeader`: `uncompressed_page_size` and `compressed_page_size`."""

_DEEPEST = 8
"""Structs within structs; a page header has three."""


def unpacked_size(file: BinaryIO, column: pq.ColumnChunkMetaData) -> int:
    """Returns how many bytes the pages of one column of one row group unpack to.

    Args:
        file: The parquet.
        column: Where its footer says they lie.

    Raises:
        DatasetError: If there are no such pages.
    """
    start = column.data_page_offset
    if column.has_dictionary_page:
        start = min(start, column.dictionary_page_offset)
    try:
        file.seek(start)
        chunk = file.read(column.total_compressed_size)
        at = unpacked = 0
        while at < len(chunk):
            header, at = _page_header(chunk, at)
            if min(header[_UNPACKED], header[_PACKED]) < 0:
                raise ValueError("a negative size")
            unpacked += header[_UNPACKED]
            at += header[_PACKED]
    except (ValueError, IndexError, KeyError, OverflowError) as error:
        raise DatasetError(
            f"The parquet is damaged: column {column.path_in_schema} does not lie where its "
            "footer says. Save or download it again."
        ) from error
    return unpacked


def _page_header(data: bytes, at: int) -> tuple[dict[int, int], int]:
    """Returns the header's whole numbers by field, and where it ends."""
    numbers: dict[int, int] = {}
    field = 0
    while (mark := data[at]) != _STOP:
        field, at = _field(data, at, field)
        kind = mark & 15
        if kind in _WHOLE:
            numbers[field], at = _number(data, at)
        else:
            at = _after(data, at, kind)
    return numbers, at + 1


def _field(data: bytes, at: int, last: int) -> tuple[int, int]:
    """Returns a field's number, which stands whole or as the step from the last, and its end."""
    step = data[at] >> 4
    return (last + step, at + 1) if step else _number(data, at + 1)


def _after(data: bytes, at: int, kind: int, depth: int = 0) -> int:
    """Returns where a value of a kind ends."""
    if depth > _DEEPEST:
        raise ValueError("structs too deep")
    if kind in _FIXED:
        return at + _FIXED[kind]
    if kind in _WHOLE:
        return _varint(data, at)[1]
    if kind == _BINARY:
        length, at = _varint(data, at)
        return at + length
    if kind == _STRUCT:
        while (mark := data[at]) != _STOP:
            at = _after(data, _field(data, at, 0)[1], mark & 15, depth + 1)
        return at + 1
    raise ValueError(f"no page header holds a value of kind {kind}")


def _number(data: bytes, at: int) -> tuple[int, int]:
    """Returns a whole number, which stands zigzag, and where it ends."""
    value, at = _varint(data, at)
    return (value >> 1) ^ -(value & 1), at


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return value, at
        if shift > 63:
            raise ValueError("a number of more than 64 bits")
