"""Text on a picture, in any script. `cv2.putText` knows ASCII only, so Pillow draws it.

DejaVu, which comes with Matplotlib, covers Latin, Greek, Cyrillic, Arabic, Hebrew, Armenian,
Georgian and many symbols. What the chosen font lacks is drawn in one of the Noto fonts:
Devanagari, Bengali, Tamil, Thai, Khmer, Ethiopic and others, Chinese, Japanese, Korean, and emoji
in outline. `missing_characters` names what none of them has.
"""

import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import manimgx_fonts
import manimgx_fonts_cjk
import matplotlib
import numpy as np
from fontTools.ttLib import TTFont
from PIL import Image, ImageDraw, ImageFont

_DEJAVU = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
_NOTO = Path(manimgx_fonts.__file__).parent
_NOTO_CJK = Path(manimgx_fonts_cjk.__file__).parent

FONTS = {
    "DejaVu Sans": _DEJAVU / "DejaVuSans.ttf",
    "DejaVu Sans Bold": _DEJAVU / "DejaVuSans-Bold.ttf",
    "DejaVu Serif": _DEJAVU / "DejaVuSerif.ttf",
    "DejaVu Sans Mono": _DEJAVU / "DejaVuSansMono.ttf",
    "Noto Sans": _NOTO / "NotoSans[wght].ttf",
}
"""The fonts one can choose, and their files."""


def draw_text(
    image: np.ndarray,
    text: str = "Viva la vida",
    font: str = "DejaVu Sans",
    size: float = 8.0,
    colour: str = "#FFFFFF",
    x: float = 50.0,
    y: float = 90.0,
) -> np.ndarray:
    """Writes text centred on a point; each line of the text is a line of the picture.

    Args:
        image: uint8, (h, w, 3) or (h, w).
        text: Any Unicode, at most 200 characters.
        font: One of `FONTS`; what it lacks is taken from another.
        size: Of the letters, percent of the picture's height, 1..30.
        colour: "#RRGGBB".
        x: Centre of the text, percent of the width, 0..100.
        y: Middle of the text, percent of the height, 0..100.

    Returns:
        uint8 RGB of shape (h, w, 3), a gray picture too.
    """
    canvas = Image.fromarray(image).convert("RGB")
    draw = ImageDraw.Draw(canvas)
    pixels = max(1.0, canvas.height * size / 100)
    lines = text.splitlines()
    for number, line in enumerate(lines):
        pieces = [(piece, load_font(path, pixels)) for piece, path in split_by_font(line, font)]
        left = canvas.width * x / 100 - sum(face.getlength(piece) for piece, face in pieces) / 2
        middle = canvas.height * y / 100 + (number - (len(lines) - 1) / 2) * 1.25 * pixels
        for piece, face in pieces:
            draw.text((left, middle + 0.36 * pixels), piece, fill=colour, font=face, anchor="ls")
            left += face.getlength(piece)
    return np.array(canvas)


def split_by_font(line: str, font: str) -> Iterator[tuple[str, Path]]:
    """Yields a line's pieces, each with the font file that has all its characters.

    A font that has the whole line is preferred to several, since a script is shaped, and a
    right-to-left one ordered, within a piece only. Marks stay with the letter they sit on.
    """
    files = font_files(font)
    whole = next((path for path in files if covers(path, line)), None)
    if whole or not line:
        yield line, whole or files[0]
        return
    start, current = 0, font_of(line[0], files)
    for at, character in enumerate(line):
        if is_mark(character) or covers(current, character):
            continue
        if at:
            yield line[start:at], current
        start, current = at, font_of(character, files)
    yield line[start:], current


def missing_characters(text: str, font: str = "DejaVu Sans") -> str:
    """Returns the characters, each once, that no font here has; they are drawn as empty boxes."""
    files = font_files(font)
    return "".join(
        character
        for character in dict.fromkeys(text)
        if not is_mark(character) and not any(covers(path, character) for path in files)
    )


def font_files(font: str) -> list[Path]:
    """Returns the file of the chosen font and then those that help out."""
    helpers = [*sorted(_NOTO.glob("*.ttf")), *sorted(_NOTO_CJK.glob("*.ttc"))]
    return [FONTS[font], FONTS["DejaVu Sans"], *helpers]


def font_of(character: str, files: list[Path]) -> Path:
    """Returns the first font that has the character, or the first of all."""
    return next((path for path in files if covers(path, character)), files[0])


def covers(path: Path, text: str) -> bool:
    """Says whether the font has a glyph for every character that is drawn."""
    return all(is_mark(character) or ord(character) in code_points(path) for character in text)


def is_mark(character: str) -> bool:
    """Says whether the character is a joiner or a control, which no font need draw."""
    return character.isspace() or unicodedata.category(character) in ("Cf", "Cc", "Mn", "Me")


@cache
def code_points(path: Path) -> frozenset[int]:
    """Returns the characters that a font file has glyphs for."""
    with TTFont(path, fontNumber=0, lazy=True) as font:
        return frozenset(font.getBestCmap())


def load_font(path: Path, pixels: float) -> ImageFont.FreeTypeFont:
    """Opens a font file at a size; of a variable font its regular weight."""
    font = ImageFont.truetype(path, pixels)
    if "[wght]" in path.name or "-VF" in path.name:
        font.set_variation_by_axes([400])
    return font
