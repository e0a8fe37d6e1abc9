"""Every format, kind of colours and way up of pictures, against ImageMagick's own decoding."""

import io
import struct
import zlib
from dataclasses import dataclass

import numpy as np
import pytest
from formats.others import hold_on_page, imagemagick, seen_by_imagemagick, slope
from PIL import Image

from fer_core.images import decode
from fer_core.settings import ROOT

PAGE = ROOT / "docs" / "formats.md"


@dataclass(frozen=True)
class Cell:
    """One file: what ImageMagick is told to write, and by how many levels it may differ.

    Attributes:
        form: The format, as people name it.
        colours: Its kind of colours or of packing.
        suffix: Of the file.
        options: ImageMagick's, before the file's name.
        levels: The most that a value may differ from ImageMagick's.
        way_up: EXIF's orientation.
    """

    form: str
    colours: str
    suffix: str
    options: tuple[str, ...] = ()
    levels: int = 1
    way_up: int = 1

    @property
    def name(self) -> str:
        """For a test's name."""
        return f"{self.form}, {self.colours}, {self.way_up}".replace(" ", "_")


GRAY = ("-colorspace", "Gray", "-type", "Grayscale")
ALPHA = ("-alpha", "set", "-channel", "A", "-evaluate", "set", "50%", "+channel")
DEEP = ("-depth", "16")


def turned(form: str, colours: str, suffix: str, options=(), levels: int = 1) -> list[Cell]:
    return [Cell(form, colours, suffix, options, levels, way_up) for way_up in range(1, 9)]


CELLS = [
    *turned("JPEG", "RGB", "jpg", ("-quality", "95"), 3),
    *turned("JPEG", "gray", "jpg", GRAY, 2),
    *turned("PNG", "RGB", "png", ("-define", "png:color-type=2")),
    *turned("TIFF", "RGB", "tif"),
    *turned("TIFF", "gray, LZW", "tif", (*GRAY, "-compress", "LZW")),
    *turned("WebP", "RGB", "webp", ("-quality", "95"), 6),
    Cell("JPEG", "progressive", "jpeg", ("-interlace", "JPEG"), 3),
    Cell("JPEG", "4:2:0", "jfif", ("-sampling-factor", "2x2"), 4),
    Cell("JPEG", "CMYK", "jpe", ("-colorspace", "CMYK", "-quality", "98"), 4),
    Cell("PNG", "gray", "png", (*GRAY, "-define", "png:color-type=0")),
    Cell("PNG", "palette", "png", ("-colors", "16", "-define", "png:color-type=3")),
    Cell("PNG", "RGBA", "png", (*ALPHA, "-define", "png:color-type=6")),
    Cell("PNG", "gray and alpha", "png", (*GRAY, *ALPHA, "-define", "png:color-type=4"), 2),
    Cell("PNG", "gray, 16 bits", "png", (*GRAY, *DEEP, "-define", "png:bit-depth=16")),
    Cell("PNG", "RGB, 16 bits", "png", (*DEEP, "-define", "png:bit-depth=16")),
    Cell("PNG", "interlaced", "png", ("-interlace", "PNG")),
    Cell("TIFF", "RGB, 16 bits", "tiff", DEEP),
    Cell("TIFF", "gray, 16 bits", "tiff", (*GRAY, *DEEP)),
    Cell("TIFF", "CMYK", "tif", ("-colorspace", "CMYK"), 2),
    Cell("TIFF", "RGBA", "tif", ALPHA, 2),
    Cell("TIFF", "JPEG", "tif", ("-compress", "JPEG", "-quality", "95"), 6),
    Cell("TIFF", "deflate", "tif", ("-compress", "Zip")),
    Cell("TIFF", "black and white", "tif", ("-monochrome",)),
    Cell("WebP", "lossless", "webp", ("-define", "webp:lossless=true")),
    Cell("WebP", "RGBA", "webp", (*ALPHA, "-define", "webp:lossless=true"), 2),
    Cell("HEIC", "RGB", "heic", ("-quality", "95"), 6),
    Cell("AVIF", "RGB", "avif", ("-quality", "95"), 6),
    Cell("GIF", "palette", "gif", ("-colors", "64")),
    Cell("BMP", "RGB", "bmp", ("-type", "TrueColor")),
    Cell("BMP", "palette", "dib", ("-colors", "16", "-type", "Palette")),
    Cell("JPEG 2000", "RGB", "jp2", ("-quality", "90"), 6),
    Cell("PPM", "RGB", "ppm"),
    Cell("PPM", "RGB, 16 bits", "ppm", DEEP),
    Cell("PGM", "gray", "pgm", GRAY),
    Cell("PBM", "black and white", "pbm", ("-monochrome",)),
    Cell("TGA", "RGB", "tga"),
    Cell("TGA", "packed", "tga", ("-compress", "RLE")),
    Cell("Photoshop", "RGB", "psd"),
    Cell("PCX", "RGB", "pcx"),
    Cell("SGI", "RGB", "sgi"),
]

