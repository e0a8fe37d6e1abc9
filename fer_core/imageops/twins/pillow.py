"""The operations in Pillow, under the same names and with the same settings.

Each takes and returns an array, so that its time holds the two copies that Pillow needs.
"""

import io

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont, ImageOps

from fer_core.imageops.text import FONTS


def open_image(data: bytes) -> np.ndarray:
    """Decodes a picture file; Pillow has to be asked to turn it, and to scale 16 bits to 8."""
    picture = ImageOps.exif_transpose(Image.open(io.BytesIO(data)))
    if picture.mode.startswith("I"):
        picture = Image.fromarray((np.array(picture) / 257).round().clip(0, 255).astype(np.uint8))
    return np.array(picture.convert("RGB"))


def grayscale(image: np.ndarray) -> np.ndarray:
    """Converts to mode L, which is the same luma in integers."""
    return np.array(Image.fromarray(image).convert("L"))


def brightness_contrast(image: np.ndarray, brightness: float, contrast: float) -> np.ndarray:
    """Looks each value up in a table."""
    levels = [round(contrast * (v - 127.5) + 127.5 + brightness) for v in range(256)]
    table = [min(max(level, 0), 255) for level in levels]
    return np.array(Image.fromarray(image).point(table * (1 if image.ndim == 2 else 3)))


def gamma_correction(image: np.ndarray, gamma: float) -> np.ndarray:
    """Looks each value up in a table."""
    table = [round(255 * (v / 255) ** (1 / gamma)) for v in range(256)]
    return np.array(Image.fromarray(image).point(table * (1 if image.ndim == 2 else 3)))


def equalize_histogram(image: np.ndarray) -> np.ndarray:
    """Equalises the luma. Pillow counts the darker pixels only, OpenCV also those of the value."""
    if image.ndim == 2:
        return np.array(ImageOps.equalize(Image.fromarray(image)))
    luma, blue, red = Image.fromarray(image).convert("YCbCr").split()
    equalised = Image.merge("YCbCr", (ImageOps.equalize(luma), blue, red))
    return np.array(equalised.convert("RGB"))


def gaussian_blur(image: np.ndarray, sigma: float) -> np.ndarray:
    """Blurs with three boxes one after another, which come near a Gaussian."""
    return np.array(Image.fromarray(image).filter(ImageFilter.GaussianBlur(sigma)))


def box_blur(image: np.ndarray, size: int) -> np.ndarray:
    """Averages over a square."""
    return np.array(Image.fromarray(image).filter(ImageFilter.BoxBlur(size // 2)))


def median_blur(image: np.ndarray, size: int) -> np.ndarray:
    """Takes the median of a square."""
    return np.array(Image.fromarray(image).filter(ImageFilter.MedianFilter(size)))


def sharpen(image: np.ndarray, amount: float, sigma: float) -> np.ndarray:
    """Unsharp masking, with the blur of three boxes."""
    mask = ImageFilter.UnsharpMask(radius=sigma, percent=round(100 * amount), threshold=0)
    return np.array(Image.fromarray(image).filter(mask))


def threshold(image: np.ndarray, level: int) -> np.ndarray:
    """Looks each gray value up in a table of black and white."""
    table = [255 if v > level else 0 for v in range(256)]
    return np.array(Image.fromarray(image).convert("L").point(table))


def resize(
    image: np.ndarray, width: int, height: int, keep_proportions: bool, interpolation: str
) -> np.ndarray:
    """Resamples. When making smaller, Pillow's bilinear and bicubic average more pixels than
    OpenCV's, and its box takes whole pixels where area takes parts of them.
    """
    filters = {
        "nearest": Image.Resampling.NEAREST,
        "bilinear": Image.Resampling.BILINEAR,
        "bicubic": Image.Resampling.BICUBIC,
        "area": Image.Resampling.BOX,
    }
    if keep_proportions:
        scale = min(width / image.shape[1], height / image.shape[0])
        width = max(1, round(image.shape[1] * scale))
        height = max(1, round(image.shape[0] * scale))
    if interpolation == "area" and (width > image.shape[1] or height > image.shape[0]):
        interpolation = "bilinear"
    return np.array(Image.fromarray(image).resize((width, height), filters[interpolation]))


def crop(image: np.ndarray, left: float, top: float, right: float, bottom: float) -> np.ndarray:
    """Crops to a box."""
    height, width = image.shape[:2]
    x0, y0 = int(width * left / 100), int(height * top / 100)
    x1 = max(x0 + 1, width - int(width * right / 100))
    y1 = max(y0 + 1, height - int(height * bottom / 100))
    return np.array(Image.fromarray(image).crop((x0, y0, x1, y1)))


def rotate(image: np.ndarray, angle: float, expand: bool) -> np.ndarray:
    """Turns about the centre, with bilinear interpolation."""
    turned = Image.fromarray(image).rotate(angle, Image.Resampling.BILINEAR, expand=expand)
    return np.array(turned)


def flip(image: np.ndarray, direction: str) -> np.ndarray:
    """Mirrors, or turns by 180 degrees, which is both."""
    turns = {
        "left-right": Image.Transpose.FLIP_LEFT_RIGHT,
        "top-bottom": Image.Transpose.FLIP_TOP_BOTTOM,
        "both": Image.Transpose.ROTATE_180,
    }
    return np.array(Image.fromarray(image).transpose(turns[direction]))


def draw_text(
    image: np.ndarray, text: str, font: str, size: float, colour: str, x: float, y: float
) -> np.ndarray:
    """Draws any Unicode that the font has; the operation itself adds other fonts for the rest."""
    canvas = Image.fromarray(image).convert("RGB")
    at = canvas.width * x / 100, canvas.height * y / 100
    face = ImageFont.truetype(FONTS[font], canvas.height * size / 100)
    draw = ImageDraw.Draw(canvas)
    draw.text(at, text, fill=colour, font=face, anchor="mm", align="center")
    return np.array(canvas)
