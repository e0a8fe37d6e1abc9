"""What a file holds, told by its first bytes, for the sentence that refuses it."""

_BEGINNINGS = {
    b"%PDF": "a PDF",
    b"\xff\xd8\xff": "a JPEG picture",
    b"\x89PNG\r\n\x1a\n": "a PNG picture",
    b"GIF8": "a GIF picture",
    b"II*\0": "a TIFF picture",
    b"MM\0*": "a TIFF picture",
    b"8BPS": "a Photoshop picture",
    b"BM": "a BMP picture",
    b"PK\x03\x04": "a zip file",
    b"PK\x05\x06": "an empty zip file",
    b"\x1f\x8b": "a gzip file",
    b"BZh": "a bzip2 file",
    b"\xfd7zXZ\0": "an xz file",
    b"7z\xbc\xaf\x27\x1c": "a 7z archive",
    b"Rar!\x1a\x07": "a rar archive",
    b"PAR1": "a parquet file",
    b"\x93NUMPY": "a NumPy array",
    b"\x89HDF\r\n\x1a\n": "an HDF5 file",
    b"\x1aE\xdf\xa3": "a video",
    b"\x00\x05\x16\x07": "what macOS notes beside a file (its name begins with ._)",
    b"ID3": "a sound",
    b"OggS": "a sound",
    b"fLaC": "a sound",
    b"%!PS": "a PostScript drawing",
    b"\xd0\xcf\x11\xe0": "an old Microsoft Office file",
    b"version https://git-lfs": "a pointer of Git LFS (git lfs pull fetches the file)",
}
_RIFF = {b"WEBP": "a WebP picture", b"AVI ": "a video", b"WAVE": "a sound"}
PICTURE_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1", b"avif", b"avis")
"""What HEIC and AVIF pictures are called after `ftyp`, where films name what they are."""


def described(data: bytes) -> str:
    """Returns what a file seems to be, with an article: "a PDF", "text".

    Args:
        data: Its beginning, 1,000 bytes or more if it has them.
    """
    if not data:
        return "empty"
    if data[:4] == b"RIFF" and data[8:12] in _RIFF:
        return _RIFF[data[8:12]]
    if data[4:8] == b"ftyp":
        return "a HEIC or AVIF picture" if data[8:12] in PICTURE_BRANDS else "a video"
    for beginning, name in _BEGINNINGS.items():
        if data.startswith(beginning):
            return name
    return _text(data[:1000]) or "of a kind that is not known here"


def _text(data: bytes) -> str:
    """Returns what a text is; nothing if the bytes are none."""
    utf16 = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    text = data.decode("utf-16" if utf16 else "utf-8", "replace").lstrip("\ufeff").strip()
    odd = sum(
        not (letter.isprintable() or letter.isspace()) or letter == "\ufffd" for letter in text
    )
    if not text or odd > len(text) // 20:
        return ""
    low = text.lower()
    if "<svg" in low:
        return "an SVG drawing"
    if low.startswith(("<!doctype html", "<html")):
        return "a web page (HTML)"
    return "text"