SAMPLE = [
    *(Cell(*("JPEG", "RGB", "jpg", ("-quality", "95"), 3, way_up)) for way_up in (2, 6)),
    next(cell for cell in CELLS if cell.form == "TIFF" and cell.colours == "CMYK"),
    next(cell for cell in CELLS if cell.form == "PNG" and cell.colours == "RGB, 16 bits"),
    next(cell for cell in CELLS if cell.form == "AVIF"),
]


def check(cell: Cell, folder) -> None:
    source, path = folder / "source.png", folder / f"picture.{cell.suffix}"
    Image.fromarray(slope()).save(source)
    writer = {"jfif": "jpeg:", "jpe": "jpeg:", "dib": "bmp:"}.get(cell.suffix, "")
    orient = ("-orient", _WAYS[cell.way_up]) if cell.suffix == "tif" else ()
    imagemagick(source, *cell.options, *orient, f"{writer}{path}")
    lying = seen_by_imagemagick(path)
    if cell.way_up > 1 and cell.suffix != "tif":
        path.write_bytes(_ADDERS[cell.suffix](path.read_bytes(), exif(cell.way_up)))
    # ImageMagick 6 heeds EXIF in JPEG and TIFF alone.
    is_turned_by_it = cell.suffix in ("jpg", "tif")
    expected = seen_by_imagemagick(path) if is_turned_by_it else _turn(lying, cell.way_up)
    assert expected.shape == ((96, 64, 3) if cell.way_up >= 5 else (64, 96, 3))
    found = decode(path)
    assert found.shape == expected.shape
    assert np.abs(found.astype(int) - expected).max() <= cell.levels


@pytest.mark.parametrize("cell", SAMPLE, ids=lambda cell: cell.name)
def test_sample_is_read_as_imagemagick_reads_it(cell, tmp_path):
    check(cell, tmp_path)


@pytest.mark.long
@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: cell.name)
def test_every_cell_is_read_as_imagemagick_reads_it(cell, tmp_path):
    check(cell, tmp_path)


def test_the_table_on_the_page_is_of_these_cells():
    assert len(CELLS) >= 60
    kinds: dict[tuple[str, str], list[Cell]] = {}
    for cell in CELLS:
        kinds.setdefault((cell.form, cell.colours), []).append(cell)
    lines = [
        "| format | colours | ending | ways up | levels off, at most |",
        "|---|---|---|---|---|",
    ]
    for (form, colours), cells in kinds.items():
        first = cells[0]
        lines.append(f"| {form} | {colours} | `.{first.suffix}` | {len(cells)} | {first.levels} |")
    hold_on_page(PAGE, "pictures", "\n".join(lines) + "\n")


_WAYS = (
    *("", "TopLeft", "TopRight", "BottomRight", "BottomLeft"),
    *("LeftTop", "RightTop", "RightBottom", "LeftBottom"),
)


def _turn(lying: np.ndarray, way_up: int) -> np.ndarray:
    """The picture as EXIF's number says: whose row and column 0 are which side of what is seen."""
    row, column = {
        1: ("top", "left"),
        2: ("top", "right"),
        3: ("bottom", "right"),
        4: ("bottom", "left"),
        5: ("left", "top"),
        6: ("right", "top"),
        7: ("right", "bottom"),
        8: ("left", "bottom"),
    }[way_up]
    upright = lying.transpose(1, 0, 2) if row in ("left", "right") else lying
    if "bottom" in (row, column):
        upright = upright[::-1]
    return upright[:, ::-1] if "right" in (row, column) else upright


def exif(way_up: int) -> bytes:
    """EXIF that holds nothing but the orientation."""
    return b"MM\0*" + struct.pack(">IHHHIHHI", 8, 1, 0x0112, 3, 1, way_up, 0, 0)


def _in_jpeg(data: bytes, block: bytes) -> bytes:
    block = b"Exif\0\0" + block
    return data[:2] + b"\xff\xe1" + struct.pack(">H", len(block) + 2) + block + data[2:]


def _in_png(data: bytes, block: bytes) -> bytes:
    chunk = struct.pack(">I", len(block)) + b"eXIf" + block
    return data[:33] + chunk + struct.pack(">I", zlib.crc32(chunk[4:])) + data[33:]


def _in_webp(data: bytes, block: bytes) -> bytes:
    """The extended form of a WebP: a header that says there is EXIF, the picture, EXIF."""
    width, height = Image.open(io.BytesIO(data)).size
    sides = b"".join((side - 1).to_bytes(3, "little") for side in (width, height))
    head = b"VP8X" + struct.pack("<I", 10) + b"\x08\0\0\0" + sides
    body = b"WEBP" + head + data[12:] + b"EXIF" + struct.pack("<I", len(block)) + block
    return b"RIFF" + struct.pack("<I", len(body)) + body


_ADDERS = {"jpg": _in_jpeg, "png": _in_png, "webp": _in_webp}
