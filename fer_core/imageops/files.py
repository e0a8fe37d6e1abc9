"""Pictures in files: found by a pattern with `glob`, opened, and written beside one another."""

import argparse
import sys
from collections.abc import Callable
from glob import escape, glob
from pathlib import Path

import numpy as np
import pillow_heif
from PIL import Image, ImageOps

from fer_core.picture_names import is_clutter, is_picture_file
from fer_core.picture_pixels import to_rgb


def find_pictures(pattern: str) -> list[Path]:
    """Returns the picture files that a pattern names, sorted.

    Args:
        pattern: As "photos/**/*.jpg"; ** stands for any folders. A folder's name stands for all
            pictures in it and below. The name of a file that is there stands for that file,
            whatever brackets it has.
    """
    if Path(pattern).is_dir():
        pattern = str(Path(escape(pattern)) / "**" / "*")
    elif Path(pattern).is_file():
        pattern = escape(pattern)
    paths = (Path(name) for name in glob(pattern, recursive=True))
    return sorted(p for p in paths if p.is_file() and is_picture_file(p) and not is_clutter(p.name))


def open_picture(path: Path) -> np.ndarray:
    """Returns a file's picture as uint8 RGB of shape (h, w, 3), upright; transparency is white."""
    return np.asarray(to_rgb(ImageOps.exif_transpose(Image.open(path))))


def result_paths(paths: list[Path], out: Path) -> list[Path]:
    """Returns where the result of each picture goes: a PNG of its name in the folder `out`.

    Where a file of that name is there already, or another picture's result takes it, the result
    gets a number: nothing is overwritten.
    """
    taken: set[Path] = set()
    results = []
    for path in paths:
        result, number = out / f"{path.stem}.png", 2
        while result in taken or result.exists():
            result, number = out / f"{path.stem}_{number}.png", number + 1
        taken.add(result)
        results.append(result)
    return results


def convert_files(change: Callable[[np.ndarray], np.ndarray]) -> None:
    """Applies a function to every picture the command line names: PATTERN --out FOLDER."""
    parser = argparse.ArgumentParser()
    parser.add_argument("pattern", help='as "photos/**/*.jpg"')
    parser.add_argument("--out", type=Path, default=Path("results"))
    arguments = parser.parse_args()
    pillow_heif.register_heif_opener()
    arguments.out.mkdir(parents=True, exist_ok=True)
    paths = find_pictures(arguments.pattern)
    for path, result in zip(paths, result_paths(paths, arguments.out), strict=True):
        try:
            Image.fromarray(change(open_picture(path))).save(result)
            print(result)
        except Exception as error:  # codecs and OpenCV raise nearly anything
            result.unlink(missing_ok=True)  # half of it, where the disk is full
            print(f"{path} is left out: {error}", file=sys.stderr)
