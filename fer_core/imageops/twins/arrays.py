"""The operations in NumPy, and in Matplotlib where that has them: opening a file and text."""

import io

import matplotlib.image
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.lib.stride_tricks import sliding_window_view


def open_image(data: bytes) -> np.ndarray:
    """Decodes a picture file; PNG comes as 0..1, the rest as integers, and EXIF is not heeded."""
    kind = "png" if data.startswith(b"\x89PNG") else "jpg"
    picture = matplotlib.image.imread(io.BytesIO(data), format=kind)
    if picture.dtype != np.uint8:
        white = 1 if picture.dtype.kind == "f" else 65535
        picture = np.rint(picture / white * 255).clip(0, 255).astype(np.uint8)
    return picture[..., :3] if picture.ndim == 3 else np.stack([picture] * 3, axis=-1)


def grayscale(image: np.ndarray) -> np.ndarray:
    """Weighs the three colours."""
    if image.ndim == 2:
        return image.copy()
    return np.rint(image @ np.array([0.299, 0.587, 0.114])).astype(np.uint8)


def brightness_contrast(image: np.ndarray, brightness: float, contrast: float) -> np.ndarray:
    """Calculates with every value, and clips."""
    changed = contrast * (image - 127.5) + 127.5 + brightness
    return np.rint(np.clip(changed, 0, 255)).astype(np.uint8)


def gamma_correction(image: np.ndarray, gamma: float) -> np.ndarray:
    """Takes the power of every value."""
    return np.rint(255 * (image / 255) ** (1 / gamma)).astype(np.uint8)


def equalize_histogram(image: np.ndarray) -> np.ndarray:
    """Looks the luma up in its own cumulative histogram; colours shift by what the luma does."""
    gray = grayscale(image)
    below = np.cumsum(np.bincount(gray.ravel(), minlength=256))
    darkest = below[gray.min()]
    table = np.rint(255 * (below - darkest).clip(0) / max(gray.size - darkest, 1))
    if darkest == gray.size:
        return image.copy()
    change = table[gray] - gray
    return (
        (image + (change if image.ndim == 2 else change[..., None])).clip(0, 255).astype(np.uint8)
    )


def gaussian_blur(image: np.ndarray, sigma: float) -> np.ndarray:
    """Weighs shifted copies of the picture, first along the columns, then along the rows."""
    radius = round(6 * sigma + 1) // 2
    weights = np.exp(-(np.arange(-radius, radius + 1) ** 2) / (2 * sigma**2))
    weights /= weights.sum()
    blurred = image.astype(np.float64)
    for axis in (0, 1):
        padding = [(radius, radius) if a == axis else (0, 0) for a in range(image.ndim)]
        padded = np.pad(blurred, padding, mode="edge")
        blurred = sliding_window_view(padded, 2 * radius + 1, axis=axis) @ weights
    return np.rint(blurred).astype(np.uint8)


