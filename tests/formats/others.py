"""Other programs that write and read files, so that no reader is judged by itself."""

import shutil
import subprocess
from functools import cache
from pathlib import Path

import numpy as np
import pytest

_IMAGEMAGICK = ("magick", "convert-im6.q16", "convert", "/usr/bin/convert")
"""Names of its command; a `convert` may be another program's."""


@cache
def _imagemagick() -> str | None:
    for name in _IMAGEMAGICK:
        if shutil.which(name):
            said = subprocess.run([name, "-version"], capture_output=True, text=True)
            if "ImageMagick" in said.stdout.partition("\n")[0]:
                return name
    return None


def imagemagick(*arguments: object) -> bytes:
    """Runs ImageMagick and returns what it writes; the test is skipped where it is missing."""
    command = _imagemagick()
    if command is None:
        pytest.skip("ImageMagick is not on this machine: apt-get install imagemagick")
    return _run(command, *arguments)


def ffmpeg(*arguments: object) -> bytes:
    """Runs FFmpeg's command, likewise."""
    if shutil.which("ffmpeg") is None:
        pytest.skip("FFmpeg's command is not on this machine: apt-get install ffmpeg")
    return _run("ffmpeg", "-v", "error", "-y", *arguments)


def _run(*command: object) -> bytes:
    done = subprocess.run([str(part) for part in command], capture_output=True)
    assert done.returncode == 0, done.stderr.decode(errors="replace")[-500:]
    return done.stdout


def seen_by_imagemagick(path: Path) -> np.ndarray:
    """A picture as ImageMagick decodes it, upright and on white: uint8 RGB (h, w, 3)."""
    steps = ("-auto-orient", "-background", "white", "-alpha", "remove", "-colorspace", "sRGB")
    ppm = imagemagick(f"{path}[0]", *steps, "-type", "TrueColor", "-depth", "8", "ppm:-")
    _, width, height, _ = ppm.split(maxsplit=4)[:4]
    pixels = np.frombuffer(ppm, np.uint8)[-int(width) * int(height) * 3 :]
    return pixels.reshape(int(height), int(width), 3)


def seen_by_ffmpeg(path: Path, width: int, height: int) -> np.ndarray:
    """A video as FFmpeg decodes it, upright: uint8 RGB (n, h, w, 3)."""
    raw = ffmpeg("-i", path, "-f", "rawvideo", "-pix_fmt", "rgb24", "-vsync", "0", "-")
    return np.frombuffer(raw, np.uint8).reshape(-1, height, width, 3)


def slope(width: int = 96, height: int = 64) -> np.ndarray:
    """A picture that no turn or mirror leaves as it is, and that loses little to any codec."""
    x, y = np.meshgrid(np.linspace(0, 1, width), np.linspace(0, 1, height))
    return np.stack([40 + 180 * x, 60 + 150 * y, 200 - 120 * x * y], -1).round().astype(np.uint8)


def page_between(text: str, name: str) -> tuple[int, int]:
    """Where the table of that name stands on a page."""
    begin, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->"
    return text.index(begin) + len(begin), text.index(end)


def hold_on_page(page: Path, name: str, table: str) -> None:
    """Fails, and writes the table, where the page shows another."""
    text = page.read_text()
    begin, end = page_between(text, name)
    if text[begin:end] != table:
        page.write_text(text[:begin] + table + text[end:])
        pytest.fail(f"{page.name} showed another table of {name}; it is written anew: commit it.")
