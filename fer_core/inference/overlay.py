"""Drawing what was read onto the picture: a box and a chip with number, answer and confidence.

Faces of a video keep their numbers, and have a bar as long as the confidence is high.
"""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from PIL import Image, ImageColor, ImageDraw, ImageFont

from fer_core.emotions import COLOURS
from fer_core.faces import FaceBox
from fer_core.inference.pipeline import NOT_SURE, FaceEmotion
from fer_core.inference.smoothing import TrackedFace

_SHOWN_WIDTH = 800
"""Pictures are shown about this wide, px: lines and letters grow with what is larger."""
_LINE = 2
_BAR = 6
_LETTER = 17
_SMALLEST_LETTER = 13
_DARK, _LIGHT = "#14161C", "#FFFFFF"


def draw(
    rgb: np.ndarray, faces: Sequence[FaceEmotion], threshold: float | None = None
) -> np.ndarray:
    """Returns a copy of the picture with its faces marked, numbered in the order given.

    A `TrackedFace` is marked with its own number instead.

    Lines are 2 px and letters 17 px in a picture of 800 px, more in a larger one. A chip stands
    above its box, or inside it at the top, and never leaves the picture; one that does not fit
    in the picture shows the number alone, or is left out.

    Args:
        rgb: uint8 picture of shape (h, w, 3).
        faces: What `Pipeline.analyze` found in it.
        threshold: Confidence below which a face is marked "not sure"; None takes the model's own.
            An unreadable one is marked with the reason.
    """
    picture = Image.fromarray(rgb)
    pen = ImageDraw.Draw(picture)
    unit = max(1.0, max(rgb.shape) / _SHOWN_WIDTH)
    for place, face in enumerate(faces, 1):
        number = face.number if isinstance(face, TrackedFace) else place
        words, colour = mark(face, threshold)
        box = face.box
        corners = (box.left, box.top, box.right - 1, box.bottom - 1)
        pen.rectangle(corners, outline=colour, width=round(_LINE * unit))
        if isinstance(face, TrackedFace):
            _bar(pen, box, face.confidence, colour, unit)
        _chip(pen, picture.size, box, [f"{number} {words}", str(number)], colour, unit)
    return np.asarray(picture)


def mark(face: FaceEmotion, threshold: float | None) -> tuple[str, str]:
    """Returns how a face is marked: the words, as "happy 93 %" or "too small", and the colour."""
    answer = face.answer(threshold)
    if answer == NOT_SURE:
        return face.unreadable or answer, _LIGHT
    return f"{answer} {100 * face.confidence:.0f} %", COLOURS[answer]


def _bar(
    pen: ImageDraw.ImageDraw, box: FaceBox, confidence: float, colour: str, unit: float
) -> None:
    """Draws the confidence along the lower edge of the box, dark where it falls short of 1."""
    top = max(box.top, box.bottom - round(_BAR * unit))
    full = box.left + round(confidence * box.width)
    pen.rectangle((box.left, top, box.right - 1, box.bottom - 1), fill=_DARK)
    if full > box.left:
        pen.rectangle((box.left, top, full - 1, box.bottom - 1), fill=colour)


def _chip(
    pen: ImageDraw.ImageDraw,
    size: tuple[int, int],
    box: FaceBox,
    texts: list[str],
    colour: str,
    unit: float,
) -> None:
    """Draws the first of the texts that fits into the picture, if one does."""
    letter = round(min(_LETTER, max(_SMALLEST_LETTER, box.width / unit / 5)) * unit)
    pad = max(2, letter // 3)
    height = letter + pad
    for text in texts:
        width = round(_font(letter).getlength(text)) + 2 * pad
        if width <= size[0] and height <= size[1]:
            left = min(box.left, size[0] - width)
            top = box.top - height if box.top >= height else box.top
            top = min(top, size[1] - height)
            pen.rectangle((left, top, left + width - 1, top + height - 1), fill=colour)
            middle = (left + pad, top + height / 2)
            pen.text(middle, text, fill=ink(colour), font=_font(letter), anchor="lm")
            return


@lru_cache(maxsize=64)
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)


def ink(colour: str) -> str:
    """Returns dark or white letters, whichever WCAG's contrast ratio favours on this colour."""
    channels = [value / 255 for value in ImageColor.getrgb(colour)[:3]]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    luminance = float(np.dot(linear, (0.2126, 0.7152, 0.0722)))
    return _DARK if (luminance + 0.05) ** 2 > 1.05 * 0.058 else _LIGHT