def box_blur(image: np.ndarray, size: int) -> np.ndarray:
    """Averages shifted copies of the picture, first along the columns, then along the rows."""
    blurred = image.astype(np.float64)
    for axis in (0, 1):
        padding = [(size // 2, size // 2) if a == axis else (0, 0) for a in range(image.ndim)]
        padded = np.pad(blurred, padding, mode="edge")
        blurred = sliding_window_view(padded, size, axis=axis).mean(axis=-1)
    return np.rint(blurred).astype(np.uint8)


def median_blur(image: np.ndarray, size: int) -> np.ndarray:
    """Sorts the square around each pixel, row by row of the picture to save memory."""
    half = size // 2
    padded = np.pad(image, [(half, half), (half, half), (0, 0)][: image.ndim], mode="edge")
    windows = sliding_window_view(padded, (size, size), axis=(0, 1))
    middle = size * size // 2
    rows = [
        np.partition(row.reshape(*row.shape[:-2], -1), middle, axis=-1)[..., middle]
        for row in windows
    ]
    return np.stack(rows)


def sharpen(image: np.ndarray, amount: float, sigma: float) -> np.ndarray:
    """Adds what a blur takes away."""
    detail = image - gaussian_blur(image, sigma).astype(np.float64)
    return np.rint(image + amount * detail).clip(0, 255).astype(np.uint8)


def sobel(image: np.ndarray) -> np.ndarray:
    """Takes differences of neighbours, weighed 1, 2, 1 across."""
    p = np.pad(grayscale(image).astype(np.float64), 1, mode="edge")
    across = (p[:, 2:] - p[:, :-2])[:-2] + 2 * (p[:, 2:] - p[:, :-2])[1:-1]
    across += (p[:, 2:] - p[:, :-2])[2:]
    down = (p[2:] - p[:-2])[:, :-2] + 2 * (p[2:] - p[:-2])[:, 1:-1] + (p[2:] - p[:-2])[:, 2:]
    return np.rint(np.clip(np.hypot(across, down), 0, 255)).astype(np.uint8)


def threshold(image: np.ndarray, level: int) -> np.ndarray:
    """Compares."""
    return np.where(grayscale(image) > level, 255, 0).astype(np.uint8)


def otsu_threshold(image: np.ndarray) -> np.ndarray:
    """Tries every level for the largest variance between the two groups."""
    gray = grayscale(image)
    share = np.bincount(gray.ravel(), minlength=256) / gray.size
    below = np.cumsum(share)
    mean_below = np.cumsum(share * np.arange(256))
    with np.errstate(divide="ignore", invalid="ignore"):
        between = (mean_below[-1] * below - mean_below) ** 2 / (below * (1 - below))
    return np.where(gray > np.argmax(np.nan_to_num(between)), 255, 0).astype(np.uint8)


def resize(
    image: np.ndarray, width: int, height: int, keep_proportions: bool, interpolation: str
) -> np.ndarray:
    """Mixes rows, then columns: each new one from the old ones it covers or lies between."""
    if keep_proportions:
        scale = min(width / image.shape[1], height / image.shape[0])
        width = max(1, round(image.shape[1] * scale))
        height = max(1, round(image.shape[0] * scale))
    rows = mixing_weights(image.shape[0], height, interpolation)
    columns = mixing_weights(image.shape[1], width, interpolation)
    mixed = np.einsum("yr,xc,rc...->yx...", rows, columns, image, optimize=True)
    return np.rint(mixed).clip(0, 255).astype(np.uint8)


def mixing_weights(old: int, new: int, interpolation: str) -> np.ndarray:
    """Returns how much of each old row is in each new one, shape (new, old), rows sum to 1.

    Raises:
        ValueError: For "bicubic", which takes more than a few lines.
    """
    if interpolation == "bicubic":
        raise ValueError("Bicubic interpolation takes more than a few lines of NumPy.")
    cells = np.arange(old)
    if interpolation == "area" and new <= old:
        edges = np.linspace(0, old, new + 1)
        starts = np.maximum(edges[:-1, None], cells)
        weights = (np.minimum(edges[1:, None], cells + 1) - starts).clip(0)
        return weights / weights.sum(axis=1, keepdims=True)
    centres = (np.arange(new) + 0.5) * old / new - 0.5
    if interpolation == "nearest":
        return (np.floor(centres + 0.5)[:, None] == cells).astype(np.float64)
    distance = np.abs(centres.clip(0, old - 1)[:, None] - cells)
    return (1 - distance).clip(0)


def crop(image: np.ndarray, left: float, top: float, right: float, bottom: float) -> np.ndarray:
    """Slices."""
    height, width = image.shape[:2]
    x0, y0 = int(width * left / 100), int(height * top / 100)
    x1 = max(x0 + 1, width - int(width * right / 100))
    y1 = max(y0 + 1, height - int(height * bottom / 100))
    return image[y0:y1, x0:x1].copy()


def flip(image: np.ndarray, direction: str) -> np.ndarray:
    """Reads rows, columns or both backwards."""
    axes = {"left-right": (1,), "top-bottom": (0,), "both": (0, 1)}
    return np.flip(image, axes[direction]).copy()


def draw_text(
    image: np.ndarray, text: str, font: str, size: float, colour: str, x: float, y: float
) -> np.ndarray:
    """Draws on a Matplotlib figure of the picture's size."""
    height, width = image.shape[:2]
    figure = Figure(figsize=((width + 0.01) / 100, (height + 0.01) / 100), dpi=100)
    canvas = FigureCanvasAgg(figure)
    figure.figimage(image, cmap="gray", vmin=0, vmax=255)
    figure.text(
        x / 100,
        1 - y / 100,
        text,
        fontsize=height * size / 100 * 72 / 100,
        family=font.removesuffix(" Bold"),
        weight="bold" if font.endswith("Bold") else "normal",
        color=colour,
        ha="center",
        va="center",
        parse_math=False,
    )
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3].copy()
